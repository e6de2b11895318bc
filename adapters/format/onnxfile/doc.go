// Package onnxfile reads ONNX files: models, and tensors as test vectors hold
// them. It reads every datatype and attribute that the format has and the domain
// can hold, and checks each tensor against its shape; what it cannot read is an
// error that names the place, such as graph.node[3].attribute[1].
//
//	model, err := onnxfile.ReadModel(data, onnxfile.Options{External: folder})
//	weight := model.Graph.Initializers["conv1.weight"]
//
// It must not know what operators mean, nor of engines.
//
// Fields are numbered as in the published onnx.proto (github.com/onnx/onnx).
// Fields that are not known are skipped, as protobuf wants; a known one of the
// wrong type is an error. Time and memory grow with the size of the file.
package onnxfile
