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
	n, err := shape.Elements()
	if err != nil {
		return nil, err
	}
	if n != product(data.Shape) {
		return nil, domain.Errorf(domain.Invalid, "input data of shape %v cannot take the shape %v", data.Shape, shape)
	}
	return like(data, shape)
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
	return &view{"Identity", func(in []Value) (domain.Shape, error) { return in[0].Shape, nil }}, attributesOf(node).done()
}

func parseFlatten(node Node) (Operator, error) {
	a := attributesOf(node)
	axis := a.int("axis", 1)
	return &view{"Flatten", func(in []Value) (domain.Shape, error) {
		shape := in[0].Shape
		at := axis
		if at < 0 && node.Opset >= 11 {
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
		target, given, err := knownInts(in, 1, "shape")
		if err != nil {
			return nil, err
		}
		if !given {
			return nil, domain.Errorf(domain.Invalid, "input shape is missing")
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

// axesFrom reads axes that are an attribute before an opset and input 1 from it
// on. Left out, they are nil.
func axesFrom(a *attributes, node Node, since int) func([]Value) ([]int, error) {
	if node.Opset < since {
		axes := a.ints("axes")
		return func([]Value) ([]int, error) { return axes, nil }
	}
	return func(in []Value) ([]int, error) {
		axes, _, err := knownInts(in, 1, "axes")
		return axes, err
	}
}

func parseSqueeze(node Node) (Operator, error) {
	a := attributesOf(node)
	axesOfInputs := axesFrom(a, node, 13)
	return &view{"Squeeze", func(in []Value) (domain.Shape, error) {
		axes, err := axesOfInputs(in)
		if err != nil {
			return nil, err
		}
		return squeezed(in[0].Shape, axes)
	}}, a.done()
}

func squeezed(from domain.Shape, axes []int) (domain.Shape, error) {
	drop, err := axesOf(axes, len(from))
	if err != nil {
		return nil, err
	}
	shape := domain.Shape{}
	for axis, n := range from {
		dropped := slices.Contains(drop, axis) || (axes == nil && n == 1)
		if dropped && n != 1 {
			return nil, domain.Errorf(domain.Invalid, "axis %d of shape %v has length %d, only 1 can be squeezed", axis, from, n)
		}
		if !dropped {
			shape = append(shape, n)
		}
	}
	return shape, nil
}

func parseUnsqueeze(node Node) (Operator, error) {
	a := attributesOf(node)
	axesOfInputs := axesFrom(a, node, 13)
	a.expect(node.Opset >= 13 || a.has("axes"), "axes", "is required")
	return &view{"Unsqueeze", func(in []Value) (domain.Shape, error) {
		axes, err := axesOfInputs(in)
		if err != nil {
			return nil, err
		}
		return unsqueezed(in[0].Shape, axes)
	}}, a.done()
}

func unsqueezed(from domain.Shape, axes []int) (domain.Shape, error) {
	rank := len(from) + len(axes)
	added, err := axesOf(axes, rank)
	if err != nil {
		return nil, err
	}
	shape := make(domain.Shape, 0, rank)
	next := 0
	for axis := range rank {
		if slices.Contains(added, axis) {
			shape = append(shape, 1)
			continue
		}
		shape = append(shape, from[next])
		next++
	}
	return shape, nil
}

// IsIdentity reports whether an operator's output is its input.
func IsIdentity(op Operator) bool {
	v, ok := op.(*view)
	return ok && v.kind == "Identity"
}
