// Package jsontensor reads JSON documents that hold tensors, in one pass and
// strictly: the grammar is RFC 8259's, and beyond it duplicate keys, unknown
// fields, invalid UTF-8, lone surrogates and bytes after the document are
// refused. What is refused is named by its JSON pointer.
//
//	d := jsontensor.NewDecoder(body)
//	reader := jsontensor.NewReader(spec, jsontensor.Hints{}) // spec is such as pixel_values FP32 [3,32,32]
//	err := d.Object([]string{"input"}, func(field int) error { return reader.Read(d) })
//
// A number becomes the nearest number of the tensor's datatype, as
// strconv.ParseFloat rounds. Nothing that is returned shares memory with the
// document, so its buffer can be used again.
//
// The package is written by hand since a request is mostly numbers and none of
// the libraries names the element at fault: for a body of 3,072 numbers (64 kB)
// encoding/json took ten times as long as this reader on the same machine, and
// with GOEXPERIMENT=jsonv2 six times (BenchmarkPicture and its neighbour).
//
// It must not know of HTTP.
package jsontensor
