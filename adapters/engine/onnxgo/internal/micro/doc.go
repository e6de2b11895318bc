// Package micro holds the kernels in which the time goes, one set for each
// instruction set: tiles of convolutions and matrix products, Winograd's
// transforms, windows of pools, and rows of element-wise operations.
//
// A kernel works on vectors of a Set's lanes: a pixel of one block of channels
// is one vector, and all distances between vectors are arguments. It knows
// nothing of pictures, edges or models; package blocked does.
//
// The kernels in Go are the reference, and what runs on processors for which
// there is no assembly. The others are generated from ./gen. Within a set all
// tiles compute an output by the same operations in the same order, so that its
// bits do not depend on the tile that it falls into; from set to set they may
// differ in rounding, since assembly fuses multiplication and addition.
//
// Arguments are addresses and distances in bytes, and nothing checks them: a
// kernel reads and writes where it is told to.
package micro

//go:generate go run -C gen . -out ../kernels_amd64.s -table ../kernels_amd64.go
