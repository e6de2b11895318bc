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
	if len(axes) == 0 && !r.emptyNone {
		return allAxes(inputs[0].Shape), nil
	}
	return axesOf(axes, len(inputs[0].Shape))
}

// averages average in each datatype that is supported.
var averages = map[domain.Datatype]func(dst, src domain.Tensor, kept, reduced []kernels.Span){
	domain.FP32: average[float32], domain.FP64: average[float64],
}

func average[T float32 | float64](dst, src domain.Tensor, kept, reduced []kernels.Span) {
	kernels.Mean(dataOf[T](dst), dataOf[T](src), kept, reduced)
}

// Infer returns the shape without the reduced axes, or with 1 for each.
func (r reduceMean) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "data")
	if err != nil {
		return nil, err
	}
	if _, ok := averages[x.Datatype]; !ok {
		return nil, wrongDatatype("data", x.Datatype, "FP32 or FP64")
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
			return nil, misshapen("data", x.Shape, "axes to reduce that are not empty")
		case r.keep:
			shape = append(shape, 1)
		}
	}
	return like(x, shape)
}

// Compile sorts the axes into those that stay and those that go.
func (r reduceMean) Compile(inputs, outputs []Value) (Run, error) {
	reduced, err := r.reduced(inputs)
	if err != nil {
		return nil, err
	}
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	var kept, gone []kernels.Span
	shape := inputs[0].Shape
	for axis, stride := range stridesOf(shape) {
		list := &kept
		if slices.Contains(reduced, axis) {
			list = &gone
		}
		*list = append(*list, kernels.Span{Length: shape[axis], Step: stride})
	}
	mean := averages[inputs[0].Datatype]
	return func(inputs, outputs []domain.Tensor) { mean(outputs[0], inputs[0], kept, gone) }, nil
}
