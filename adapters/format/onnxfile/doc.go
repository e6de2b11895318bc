// Package onnxfile reads ONNX files: models, and tensors as test vectors hold
// them. It reads every datatype and attribute that the format has and the domain
// can hold, and checks each tensor against its shape; what it cannot read is an
// error that names the place.
//
// It must not know what operators mean, nor of engines.
//
// Fields are numbered as in the published onnx.proto (github.com/onnx/onnx).
package onnxfile
