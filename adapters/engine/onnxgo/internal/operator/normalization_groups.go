package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// groupNormalization normalises groups of channels of X [N,C,...], and scales and
// shifts each channel. InstanceNormalization has a group for each channel.
type groupNormalization struct {
	groups   int // 0 is one for each channel
	epsilon  float32
	perGroup bool // scale and bias are [groups], not [C]
}

func parseInstanceNormalization(node Node) (Operator, error) {
	a := attributesOf(node)
	return groupNormalization{epsilon: a.float("epsilon", 1e-5)}, a.done()
}

func parseGroupNormalization(node Node) (Operator, error) {
	a := attributesOf(node)
	g := groupNormalization{groups: a.int("num_groups", 0), epsilon: a.float("epsilon", 1e-5), perGroup: node.Opset < 21}
	a.expect(g.groups > 0, "num_groups", "is not a number of groups")
	if node.Opset >= 21 {
		a.expect(a.int("stash_type", 1) == 1, "stash_type", "is not supported, 1 (FP32 or better) is")
	}
	return g, a.done()
}

// Infer returns X's shape.
func (g groupNormalization) Infer(inputs []Value) ([]Value, error) {
	x, err := realOperand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if len(x.Shape) < 2 {
		return nil, misshapen("X", x.Shape, "[N,C,...]")
	}
	channels := x.Shape[1]
	if g.groups > 0 && channels%g.groups != 0 {
		return nil, domain.Errorf(domain.Invalid, "num_groups %d does not divide the %d channels of input X %v", g.groups, channels, x.Shape)
	}
	want := domain.Shape{channels}
	if g.perGroup {
		want[0] = g.groups
	}
	for i, name := range []string{"scale", "bias"} {
		v, err := present(inputs, i+1, name)
		if err != nil {
			return nil, err
		}
		if v.Datatype != x.Datatype {
			return nil, wrongDatatype(name, v.Datatype, "that of input X, "+x.Datatype.String()+",")
		}
		if !v.Shape.Equal(want) {
			return nil, misshapen(name, v.Shape, want.String())
		}
	}
	return like(x, x.Shape)
}

// Compile returns the computation in X's datatype.
func (g groupNormalization) Compile(inputs, _ []Value) (Run, error) {
	if product(inputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	if inputs[0].Datatype == domain.FP64 {
		return normalizeGroups[float64](g, inputs[0].Shape), nil
	}
	return normalizeGroups[float32](g, inputs[0].Shape), nil
}

func normalizeGroups[T realNumber](g groupNormalization, shape domain.Shape) Run {
	channels, plane := channelsOf(shape)
	groups := g.groups
	if groups == 0 {
		groups = channels
	}
	return func(in, out []domain.Tensor) {
		kernels.NormalizeGroups(dataOf[T](out[0]), dataOf[T](in[0]), dataOf[T](in[1]), dataOf[T](in[2]), groups, channels, plane, float64(g.epsilon))
	}
}

func (groupNormalization) keepsRows(_, _ []Value, perRow []bool) bool { return onlyFirst(perRow) }

// meanVariance brings X to a mean of 0 and a standard deviation of 1 over axes.
type meanVariance struct{ axes []int }

// meanVarianceEpsilon is what ONNX's definition adds to the standard deviation.
const meanVarianceEpsilon = 1e-9

func parseMeanVariance(node Node) (Operator, error) {
	a := attributesOf(node)
	axes := a.ints("axes")
	if axes == nil {
		axes = []int{0, 2, 3}
	}
	return meanVariance{axes}, a.done()
}

// Infer returns X's shape.
func (m meanVariance) Infer(inputs []Value) ([]Value, error) {
	x, err := realOperand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if _, err := axesOf(m.axes, len(x.Shape)); err != nil {
		return nil, err
	}
	return like(x, x.Shape)
}

// reduced returns the axes over which the mean is formed. None is all, as with a
// reduction.
func (m meanVariance) reduced(shape domain.Shape) ([]int, error) {
	if len(m.axes) == 0 {
		return allAxes(shape), nil
	}
	return axesOf(m.axes, len(shape))
}

// Compile sorts the axes.
func (m meanVariance) Compile(inputs, _ []Value) (Run, error) {
	shape := inputs[0].Shape
	reduced, err := m.reduced(shape)
	if err != nil {
		return nil, err
	}
	if product(shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	kept, gone := sortedAxes(shape, reduced)
	if inputs[0].Datatype == domain.FP64 {
		return standardize[float64](kept, gone), nil
	}
	return standardize[float32](kept, gone), nil
}

func standardize[T realNumber](kept, gone []kernels.Span) Run {
	return func(in, out []domain.Tensor) {
		kernels.Standardize(dataOf[T](out[0]), dataOf[T](in[0]), kept, gone, meanVarianceEpsilon)
	}
}

func (m meanVariance) keepsRows(inputs, _ []Value, _ []bool) bool {
	reduced, err := m.reduced(inputs[0].Shape)
	for _, axis := range reduced {
		if axis == 0 {
			return false
		}
	}
	return err == nil
}

// lpNormalization divides by the norm along an axis.
type lpNormalization struct {
	axis    int
	squares bool
}

func parseLpNormalization(node Node) (Operator, error) {
	a := attributesOf(node)
	p := a.int("p", 2)
	a.expect(p == 1 || p == 2, "p", "is not supported, 1 and 2 are")
	return lpNormalization{a.int("axis", -1), p == 2}, a.done()
}

// Infer returns the input's shape.
func (l lpNormalization) Infer(inputs []Value) ([]Value, error) {
	return softmax{axis: l.axis}.Infer(inputs)
}

// Compile returns the computation over [outer, n, inner].
func (l lpNormalization) Compile(inputs, _ []Value) (Run, error) {
	shape := inputs[0].Shape
	axis, err := axisOf(l.axis, len(shape))
	if err != nil {
		return nil, err
	}
	n, inner := shape[axis], product(shape[axis+1:])
	if inputs[0].Datatype == domain.FP64 {
		return normalizeLines[float64](l, n, inner), nil
	}
	return normalizeLines[float32](l, n, inner), nil
}

func normalizeLines[T realNumber](l lpNormalization, n, inner int) Run {
	return func(in, out []domain.Tensor) {
		kernels.NormalizeLines(dataOf[T](out[0]), dataOf[T](in[0]), n, inner, l.squares)
	}
}

func (l lpNormalization) keepsRows(inputs, _ []Value, _ []bool) bool {
	return axisBehindFirst(l.axis, inputs[0])
}
