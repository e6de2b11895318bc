package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var reductionFamily = map[string][]definition{
	"ReduceMean": {
		unary(1, parseReduceMean),
		{since: 18, inputs: arity{1, 2}, outputs: arity{1, 1}, parse: parseReduceMean},
	},
}

// reduceMean averages over axes.
type reduceMean struct {
	axes      func([]Value) ([]int, error)
	keep      bool
	emptyNone bool // no axes: reduce none instead of all
}

func parseReduceMean(node Node) (Operator, error) {
	a := attributesOf(node)
	r := reduceMean{axes: axesFrom(a, node, 18), keep: a.bool("keepdims", true)}
	if node.Opset >= 18 {
		r.emptyNone = a.bool("noop_with_empty_axes", false)
	}
	return r, a.done()
}

// reduced returns the axes to reduce, counted from the front.
func (r reduceMean) reduced(inputs []Value) ([]int, error) {
	axes, err := r.axes(inputs)
	if err != nil {
		return nil, err
	}
	rank := len(inputs[0].Shape)
	if len(axes) == 0 && !r.emptyNone {
		return count(0, rank, 1), nil
	}
	return axesOf(axes, rank)
}

// Infer returns the shape without the reduced axes, or with 1 for each.
func (r reduceMean) Infer(inputs []Value) ([]Value, error) {
	x, err := operand(inputs, 0, "data")
	if err != nil {
		return nil, err
	}
	reduced, err := r.reduced(inputs)
	if err != nil {
		return nil, err
	}
	shape := domain.Shape{}
	for axis, n := range x.Shape {
		switch {
		case !slices.Contains(reduced, axis):
			shape = append(shape, n)
		case n == 0:
			return nil, misshapen("data", x.Shape, "axes that are not empty")
		case r.keep:
			shape = append(shape, 1)
		}
	}
	return like(x, shape)
}

// Compile lists the offsets of each result and of what goes into it.
func (r reduceMean) Compile(inputs, _ []Value) (Run, error) {
	reduced, err := r.reduced(inputs)
	if err != nil {
		return nil, err
	}
	shape, strides := inputs[0].Shape, stridesOf(inputs[0].Shape)
	kept, within := []int{0}, []int{0}
	for axis, n := range shape {
		list := &kept
		if slices.Contains(reduced, axis) {
			list = &within
		}
		*list = extend(*list, n, strides[axis])
	}
	return func(inputs, outputs []domain.Tensor) {
		kernels.Mean(floats(outputs[0]), floats(inputs[0]), kept, within)
	}, nil
}

// extend returns every offset with every position of one more axis added.
func extend(offsets []int, n, stride int) []int {
	extended := make([]int, 0, len(offsets)*n)
	for _, offset := range offsets {
		for i := range n {
			extended = append(extended, offset+i*stride)
		}
	}
	return extended
}
