// Package openinference serves models by the Open Inference Protocol (version 2)
// over HTTP, as clients of KServe, Triton, MLServer and OpenVINO speak it:
// inference, health, metadata, and the extensions for raw tensors, classification,
// the repository of models, their configuration and statistics.
//
//	handler := openinference.New(repository, openinference.Options{})
//	http.ListenAndServe(":8000", handler)
//
// All paths begin with /v2. Every error has one body with the protocol's "error"
// and more beside it, and takes its status from one table (errors.go).
//
// The handler keeps nothing between requests. It must not know of any engine or
// other transport, and reads no file or environment.
package openinference
