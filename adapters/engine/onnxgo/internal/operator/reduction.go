package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// reductionFamily are the operators that make one element of many.
var reductionFamily = map[string][]definition{
	"ReduceSum":       reductionDefinitions(13, "sum"),
	"ReduceMean":      reductionDefinitions(18, "mean"),
	"ReduceMax":       reductionDefinitions(18, "max"),
	"ReduceMin":       reductionDefinitions(18, "min"),
	"ReduceProd":      reductionDefinitions(18, "product"),
	"ReduceL1":        reductionDefinitions(18, "l1"),
	"ReduceL2":        reductionDefinitions(18, "l2"),
	"ReduceLogSum":    reductionDefinitions(18, "log of sum"),
	"ReduceLogSumExp": reductionDefinitions(18, "log of sum of exponentials"),
	"ReduceSumSquare": reductionDefinitions(18, "sum of squares"),

	"ArgMax": {unary(1, parseArgument(true))},
	"ArgMin": {unary(1, parseArgument(false))},
	"TopK": {
		{since: 1, inputs: arity{1, 1}, outputs: arity{1, 2}, parse: parseTopK},
		{since: 10, inputs: arity{2, 2}, outputs: arity{1, 2}, parse: parseTopK},
	},
}

// reductionDefinitions are those of a reduction whose axes are an attribute before
// an opset, and an input from it on.
func reductionDefinitions(axesAreInput int, kind string) []definition {
	parse := func(node Node) (Operator, error) {
		a := attributesOf(node)
		r := reduction{kind: kind, axes: axesFrom(a, node, axesAreInput), keep: a.bool("keepdims", true)}
		if node.Opset >= axesAreInput {
			r.emptyNone = a.bool("noop_with_empty_axes", false)
		}
		if kind == "mean" {
			return reduceMean{r}, a.done()
		}
		return r, a.done()
	}
	return []definition{
		unary(1, parse),
		{since: axesAreInput, inputs: arity{1, 2}, outputs: arity{1, 1}, parse: parse},
	}
}

// reduction makes one element of those along some axes.
type reduction struct {
	kind      string // one of the reducers
	axes      func([]Value) ([]int, error)
	keep      bool
	emptyNone bool // no axes: reduce none instead of all
}

// reduceMean is the reduction that can be computed on pictures in blocks.
type reduceMean struct{ reduction }

// reduced returns the axes to reduce, counted from the front.
func (r reduction) reduced(inputs []Value) ([]int, error) {
	axes, err := r.axes(inputs)
	if err != nil {
		return nil, err
	}
	if len(axes) == 0 && !r.emptyNone {
		return allAxes(inputs[0].Shape), nil
	}
	return axesOf(axes, len(inputs[0].Shape))
}

// Infer returns the shape without the reduced axes, or with 1 for each.
func (r reduction) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "data")
	if err != nil {
		return nil, err
	}
	if _, ok := reducers[x.Datatype][r.kind]; !ok {
		return nil, wrongDatatype("data", x.Datatype, "FP32, FP64 or an integer of 32 or 64 bits")
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
		case n == 0 && r.kind == "mean":
			return nil, misshapen("data", x.Shape, "axes to reduce that are not empty")
		case r.keep:
			shape = append(shape, 1)
		}
	}
	return like(x, shape)
}

// Compile sorts the axes into those that stay and those that go.
func (r reduction) Compile(inputs, outputs []Value) (Run, error) {
	reduced, err := r.reduced(inputs)
	if err != nil {
		return nil, err
	}
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	kept, gone := sortedAxes(inputs[0].Shape, reduced)
	n := 1
	for _, axis := range gone {
		n *= axis.Length
	}
	reduce := reducers[inputs[0].Datatype][r.kind]
	return func(inputs, outputs []domain.Tensor) { reduce(outputs[0], inputs[0], kept, gone, n) }, nil
}

func (r reduction) keepsRows(inputs, _ []Value, perRow []bool) bool {
	reduced, err := r.reduced(inputs)
	return err == nil && !slices.Contains(reduced, 0) && onlyFirst(perRow)
}

// sortedAxes sorts the axes of a shape into those that are kept and those that are
// reduced. Neighbours of one sort are joined, so that the inner runs are long.
func sortedAxes(shape domain.Shape, reduced []int) (kept, gone []kernels.Span) {
	var before *[]kernels.Span
	for axis, stride := range stridesOf(shape) {
		if shape[axis] == 1 {
			continue
		}
		list := &kept
		if slices.Contains(reduced, axis) {
			list = &gone
		}
		if last := len(*list) - 1; list == before {
			(*list)[last] = kernels.Span{Length: (*list)[last].Length * shape[axis], Step: stride}
		} else {
			*list = append(*list, kernels.Span{Length: shape[axis], Step: stride})
		}
		before = list
	}
	return kept, gone
}
