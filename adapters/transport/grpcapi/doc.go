// Package grpcapi serves models over gRPC: the Open Inference Protocol as KServe,
// Triton, MLServer and their clients speak it (package inferencepb holds its
// messages), with gRPC's own health and reflection services beside it.
//
//	server, err := grpcapi.New(repository, grpcapi.Options{})
//	err = server.Serve(listener)
//
// Outputs come back as the inputs came: raw if raw_input_contents was filled, else
// typed. Where an output has no typed form, which is so for FP16 and BF16, all
// outputs of the answer are raw, since a message cannot hold both.
//
// Every error is a status whose code comes from one table (errors.go), with
// details (google.rpc.ErrorInfo, and RetryInfo where waiting helps) for programs.
//
// The package must not know of any engine, and reads no file or environment.
// Whoever stops the server calls Repository.Drain first, from when on ServerReady
// and health say so while all is still answered, and then Server.Shutdown.
package grpcapi
