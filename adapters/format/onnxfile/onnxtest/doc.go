// Package onnxtest builds small ONNX models for tests:
//
//	network := onnxtest.NewModel(17).
//		Input("x", domain.FP32, domain.Shape{-1, 4}).
//		Output("y", domain.FP32, domain.Shape{-1, 4}).
//		Node("LeakyRelu", []string{"x"}, []string{"y"}, onnxtest.Float("alpha", 0.1)).
//		Bytes()
//
// It checks nothing, so that models that are wrong can be built as well. It is
// for tests only: no program links it.
//
// It must not know what operators mean, nor of engines.
package onnxtest
