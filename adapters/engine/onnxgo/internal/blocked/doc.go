// Package blocked computes on pictures whose channels lie in blocks as wide as
// the processor's vectors, with room for zeros around each picture: convolution,
// directly and by Winograd's method, pooling, matrix products, and what runs
// element by element. It cuts the work into pieces for the kernels of package
// micro.
//
// Three rules hold throughout. A Layout's border is zero when a step has run,
// whatever it held before. The lanes of a last block that stand for no channel
// hold anything, and no other lane is ever computed from them. And every output
// is computed by the same operations in the same order whatever the batch, the
// other outputs of its step and the number of threads.
//
// It must not know of tensors, graphs, ONNX or the domain.
package blocked
