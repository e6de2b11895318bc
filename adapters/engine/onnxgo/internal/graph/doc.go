// Package graph turns the operators of a model into a Plan: the steps to run,
// in order, for inputs of given shapes, and the buffers they run in.
//
// A Graph is what the model says, immutable and shared. Compile takes it and the
// shapes of one request's inputs through
//
//	infer     every value's datatype and shape; what does not depend on the inputs is computed
//	passes    batch normalisation folded into convolutions, residual additions and
//	          activations fused into them, dead steps dropped
//	memory    buffers with lifetimes, reused
//
// Every pass keeps what the model answers, bit for bit whatever the batch: it
// looks only at what is the same for each row.
//
// It must not know of files, Gorgonia or serving.
package graph
