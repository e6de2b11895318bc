package operator

import (
	"slices"

	"github.com/portent-go/portent/domain"
)

// concat joins its inputs along an axis.
type concat struct{ axis int }

func parseConcat(node Node) (Operator, error) {
	a := attributesOf(node)
	axis := a.int("axis", 0)
	a.expect(a.has("axis"), "axis", "is required")
	return concat{axis}, a.done()
}

// Infer returns the first input's shape with the lengths of all on the axis.
func (c concat) Infer(inputs []Value) ([]Value, error) {
	first, err := present(inputs, 0, "inputs")
	if err != nil {
		return nil, err
	}
	axis, err := axisOf(c.axis, len(first.Shape))
	if err != nil {
		return nil, err
	}
	shape := first.Shape.Clone()
	shape[axis] = 0
	for i := range inputs {
		v, err := present(inputs, i, "inputs")
		if err != nil {
			return nil, err
		}
		other := v.Shape.Clone()
		if len(other) != len(shape) {
			return nil, misshapen("inputs", v.Shape, first.Shape.String()+" on all axes but one")
		}
		shape[axis] += other[axis]
		other[axis] = first.Shape[axis]
		if !other.Equal(first.Shape) || v.Datatype != first.Datatype {
			return nil, domain.Errorf(domain.Invalid, "input %d, %v %v, cannot be joined to %v %v on axis %d", i, v.Datatype, v.Shape, first.Datatype, first.Shape, axis)
		}
	}
	return like(first, shape)
}

// Compile works out where each input's blocks go.
func (c concat) Compile(inputs, outputs []Value) (Run, error) {
	axis, err := axisOf(c.axis, len(inputs[0].Shape))
	if err != nil {
		return nil, err
	}
	move := movers[inputs[0].Datatype]
	stride := product(outputs[0].Shape[axis:])
	sizes := make([]int, len(inputs))
	for i, v := range inputs {
		sizes[i] = product(v.Shape[axis:])
	}
	return func(inputs, outputs []domain.Tensor) {
		offset := 0
		for i, input := range inputs {
			if sizes[i] > 0 {
				move.interleave(outputs[0], input, offset, sizes[i], stride)
			}
			offset += sizes[i]
		}
	}, nil
}

// constant gives what its attributes hold.
type constant struct{ value domain.Tensor }

func parseConstant(node Node) (Operator, error) {
	a := attributesOf(node)
	value, err := constantOf(a)
	if err == nil && len(node.Attributes) != 1 {
		return nil, node.Invalid("has more than one value")
	}
	if doneErr := a.done(); doneErr != nil {
		return nil, doneErr
	}
	if err != nil {
		return nil, node.Invalid(err.Error())
	}
	return constant{value}, nil
}

func constantOf(a *attributes) (domain.Tensor, error) {
	scalar := domain.Shape{}
	switch {
	case a.has("value"):
		value, _ := a.tensor("value")
		return value, nil
	case a.has("value_int"):
		return domain.NewTensor(scalar, []int64{int64(a.int("value_int", 0))})
	case a.has("value_float"):
		return domain.NewTensor(scalar, []float32{a.float("value_float", 0)})
	case a.has("value_string"):
		return domain.NewTensor(scalar, []string{a.text("value_string", "")})
	case a.has("value_ints"):
		attribute, _ := a.find("value_ints", IntsAttribute)
		return domain.NewTensor(domain.Shape{len(attribute.Ints)}, slices.Clone(attribute.Ints))
	case a.has("value_floats"):
		attribute, _ := a.find("value_floats", FloatsAttribute)
		return domain.NewTensor(domain.Shape{len(attribute.Floats)}, slices.Clone(attribute.Floats))
	case a.has("value_strings"):
		attribute, _ := a.find("value_strings", StringsAttribute)
		return domain.NewTensor(domain.Shape{len(attribute.Texts)}, slices.Clone(attribute.Texts))
	default:
		return domain.Tensor{}, domain.Errorf(domain.Invalid, "has no value")
	}
}

// Infer returns the constant.
func (c constant) Infer([]Value) ([]Value, error) {
	return []Value{{Datatype: c.value.Datatype(), Shape: c.value.Shape()}}, nil
}

// Compile returns a copy of the constant.
func (c constant) Compile(_, _ []Value) (Run, error) {
	return func(_, outputs []domain.Tensor) { mustCopy(outputs[0], c.value) }, nil
}
