// Package operator says what each ONNX operator means: which attributes,
// datatypes and opsets are supported, which shapes come out, and which kernel
// computes it. One file holds one family of operators; table.go lists them all.
//
// A node of the file is parsed once, when the model is loaded. Everything that
// is not supported is refused there, naming the node, operator, attribute and
// value. The parsed Operator is immutable and shared.
//
// Shapes are always concrete here: a plan is compiled for the shapes of one
// request's inputs, so that chains such as Shape, Gather, Concat, Reshape are
// constants by the time their values are asked for.
//
// It must not know of graphs, files, Gorgonia or serving.
package operator
