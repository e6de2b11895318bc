// Package openinference reads and writes what the Open Inference Protocol
// (version 2) sends over HTTP: requests and answers in JSON, tensors as numbers
// in JSON or as raw bytes behind it. The transport that serves the protocol and
// the engine that drives other servers by it share this package.
//
// It knows tensors and nothing of HTTP, servers or models.
package openinference
