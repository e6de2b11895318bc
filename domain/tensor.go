package domain

import (
	"fmt"
	"slices"
)

// Float16 is an IEEE 754 binary16 number, as its bits.
type Float16 uint16

// BFloat16 is a bfloat16 number, as its bits.
type BFloat16 uint16

// Element is a type that a tensor's elements can have. A string holds one BYTES
// element, of any bytes.
type Element interface {
	bool | uint8 | uint16 | uint32 | uint64 | int8 | int16 | int32 | int64 |
		Float16 | BFloat16 | float32 | float64 | string
}

// Tensor is an array of elements of one datatype. Its elements are stored in
// row-major order, the last axis varying fastest. The zero value is no tensor.
type Tensor struct {
	datatype Datatype
	shape    Shape
	length   int
	data     elements
}

// elements is a slice[T] of the element type that belongs to the datatype.
type elements interface {
	rows(from, to int) elements
	clone() elements
	copyAt(at int, from elements)
}

type slice[T Element] []T

func (s slice[T]) rows(from, to int) elements   { return s[from:to:to] }
func (s slice[T]) clone() elements              { return slices.Clone(s) }
func (s slice[T]) copyAt(at int, from elements) { copy(s[at:], from.(slice[T])) }

// NewTensor returns a tensor of the given shape over data, which it keeps
// without copying. The datatype follows from the element type. A shape that is
// not static, or that has another number of elements than data, is an error of
// kind Invalid.
func NewTensor[T Element](shape Shape, data []T) (Tensor, error) {
	n, err := shape.Elements()
	if err != nil {
		return Tensor{}, err
	}
	if n != len(data) {
		return Tensor{}, &Error{
			Kind: Invalid, Field: "shape",
			Msg:      fmt.Sprintf("%v has %d elements, but %d were given", shape, n, len(data)),
			Expected: fmt.Sprintf("%d values", n), Got: fmt.Sprintf("%d values", len(data)),
		}
	}
	return Tensor{datatype: DatatypeOf[T](), shape: shape.Clone(), length: n, data: slice[T](data)}, nil
}

// MakeTensor returns a tensor of zeros (BOOL: false, BYTES: empty). An unknown
// datatype or a shape that is not static is an error of kind Invalid.
func MakeTensor(datatype Datatype, shape Shape) (Tensor, error) {
	n, err := shape.Elements()
	if err != nil {
		return Tensor{}, err
	}
	data := makeData(datatype, n)
	if data == nil {
		return Tensor{}, &Error{Kind: Invalid, Field: "datatype", Msg: "unknown datatype " + datatype.String()}
	}
	return Tensor{datatype: datatype, shape: shape.Clone(), length: n, data: data}, nil
}

func makeData(datatype Datatype, n int) elements {
	switch datatype {
	case BOOL:
		return make(slice[bool], n)
	case UINT8:
		return make(slice[uint8], n)
	case UINT16:
		return make(slice[uint16], n)
	case UINT32:
		return make(slice[uint32], n)
	case UINT64:
		return make(slice[uint64], n)
	case INT8:
		return make(slice[int8], n)
	case INT16:
		return make(slice[int16], n)
	case INT32:
		return make(slice[int32], n)
	case INT64:
		return make(slice[int64], n)
	case FP16:
		return make(slice[Float16], n)
	case BF16:
		return make(slice[BFloat16], n)
	case FP32:
		return make(slice[float32], n)
	case FP64:
		return make(slice[float64], n)
	case BYTES:
		return make(slice[string], n)
	default:
		return nil
	}
}

// DatatypeOf returns the datatype whose elements are of type T.
func DatatypeOf[T Element]() Datatype {
	var zero T
	switch any(zero).(type) {
	case bool:
		return BOOL
	case uint8:
		return UINT8
	case uint16:
		return UINT16
	case uint32:
		return UINT32
	case uint64:
		return UINT64
	case int8:
		return INT8
	case int16:
		return INT16
	case int32:
		return INT32
	case int64:
		return INT64
	case Float16:
		return FP16
	case BFloat16:
		return BF16
	case float32:
		return FP32
	case float64:
		return FP64
	default:
		return BYTES
	}
}

// Datatype returns the type of the elements.
func (t Tensor) Datatype() Datatype { return t.datatype }

// Shape returns the lengths of the axes. The caller must not change it.
func (t Tensor) Shape() Shape { return t.shape }

// Len returns the number of elements.
func (t Tensor) Len() int { return t.length }

// IsZero reports whether t is the zero value, which is no tensor.
func (t Tensor) IsZero() bool { return t.data == nil }

// Data returns the tensor's elements, which it shares with the tensor, and
// whether they are of type T.
func Data[T Element](t Tensor) ([]T, bool) {
	data, ok := t.data.(slice[T])
	return data, ok
}

// Reshape returns a tensor of another shape over the same elements. A shape of
// another number of elements is an error of kind Invalid.
func (t Tensor) Reshape(shape Shape) (Tensor, error) {
	n, err := shape.Elements()
	if err != nil {
		return Tensor{}, err
	}
	if n != t.length {
		return Tensor{}, &Error{Kind: Invalid, Field: "shape", Msg: fmt.Sprintf("%v has %d elements, the tensor %d", shape, n, t.length)}
	}
	t.shape = shape.Clone()
	return t, nil
}
