package operator

import "github.com/portent-go/portent/domain"

// concat joins its inputs along an axis.
type concat struct{ axis int }

func parseConcat(node Node) (Operator, error) {
	a := attributesOf(node)
	axis := a.int("axis", 1)
	a.expect(a.has("axis") || node.Opset < 4, "axis", "is required")
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
