package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// spreadFamily are operators that show the elements of their input in other
// places, known from the shapes.
var spreadFamily = map[string][]definition{
	"Expand":        {{since: 8, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseExpand}},
	"Tile":          {{since: 6, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseTile}},
	"DepthToSpace":  {unary(1, parseDepthToSpace)},
	"SpaceToDepth":  {unary(1, parseSpaceToDepth)},
	"CenterCropPad": {{since: 18, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseCenterCropPad}},
	"Compress":      {{since: 9, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseCompress}},
	"Split": {
		{since: 2, inputs: arity{1, 1}, outputs: arity{1, variadic}, parse: parseSplit},
		{since: 13, inputs: arity{1, 2}, outputs: arity{1, variadic}, parse: parseSplit},
	},
}

func parseExpand(node Node) (Operator, error) {
	return &selection{plan: func(in []Value) (picks, error) {
		target, err := requiredInts(in, 1, "shape")
		if err != nil {
			return picks{}, err
		}
		if err := checkShape(target); err != nil {
			return picks{}, domain.Errorf(domain.KindOf(err), "input shape: %w", err)
		}
		return expanded(in[0].Shape, target)
	}}, attributesOf(node).done()
}

// expanded repeats the axes of length 1 and puts new ones in front.
func expanded(from, target domain.Shape) (picks, error) {
	shape, err := broadcast(from, target)
	if err != nil {
		return picks{}, domain.Errorf(domain.Invalid, "input of shape %v does not broadcast to the shape %v", from, target)
	}
	return picks{shape, func() [][]kernels.Stretch {
		axes := make([][]kernels.Stretch, len(shape))
		for axis, step := range spreadStrides(from, shape) {
			axes[axis] = []kernels.Stretch{{Length: shape[axis], Step: step}}
		}
		return axes
	}}, nil
}

func parseTile(node Node) (Operator, error) {
	return &selection{plan: func(in []Value) (picks, error) {
		repeats, err := requiredInts(in, 1, "repeats")
		if err != nil {
			return picks{}, err
		}
		return tiled(in[0].Shape, repeats)
	}}, attributesOf(node).done()
}

// tiled shows an array several times on each axis.
func tiled(from domain.Shape, repeats []int) (picks, error) {
	if len(repeats) != len(from) {
		return picks{}, domain.Errorf(domain.Invalid, "there are %d repeats for the %d axes of shape %v", len(repeats), len(from), from)
	}
	shape := from.Clone()
	for axis, times := range repeats {
		if err := checkShape(domain.Shape{times, shape[axis]}); err != nil {
			return picks{}, domain.Errorf(domain.Invalid, "repeats %v: %w", repeats, err)
		}
		shape[axis] *= times
	}
	return picks{shape, func() (axes [][]kernels.Stretch) {
		for axis, all := range everything(from) {
			if repeats[axis] != 1 {
				axes = append(axes, []kernels.Stretch{{Length: repeats[axis]}})
			}
			axes = append(axes, all)
		}
		return axes
	}}, nil
}

func parseCenterCropPad(node Node) (Operator, error) {
	a := attributesOf(node)
	axes := a.ints("axes")
	return &selection{
		plan: func(in []Value) (picks, error) {
			target, err := requiredInts(in, 1, "shape")
			if err != nil {
				return picks{}, err
			}
			return centered(in[0].Shape, target, axes)
		},
		fill: func([]domain.Tensor) domain.Tensor { return domain.Tensor{} },
	}, a.done()
}

// centered cuts or pads axes on both sides. The odd element is cut from the end,
// or added there.
func centered(from domain.Shape, target, named []int) (picks, error) {
	if err := checkShape(target); err != nil {
		return picks{}, domain.Errorf(domain.KindOf(err), "input shape: %w", err)
	}
	if named == nil {
		named = allAxes(from)
	}
	axes, err := axesOf(named, len(from))
	if err != nil {
		return picks{}, err
	}
	if len(target) != len(axes) {
		return picks{}, domain.Errorf(domain.Invalid, "input shape %v has %d lengths for %d axes", target, len(target), len(axes))
	}
	n := len(axes)
	p := padding{mode: "constant", axes: axes, pads: make([]int, 2*n)}
	for i, axis := range axes {
		more := target[i] - from[axis]
		p.pads[i], p.pads[i+n] = more/2, more-more/2 // towards zero
	}
	return p.of(from)
}

func parseCompress(node Node) (Operator, error) {
	a := attributesOf(node)
	at, flat := a.int("axis", 0), !a.has("axis")
	return &selection{plan: func(in []Value) (picks, error) {
		from := in[0].Shape
		if flat {
			from = domain.Shape{product(from)}
		}
		axis, err := axisOf(at, len(from))
		if err != nil {
			return picks{}, err
		}
		positions, err := conditionOf(in, from[axis])
		if err != nil {
			return picks{}, err
		}
		return listed(from, axis, positions), nil
	}}, a.done()
}

// conditionOf returns the positions at which a Compress keeps elements of an axis.
func conditionOf(in []Value, length int) (positions []int, err error) {
	condition, err := present(in, 1, "condition")
	switch {
	case err != nil:
		return nil, err
	case condition.Datatype != domain.BOOL:
		return nil, domain.Errorf(domain.Invalid, "input condition has datatype %v, expected BOOL", condition.Datatype)
	case len(condition.Shape) != 1:
		return nil, misshapen("condition", condition.Shape, "[n]")
	case !condition.Known():
		return nil, unknownElements("condition")
	}
	for i, keep := range dataOf[bool](condition.Const) {
		if keep && i >= length {
			return nil, domain.Errorf(domain.Invalid, "input condition: element %d keeps what an axis of %d has not", i, length)
		}
		if keep {
			positions = append(positions, i)
		}
	}
	return positions, nil
}

// listed picks positions on one axis, and all of the others.
func listed(from domain.Shape, axis int, positions []int) picks {
	shape := from.Clone()
	shape[axis] = len(positions)
	return picks{shape, func() [][]kernels.Stretch {
		axes := everything(from)
		axes[axis] = scaled(runsOf(positions), axes[axis][0].Step)
		return axes
	}}
}

// runsOf joins positions that follow each other.
func runsOf(positions []int) (runs []kernels.Stretch) {
	for _, at := range positions {
		if n := len(runs); n > 0 && runs[n-1].Start+runs[n-1].Length == at {
			runs[n-1].Length++
			continue
		}
		runs = append(runs, kernels.Stretch{Length: 1, Start: at, Step: 1})
	}
	return slices.Clip(runs)
}
