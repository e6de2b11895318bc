package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// selection is an operator that picks elements of its first input by their
// position on each axis.
type selection struct {
	name string
	// plan returns the shape of the output and where its elements come from.
	plan func(inputs []Value) (domain.Shape, kernels.Selection, error)
	fill int // the input that holds what to write where nothing is picked, -1 for none
}

// Infer returns the shape of the selection.
func (s *selection) Infer(inputs []Value) ([]Value, error) {
	data, err := present(inputs, 0, "data")
	if err != nil {
		return nil, err
	}
	shape, err := s.shape(inputs)
	if err != nil {
		return nil, err
	}
	return like(data, shape)
}

// largestAxis bounds the offsets that a selection keeps for one axis.
const largestAxis = 1 << 24

func (s *selection) shape(inputs []Value) (domain.Shape, error) {
	for _, n := range inputs[0].Shape {
		if n > largestAxis {
			return nil, domain.Errorf(domain.Unsupported, "an axis of length %d is longer than %d", n, largestAxis)
		}
	}
	shape, _, err := s.plan(inputs)
	return shape, err
}

// Compile keeps the offsets of each axis.
func (s *selection) Compile(inputs, _ []Value) (Run, error) {
	_, picked, err := s.plan(inputs)
	if err != nil {
		return nil, err
	}
	move := movers[inputs[0].Datatype]
	return func(inputs, outputs []domain.Tensor) {
		var fill domain.Tensor
		if s.fill >= 0 && s.fill < len(inputs) {
			fill = inputs[s.fill]
		}
		if outputs[0].Len() > 0 {
			move.pick(outputs[0], inputs[0], picked, fill)
		}
	}, nil
}

// spread multiplies positions by the distance of neighbours. Negative ones,
// which pick nothing, stay.
func spread(positions []int, stride int) []int {
	offsets := make([]int, len(positions))
	for i, position := range positions {
		offsets[i] = position
		if position > 0 {
			offsets[i] = position * stride
		}
	}
	return offsets
}

// count returns n positions from start on, step apart.
func count(start, n, step int) []int {
	positions := make([]int, n)
	for i := range positions {
		positions[i] = start + i*step
	}
	return positions
}

func parseTranspose(node Node) (Operator, error) {
	a := attributesOf(node)
	perm := a.ints("perm")
	return &selection{name: "Transpose", fill: -1, plan: func(in []Value) (domain.Shape, kernels.Selection, error) {
		from := in[0].Shape
		order, err := axesOf(perm, len(from))
		if err != nil {
			return nil, kernels.Selection{}, err
		}
		if perm == nil {
			order = count(len(from)-1, len(from), -1)
		}
		if len(order) != len(from) {
			return nil, kernels.Selection{}, domain.Errorf(domain.Invalid, "perm %v does not order the axes of shape %v", perm, from)
		}
		strides := stridesOf(from)
		shape, axes := make(domain.Shape, len(from)), make([][]int, len(from))
		for i, axis := range order {
			shape[i], axes[i] = from[axis], spread(count(0, from[axis], 1), strides[axis])
		}
		return shape, kernels.Selection{Axes: axes}, nil
	}}, a.done()
}

func parseGather(node Node) (Operator, error) {
	a := attributesOf(node)
	at := a.int("axis", 0)
	return &selection{name: "Gather", fill: -1, plan: func(in []Value) (domain.Shape, kernels.Selection, error) {
		return gathered(in, at)
	}}, a.done()
}

func gathered(in []Value, at int) (shape domain.Shape, s kernels.Selection, err error) {
	from := in[0].Shape
	axis, err := axisOf(at, len(from))
	if err != nil {
		return nil, s, err
	}
	indices, err := present(in, 1, "indices")
	if err != nil {
		return nil, s, err
	}
	flat := indices
	if flat.Shape = (domain.Shape{product(indices.Shape)}); flat.Known() {
		flat.Const, err = indices.Const.Reshape(flat.Shape)
	}
	if err != nil {
		return nil, s, err
	}
	positions, _, err := knownInts([]Value{flat}, 0, "indices")
	if err != nil {
		return nil, s, err
	}
	for i, position := range positions {
		if positions[i], err = axisOf(position, from[axis]); err != nil {
			return nil, s, domain.Errorf(domain.Invalid, "index %d is not one of the %d of axis %d", position, from[axis], axis)
		}
	}
	strides := stridesOf(from)
	for i, n := range from {
		positionsOnAxis := count(0, n, 1)
		if i == axis {
			positionsOnAxis = positions
		}
		s.Axes = append(s.Axes, spread(positionsOnAxis, strides[i]))
	}
	return slices.Concat(from[:axis], indices.Shape, from[axis+1:]), s, nil
}
