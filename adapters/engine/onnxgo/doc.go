// Package onnxgo is the engine that runs ONNX models in pure Go: onnx-go decodes
// them, Gorgonia's tape machine runs them, and every operator is this project's
// own.
//
//	predictor, err := onnxgo.Open(model, onnxgo.Options{})
//	outputs, err := predictor.Predict(ctx, []domain.Tensor{picture})
//
// A model is loaded once. What it needs but the engine does not have (an
// operator, an attribute's value, a datatype, an opset) is refused by Open, which
// names the nodes. What Open has taken is computed as ONNX says.
//
// The way of a model: format/onnxfile reads the file; internal/decode has
// onnx-go decode its topology; internal/operator checks each node;
// internal/graph compiles a plan for the shapes of a request; internal/tape runs
// it on Gorgonia in buffers of its own; internal/kernels computes.
//
// It must not know of labels, pictures, transports or other engines.
package onnxgo
