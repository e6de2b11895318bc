package operator

import (
	"slices"

	"github.com/portent-go/portent/domain"
)

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
	if axes != nil && len(axes) == 0 {
		return nil, domain.Errorf(domain.Unsupported, "axes is empty, which some read as all axes and some as none; leave it out for all")
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
		if err == nil && axes == nil {
			err = domain.Errorf(domain.Invalid, "input axes is missing")
		}
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
