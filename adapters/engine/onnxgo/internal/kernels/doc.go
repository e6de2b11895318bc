// Package kernels computes on plain slices: convolution, pooling, matrix
// products, normalisation, and what runs element by element. It is where the
// time goes, and the only place to look for it.
//
// Arrays are dense and in row-major order; pictures are [batch, channels, rows,
// columns]. A one-dimensional signal is a picture with a single row. Sizes are
// the caller's to check: a kernel given slices that do not fit its geometry may
// panic, and never reads or writes outside of them.
//
// Three rules hold for every kernel. It allocates nothing when it runs. It
// computes each picture, or row, of a batch in the same order of operations
// whatever stands beside it, so that a batch gives the same bits as its pictures
// one by one. And NaN is kept: whatever the reference arithmetic makes NaN is
// NaN here, in a maximum and a clamp too.
//
// It must not know of tensors, graphs, ONNX or the domain.
package kernels
