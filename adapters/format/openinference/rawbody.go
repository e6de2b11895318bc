package openinference

import (
	"fmt"

	"github.com/portent-go/portent/domain"
)

// ParseRawBody makes a model's only input of a body that is nothing but its raw
// form. The shape follows from the number of bytes: batched says that axis 0 is
// the batch axis, whose length is 1, and one more axis may be dynamic. A body for
// BYTES is a single element, without its length before it. The body is not kept.
// A specification that does not tell the shape is an error of kind Unsupported,
// a body that does not fit it one of kind Invalid.
func ParseRawBody(spec domain.TensorSpec, batched bool, body []byte) (domain.Tensor, error) {
	shape := spec.Shape.Clone()
	if batched && len(shape) > 0 && shape[0] == domain.Dynamic {
		shape[0] = 1
	}
	if spec.Datatype == domain.BYTES {
		return oneText(spec, shape, body)
	}
	unknown, unit := -1, spec.Datatype.Size()
	for axis, n := range shape {
		switch {
		case n != domain.Dynamic:
			unit *= n
		case unknown >= 0:
			return domain.Tensor{}, noRawBody(spec)
		default:
			unknown = axis
		}
	}
	if unknown >= 0 {
		if unit < 1 || len(body) == 0 || len(body)%unit != 0 {
			return domain.Tensor{}, wrongBody(spec, body, fmt.Sprintf("a multiple of %d bytes", unit))
		}
		shape[unknown] = len(body) / unit
	} else if unit != len(body) {
		return domain.Tensor{}, wrongBody(spec, body, fmt.Sprintf("%d bytes", unit))
	}
	tensor, err := ParseRaw(spec.Datatype, shape, body)
	if err != nil {
		return tensor, placed(err, spec.Name)
	}
	return tensor, nil
}

func oneText(spec domain.TensorSpec, shape domain.Shape, body []byte) (domain.Tensor, error) {
	for axis, n := range shape {
		if n == domain.Dynamic {
			shape[axis] = 1
		}
	}
	if n, err := shape.Elements(); err != nil || n != 1 {
		return domain.Tensor{}, noRawBody(spec)
	}
	return domain.NewTensor(shape, []string{string(body)})
}

func noRawBody(spec domain.TensorSpec) error {
	return &domain.Error{
		Kind: domain.Unsupported, Field: spec.Name, Msg: fmt.Sprintf("is %v %v, whose shape the number of bytes does not tell", spec.Datatype, spec.Shape),
		Hint: "send the tensor with a JSON document before it",
	}
}

func wrongBody(spec domain.TensorSpec, body []byte, expected string) error {
	return &domain.Error{
		Kind: domain.Invalid, Field: spec.Name, Msg: fmt.Sprintf("has %d bytes, %v %v takes %s", len(body), spec.Datatype, spec.Shape, expected),
		Expected: expected, Got: fmt.Sprintf("%d bytes", len(body)),
	}
}
