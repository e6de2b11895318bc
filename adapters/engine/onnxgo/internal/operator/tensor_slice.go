package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// sliceBounds are what a Slice is asked for; axes and steps may be nil.
type sliceBounds struct{ starts, ends, axes, steps []int }

func parseSlice(node Node) (Operator, error) {
	a := attributesOf(node)
	bounds := sliceInputs
	if node.Opset < 10 {
		fixed := sliceBounds{starts: a.ints("starts"), ends: a.ints("ends"), axes: a.ints("axes")}
		a.expect(fixed.starts != nil, "starts", "is required")
		a.expect(fixed.ends != nil, "ends", "is required")
		bounds = func([]Value) (sliceBounds, error) { return fixed, nil }
	}
	return &selection{name: "Slice", fill: -1, plan: func(in []Value) (domain.Shape, kernels.Selection, error) {
		b, err := bounds(in)
		if err != nil {
			return nil, kernels.Selection{}, err
		}
		return sliced(in[0].Shape, b)
	}}, a.done()
}

func sliceInputs(in []Value) (b sliceBounds, err error) {
	for i, part := range []struct {
		name     string
		values   *[]int
		required bool
	}{{"starts", &b.starts, true}, {"ends", &b.ends, true}, {"axes", &b.axes, false}, {"steps", &b.steps, false}} {
		values, given, err := knownInts(in, i+1, part.name)
		if err != nil {
			return b, err
		}
		if part.required && !given {
			return b, domain.Errorf(domain.Invalid, "input %s is missing", part.name)
		}
		*part.values = values
	}
	return b, nil
}

func sliced(from domain.Shape, b sliceBounds) (domain.Shape, kernels.Selection, error) {
	if b.axes == nil {
		b.axes = count(0, len(b.starts), 1)
	}
	if b.steps == nil {
		b.steps = slices.Repeat([]int{1}, len(b.starts))
	}
	if len(b.ends) != len(b.starts) || len(b.axes) != len(b.starts) || len(b.steps) != len(b.starts) {
		return nil, kernels.Selection{}, domain.Errorf(domain.Invalid, "starts %v, ends %v, axes %v and steps %v are not of one length", b.starts, b.ends, b.axes, b.steps)
	}
	axes, err := axesOf(b.axes, len(from))
	if err != nil {
		return nil, kernels.Selection{}, err
	}
	shape, picked := from.Clone(), make([][]int, len(from))
	strides := stridesOf(from)
	for axis, n := range from {
		picked[axis] = spread(count(0, n, 1), strides[axis])
	}
	for i, axis := range axes {
		if b.steps[i] == 0 {
			return nil, kernels.Selection{}, domain.Errorf(domain.Invalid, "step %d is 0", i)
		}
		positions := sliceAxis(from[axis], b.starts[i], b.ends[i], b.steps[i])
		shape[axis], picked[axis] = len(positions), spread(positions, strides[axis])
	}
	return shape, kernels.Selection{Axes: picked}, nil
}

// sliceAxis returns the positions that start:end:step names on an axis of n, as
// ONNX clamps them.
func sliceAxis(n, start, end, step int) []int {
	if start < 0 {
		start += n
	}
	if end < 0 {
		end = max(end, -n-1) + n // the least integer stands for "from the front"
	}
	if step > 0 {
		start, end = min(max(start, 0), n), min(max(end, 0), n)
	} else {
		start, end = min(max(start, 0), n-1), min(max(end, -1), n-1)
	}
	if n == 0 || (end-start)*sign(step) <= 0 {
		return nil
	}
	// A step beyond the axis picks one element; the product below cannot overflow then.
	step = min(max(step, -n), n)
	return count(start, (end-start+step-sign(step))/step, step)
}

func sign(v int) int {
	if v < 0 {
		return -1
	}
	return 1
}
