// Package domain holds the values and rules of model serving: what a tensor
// is, what a model expects and answers, what a prediction says, and what can go
// wrong. It is the centre of the hexagon and depends on nothing but the
// standard library.
//
// It must not know of JSON, HTTP, files, logging, engines or goroutines.
//
// A tensor is a datatype, a shape and its elements in row-major order:
//
//	picture, err := domain.NewTensor(domain.Shape{1, 3, 32, 32}, pixels) // pixels is a []float32
//	values, ok := domain.Data[float32](picture)
//
// Glossary: an axis is one dimension of a shape; a dynamic axis is written -1
// and may have any length; the batch axis is axis 0; the signature names and
// types a model's inputs and outputs; logits are unnormalised scores, one a
// class; top-k are the k most probable classes, best first.
package domain
