package operator

import (
	"slices"

	"github.com/portent-go/portent/domain"
)

// view is an operator whose output has the elements of its input in another
// shape.
type view struct {
	kind  string
	shape func(inputs []Value) (domain.Shape, error)
}

// AliasesInput says that no elements move.
func (v *view) AliasesInput() {}

// Infer returns the new shape.
func (v *view) Infer(inputs []Value) ([]Value, error) {
	data, err := present(inputs, 0, "data")
	if err != nil {
		return nil, err
	}
	shape, err := v.shape(inputs)
	if err != nil {
		return nil, err
	}
	outputs, err := like(data, shape)
	if err == nil && product(shape) != product(data.Shape) {
		return nil, domain.Errorf(domain.Invalid, "input data of shape %v cannot take the shape %v", data.Shape, shape)
	}
	return outputs, err
}

// Compile returns a copy.
func (v *view) Compile(_, _ []Value) (Run, error) {
	return func(inputs, outputs []domain.Tensor) { mustCopy(outputs[0], inputs[0]) }, nil
}

// mustCopy copies between tensors that Infer has found alike.
func mustCopy(dst, src domain.Tensor) {
	if err := domain.Copy(dst, src); err != nil {
		panic(err)
	}
}

func parseIdentity(node Node) (Operator, error) {
	return identity(), attributesOf(node).done()
}

func identity() *view {
	return &view{"Identity", func(in []Value) (domain.Shape, error) { return in[0].Shape, nil }}
}

func parseFlatten(node Node) (Operator, error) {
	a := attributesOf(node)
	axis := a.int("axis", 1)
	return &view{"Flatten", func(in []Value) (domain.Shape, error) {
		shape := in[0].Shape
		at := axis
		if at < 0 { // before opset 11 too, as exporters write it
			at += len(shape)
		}
		if at < 0 || at > len(shape) {
			return nil, domain.Errorf(domain.Invalid, "axis %d is not one of %d", axis, len(shape))
		}
		return domain.Shape{product(shape[:at]), product(shape[at:])}, nil
	}}, a.done()
}

func parseReshape(node Node) (Operator, error) {
	a := attributesOf(node)
	allowZero := false
	if node.Opset >= 14 {
		allowZero = a.bool("allowzero", false)
	}
	return &view{"Reshape", func(in []Value) (domain.Shape, error) {
		target, err := requiredInts(in, 1, "shape")
		if err != nil {
			return nil, err
		}
		return reshaped(in[0].Shape, target, allowZero)
	}}, a.done()
}

// reshaped works out a target shape, in which 0 is the length that the axis has
// and -1 what is left.
func reshaped(from domain.Shape, target []int, allowZero bool) (domain.Shape, error) {
	shape := slices.Clone(domain.Shape(target))
	rest := -1
	for i, n := range shape {
		switch {
		case n == 0 && !allowZero && i >= len(from):
			return nil, domain.Errorf(domain.Invalid, "shape %v keeps axis %d, which the input of shape %v lacks", target, i, from)
		case n == 0 && !allowZero:
			shape[i] = from[i]
		case n == -1 && rest >= 0, n < -1:
			return nil, domain.Errorf(domain.Invalid, "shape %v is impossible", target)
		case n == -1:
			rest = i
		}
	}
	if rest < 0 {
		return shape, nil
	}
	shape[rest] = 1
	others, err := shape.Elements()
	if err != nil {
		return nil, err
	}
	if n := product(from); others == 0 || n%others != 0 {
		return nil, domain.Errorf(domain.Invalid, "input of shape %v cannot take the shape %v", from, domain.Shape(target))
	}
	shape[rest] = product(from) / others
	return shape, nil
}

// IsIdentity reports whether an operator's output is its input.
func IsIdentity(op Operator) bool {
	v, ok := op.(*view)
	return ok && v.kind == "Identity"
}
