package operator

import (
	"fmt"
	"math"
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
	return &selection{plan: func(in []Value) (picks, error) {
		b, err := bounds(in)
		if err != nil {
			return picks{}, err
		}
		return sliced(in[0].Shape, b)
	}}, a.done()
}

func sliceInputs(in []Value) (b sliceBounds, err error) {
	if b.starts, err = requiredInts(in, 1, "starts"); err != nil {
		return b, err
	}
	if b.ends, err = requiredInts(in, 2, "ends"); err != nil {
		return b, err
	}
	if b.axes, _, err = knownInts(in, 3, "axes"); err != nil {
		return b, err
	}
	b.steps, _, err = knownInts(in, 4, "steps")
	return b, err
}

func sliced(from domain.Shape, b sliceBounds) (picks, error) {
	n := len(b.starts)
	if b.axes == nil && n <= len(from) {
		b.axes = allAxes(from[:n])
	}
	if b.steps == nil {
		b.steps = slices.Repeat([]int{1}, n)
	}
	if len(b.ends) != n || len(b.axes) != n || len(b.steps) != n {
		return picks{}, domain.Errorf(domain.Invalid, "starts %v, ends %v, axes %v and steps %v do not belong to the same axes of %v", b.starts, b.ends, b.axes, b.steps, from)
	}
	axes, err := axesOf(b.axes, len(from))
	if err != nil {
		return picks{}, err
	}
	shape, cut := from.Clone(), make([]kernels.Stretch, n)
	for i, axis := range axes {
		if err := checkStep(b.ends[i], b.steps[i]); err != nil {
			return picks{}, err
		}
		cut[i] = sliceAxis(from[axis], b.starts[i], b.ends[i], b.steps[i])
		shape[axis] = cut[i].Length
	}
	return picks{shape, func() [][]kernels.Stretch {
		all := everything(from)
		for i, axis := range axes {
			all[axis] = scaled(slices.Clone(cut[i:i+1]), all[axis][0].Step)
		}
		return all
	}}, nil
}

// checkStep refuses steps that lead nowhere, or where engines disagree.
func checkStep(end, step int) error {
	switch {
	case step == 0:
		return domain.Errorf(domain.Invalid, "a step is 0")
	case step < 0 && (end == math.MaxInt32 || end == math.MaxInt64):
		return &domain.Error{
			Kind: domain.Unsupported, Msg: fmt.Sprintf("a slice backwards ends at %d, which some read as the front of the axis and some as its end", end),
			Hint: "ONNX recommends the least integer for the front",
		}
	default:
		return nil
	}
}

// sliceAxis returns the positions that start:end:step names on an axis of n, as
// ONNX clamps them: unlike in numpy, a start before the axis is its first
// element, backwards too.
func sliceAxis(n, start, end, step int) kernels.Stretch {
	if start < 0 {
		start += n
	}
	if end < 0 {
		end += n
	}
	if step > 0 {
		start, end = min(max(start, 0), n), min(max(end, 0), n)
	} else {
		start, end = min(max(start, 0), n-1), min(max(end, -1), n-1)
	}
	if n == 0 || (step > 0) != (end > start) || end == start {
		return kernels.Stretch{}
	}
	length := (end - start) / step
	if (end-start)%step != 0 {
		length++
	}
	return kernels.Stretch{Length: length, Start: start, Step: step}
}
