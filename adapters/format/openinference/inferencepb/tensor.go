package inferencepb

import (
	"fmt"
	"math"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/domain"
)

// Described is a tensor in a message: an input of a request or an output of an
// answer.
type Described interface {
	GetName() string
	GetDatatype() string
	GetShape() []int64
	GetContents() *InferTensorContents
}

var (
	_ Described = (*ModelInferRequest_InferInputTensor)(nil)
	_ Described = (*ModelInferResponse_InferOutputTensor)(nil)
)

const maxAxes = 64 // of a tensor that comes in a message

// Spec returns what a message says of a tensor without looking at its elements.
// An unknown datatype, or a shape with a negative axis or more elements than can be
// counted, is an error of kind Invalid that names the tensor.
func Spec(d Described) (domain.TensorSpec, error) {
	datatype, err := domain.ParseDatatype(d.GetDatatype())
	if err != nil {
		return domain.TensorSpec{}, named(d, err)
	}
	if n := len(d.GetShape()); n > maxAxes {
		return domain.TensorSpec{}, named(d, domain.Errorf(domain.Invalid, "has %d axes, at most %d are possible", n, maxAxes))
	}
	shape := make(domain.Shape, len(d.GetShape()))
	for i, n := range d.GetShape() {
		if n < 0 || n > math.MaxInt {
			return domain.TensorSpec{}, named(d, domain.Errorf(domain.Invalid, "axis %d is %d, not a length", i, n))
		}
		shape[i] = int(n)
	}
	if _, err := shape.Elements(); err != nil {
		return domain.TensorSpec{}, named(d, err)
	}
	return domain.TensorSpec{Name: d.GetName(), Datatype: datatype, Shape: shape}, nil
}

// Raw makes a tensor of its bytes, for which d must hold no elements. Bytes that
// are not the shape's elements are an error of kind Invalid that names the tensor.
func Raw(d Described, data []byte) (domain.Tensor, error) {
	spec, err := Spec(d)
	if err != nil {
		return domain.Tensor{}, err
	}
	if field, n := filled(d.GetContents(), ""); n > 0 {
		return domain.Tensor{}, named(d, domain.Errorf(domain.Invalid, "has %d elements in %s although the message holds raw tensors", n, field))
	}
	t, err := openinference.ParseRaw(spec.Datatype, spec.Shape, data)
	return t, named(d, err)
}

// Typed makes a tensor of the elements that d holds. Another number of elements
// than the shape's, elements in the field of another datatype, or out of their
// datatype's range, are an error of kind Invalid that names the tensor.
func Typed(d Described) (domain.Tensor, error) {
	spec, err := Spec(d)
	if err != nil {
		return domain.Tensor{}, err
	}
	contents := d.GetContents()
	field, ok := fields[spec.Datatype]
	if !ok {
		return domain.Tensor{}, named(d, domain.Errorf(domain.Invalid, "%v can only be sent raw", spec.Datatype))
	}
	if other, n := filled(contents, field); n > 0 {
		return domain.Tensor{}, named(d, &domain.Error{
			Kind: domain.Invalid, Msg: fmt.Sprintf("has elements in %s, those of %v belong into %s", other, spec.Datatype, field),
			Expected: field, Got: other,
		})
	}
	t, err := readContents(spec, contents)
	return t, named(d, err)
}

// fields are the fields of contents, by datatype.
var fields = map[domain.Datatype]string{
	domain.BOOL: "bool_contents",
	domain.INT8: "int_contents", domain.INT16: "int_contents", domain.INT32: "int_contents", domain.INT64: "int64_contents",
	domain.UINT8: "uint_contents", domain.UINT16: "uint_contents", domain.UINT32: "uint_contents", domain.UINT64: "uint64_contents",
	domain.FP32: "fp32_contents", domain.FP64: "fp64_contents", domain.BYTES: "bytes_contents",
}

// HasTyped reports whether tensors of a datatype can be sent otherwise than raw.
func HasTyped(datatype domain.Datatype) bool {
	_, ok := fields[datatype]
	return ok
}

// filled returns a field of contents that holds elements and is not the one
// excepted, and how many.
func filled(c *InferTensorContents, except string) (field string, n int) {
	for _, f := range []struct {
		name string
		n    int
	}{
		{"bool_contents", len(c.GetBoolContents())}, {"int_contents", len(c.GetIntContents())}, {"int64_contents", len(c.GetInt64Contents())},
		{"uint_contents", len(c.GetUintContents())}, {"uint64_contents", len(c.GetUint64Contents())}, {"fp32_contents", len(c.GetFp32Contents())},
		{"fp64_contents", len(c.GetFp64Contents())}, {"bytes_contents", len(c.GetBytesContents())},
	} {
		if f.n > 0 && f.name != except {
			return f.name, f.n
		}
	}
	return "", 0
}

// named puts the tensor's name into an error.
func named(d Described, err error) error { return Named(d.GetName(), err) }

// Named puts a tensor's name into an error, unless it is nil.
func Named(name string, err error) error {
	if err == nil {
		return nil
	}
	e := domain.Error{Kind: domain.KindOf(err), Field: name, Msg: err.Error()}
	if reason, ok := err.(*domain.Error); ok { //nolint:errorlint // a cause further down has its own field
		e.Expected, e.Got, e.Hint = reason.Expected, reason.Got, reason.Hint
	}
	return &e
}
