// Package conformance runs ONNX's own test cases for single operators against
// the engine, through its public interface, and writes docs/operators.md of what
// came out.
//
// The cases of an old release come with onnx-go. Newer ones are read from the
// folder that the environment variable ONNX_CASES names, which make cases fills.
//
// A case passes, or its model is refused when it is loaded, or it stands in
// exceptions.txt with a reason. No wrong answer can stand there.
//
// It is a module of its own, because onnx-go's cases need libraries for tests.
package conformance
