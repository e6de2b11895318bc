// Package inferencepb holds the messages and the gRPC service of the Open
// Inference Protocol, generated from inference.proto, which says what each of them
// is. Its names and numbers are those that servers and clients of the protocol
// agree upon. Written by hand is only what makes tensors of messages and messages
// of tensors (tensor.go, contents.go), which both sides need.
package inferencepb

//go:generate go -C ../../../../tools run ./protogen .. adapters/format/openinference/inferencepb/inference.proto
