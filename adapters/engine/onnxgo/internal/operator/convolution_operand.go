package operator

import (
	"fmt"

	"github.com/portent-go/portent/domain"
)

// operand returns an input that must be there and hold FP32, the datatype that
// the heavy kernels compute in.
func operand(inputs []Value, at int, name string) (Value, error) {
	if at >= len(inputs) || inputs[at].Missing() {
		return Value{}, domain.Errorf(domain.Invalid, "input %s is missing", name)
	}
	v := inputs[at]
	if v.Datatype != domain.FP32 {
		return Value{}, &domain.Error{
			Kind: domain.Unsupported, Msg: fmt.Sprintf("input %s has datatype %v, which is not supported here, FP32 is", name, v.Datatype),
			Expected: domain.FP32.String(), Got: v.Datatype.String(),
		}
	}
	if _, err := v.Shape.Elements(); err != nil {
		return Value{}, domain.Errorf(domain.Invalid, "input %s: %w", name, err)
	}
	return v, nil
}

// spatialOperand is an operand [N,C,L] or [N,C,H,W].
func spatialOperand(inputs []Value, at int, name string) (Value, error) {
	v, err := operand(inputs, at, name)
	if err != nil {
		return v, err
	}
	switch rank := len(v.Shape) - 2; {
	case rank < 1:
		return v, misshapen(name, v.Shape, "[N,C,L] or [N,C,H,W]")
	case rank > 2:
		return v, domain.Errorf(domain.Unsupported, "input %s %v has %d spatial axes, 1 and 2 are supported", name, v.Shape, rank)
	default:
		return v, nil
	}
}

// misshapen is the error for an input of the wrong shape.
func misshapen(name string, got domain.Shape, expected string) error {
	return &domain.Error{
		Kind: domain.Invalid, Msg: fmt.Sprintf("input %s has shape %v, expected %s", name, got, expected),
		Expected: expected, Got: got.String(),
	}
}

// outputOf returns the only output, FP32 of the given shape.
func outputOf(shape domain.Shape) ([]Value, error) {
	if _, err := shape.Elements(); err != nil {
		return nil, domain.Errorf(domain.Invalid, "output: %w", err)
	}
	return []Value{{Datatype: domain.FP32, Shape: shape}}, nil
}

// maxScratch is how many elements an operator may need for itself, beside its
// inputs and outputs. A model that asks for more is either broken or hostile,
// as with a padding of thousands of millions.
const maxScratch = 1 << 28

// fitsScratch refuses scratch memory of the given lengths if it is too large.
func fitsScratch(lengths ...int) error {
	if n, err := domain.Shape(lengths).Elements(); err != nil || n > maxScratch {
		return domain.Errorf(domain.Unsupported, "needs %v elements of scratch memory, at most %d are supported", domain.Shape(lengths), maxScratch)
	}
	return nil
}

// floats returns the elements of an FP32 tensor, nil for the zero Tensor.
func floats(t domain.Tensor) []float32 {
	values, _ := domain.Data[float32](t)
	return values
}
