package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// selection is an operator that picks elements of its first input by their
// position on each axis.
type selection struct {
	plan func(inputs []Value) (picks, error)
	// fill returns the tensor whose one element is written where nothing is
	// picked; the zero Tensor is for zero. It is nil where everything is picked.
	fill func(inputs []domain.Tensor) domain.Tensor
}

// picks is the shape of a selection, and on demand what is picked on each axis.
type picks struct {
	shape domain.Shape
	axes  func() [][]kernels.Stretch
}

// Infer returns the shape of the selection.
func (s *selection) Infer(inputs []Value) ([]Value, error) {
	data, err := present(inputs, 0, "data")
	if err != nil {
		return nil, err
	}
	picked, err := s.plan(inputs)
	if err != nil {
		return nil, err
	}
	return like(data, picked.shape)
}

// Compile lists what is picked.
func (s *selection) Compile(inputs, outputs []Value) (Run, error) {
	picked, err := s.plan(inputs)
	if err != nil {
		return nil, err
	}
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	selected, move := kernels.NewSelection(picked.axes()), movers[inputs[0].Datatype]
	return func(inputs, outputs []domain.Tensor) {
		var fill domain.Tensor
		if s.fill != nil {
			fill = s.fill(inputs)
		}
		move.pick(outputs[0], inputs[0], selected, fill)
	}, nil
}

// everything picks all of an array in its own order.
func everything(shape domain.Shape) [][]kernels.Stretch {
	axes := make([][]kernels.Stretch, len(shape))
	for axis, stride := range stridesOf(shape) {
		axes[axis] = []kernels.Stretch{{Length: shape[axis], Step: stride}}
	}
	return axes
}

// scaled turns positions on an axis into offsets.
func scaled(stretches []kernels.Stretch, stride int) []kernels.Stretch {
	for i, s := range stretches {
		if s.Start >= 0 {
			stretches[i] = kernels.Stretch{Length: s.Length, Start: s.Start * stride, Step: s.Step * stride}
		}
	}
	return stretches
}

func parseTranspose(node Node) (Operator, error) {
	a := attributesOf(node)
	perm := a.ints("perm")
	a.expect(!slices.ContainsFunc(perm, func(axis int) bool { return axis < 0 }), "perm", "counts axes from the end")
	return &selection{plan: func(in []Value) (picks, error) { return transposed(in[0].Shape, perm) }}, a.done()
}

// transposed orders axes anew; without an order, the other way round.
func transposed(from domain.Shape, perm []int) (picks, error) {
	order, err := axesOf(perm, len(from))
	if err != nil {
		return picks{}, err
	}
	if perm == nil {
		for axis := range from {
			order = slices.Insert(order, 0, axis)
		}
	}
	if len(order) != len(from) {
		return picks{}, domain.Errorf(domain.Invalid, "perm %v does not order the axes of shape %v", perm, from)
	}
	shape := make(domain.Shape, len(from))
	for i, axis := range order {
		shape[i] = from[axis]
	}
	return picks{shape, func() [][]kernels.Stretch {
		all, axes := everything(from), make([][]kernels.Stretch, len(from))
		for i, axis := range order {
			axes[i] = all[axis]
		}
		return axes
	}}, nil
}
