package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// normalizationFamily are the operators that bring elements to a common size.
var normalizationFamily = map[string][]definition{
	"LayerNormalization":        {{since: 17, inputs: arity{2, 3}, outputs: arity{1, 3}, parse: parseRowNormalization(false)}},
	"RMSNormalization":          {{since: 23, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseRowNormalization(true)}},
	"InstanceNormalization":     {{since: 6, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseInstanceNormalization}},
	"GroupNormalization":        {{since: 18, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseGroupNormalization}},
	"MeanVarianceNormalization": {unary(9, parseMeanVariance)},
	"LpNormalization":           {unary(1, parseLpNormalization)},
}

// rowNormalization is LayerNormalization of X over an axis and all behind it, with
// Scale and B stretched to X; further outputs are the mean, and 1 over the standard
// deviation, both FP32 whatever X is. RMSNormalization leaves the mean.
type rowNormalization struct {
	axis      int
	epsilon   float32
	keepsMean bool
}

func parseRowNormalization(keepsMean bool) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		a := attributesOf(node)
		r := rowNormalization{axis: a.int("axis", -1), epsilon: a.float("epsilon", 1e-5), keepsMean: keepsMean}
		a.expect(a.int("stash_type", 1) == 1, "stash_type", "is not supported, 1 (FP32 or better) is")
		return r, a.done()
	}
}

// StaysWide reports that the mean and the deviation are never rounded to 16 bits.
func (rowNormalization) StaysWide(output int) bool { return output > 0 }

// Infer returns X's shape, and that of what is kept of each row.
func (r rowNormalization) Infer(inputs []Value) ([]Value, error) {
	x, err := realOperand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	axis, err := axisOf(r.axis, len(x.Shape))
	if err != nil {
		return nil, err
	}
	for i, name := range []string{"Scale", "B"} {
		if _, given := optional(inputs, i+1); i == 0 || given {
			if err := stretchesTo(inputs, i+1, name, x); err != nil {
				return nil, err
			}
		}
	}
	kept := x.Shape.Clone()
	for i := axis; i < len(kept); i++ {
		kept[i] = 1
	}
	moment := Value{Datatype: domain.FP32, Shape: kept}
	return []Value{x.described(), moment, moment}, nil
}

// described returns a value of the datatype and shape, of which nothing else is
// known.
func (v Value) described() Value { return Value{Datatype: v.Datatype, Shape: v.Shape} }

// stretchesTo refuses an input that is not of another's datatype, or that does not
// stretch to its shape.
func stretchesTo(inputs []Value, at int, name string, x Value) error {
	v, err := present(inputs, at, name)
	if err != nil {
		return err
	}
	if v.Datatype != x.Datatype {
		return wrongDatatype(name, v.Datatype, "that of the first input, "+x.Datatype.String()+",")
	}
	if shape, err := broadcast(x.Shape, v.Shape); err != nil || !shape.Equal(x.Shape) {
		return misshapen(name, v.Shape, "one that stretches to "+x.Shape.String())
	}
	return nil
}

// Compile returns the computation in X's datatype.
func (r rowNormalization) Compile(inputs, _ []Value) (Run, error) {
	axis, err := axisOf(r.axis, len(inputs[0].Shape))
	if err != nil {
		return nil, err
	}
	if inputs[0].Datatype == domain.FP64 {
		return normalizeRows[float64](r, inputs, axis), nil
	}
	return normalizeRows[float32](r, inputs, axis), nil
}

func normalizeRows[T realNumber](r rowNormalization, inputs []Value, axis int) Run {
	shape := inputs[0].Shape
	rows, n := product(shape[:axis]), product(shape[axis:])
	parameters := inputs[1:]
	if last, ok := optional(inputs, len(inputs)-1); !ok || last.Missing() {
		parameters = inputs[1 : len(inputs)-1]
	}
	alongRows, after := true, make([]kernels.Broadcast, len(parameters))
	for i, v := range parameters {
		alongRows = alongRows && slices.Equal(withoutOnes(v.Shape), withoutOnes(shape[axis:]))
		after[i] = broadcastOf(shape, shape, v.Shape)
	}
	plain := kernels.RowNormalization[T]{Epsilon: float64(r.epsilon), KeepsMean: r.keepsMean}
	return func(in, out []domain.Tensor) {
		normalize, dst := plain, dataOf[T](out[0])
		if alongRows {
			normalize.Scale = dataOf[T](in[1])
			if len(after) > 1 {
				normalize.Bias = dataOf[T](in[2])
			}
		}
		normalize.Run(dst, dataOf[T](in[0]), momentsOf(out, 1), momentsOf(out, 2), rows, n)
		if !alongRows && len(dst) > 0 {
			for i, b := range after {
				op := [...]kernels.Arithmetic{kernels.Multiply, kernels.Add}[i]
				kernels.Calculate(op, dst, dst, dataOf[T](in[i+1]), b)
			}
		}
	}
}

// momentsOf returns the elements of an optional output.
func momentsOf(outputs []domain.Tensor, at int) []float32 {
	if at >= len(outputs) {
		return nil
	}
	return floats(outputs[at])
}

// withoutOnes returns a shape without the ones in front.
func withoutOnes(shape domain.Shape) domain.Shape {
	for len(shape) > 0 && shape[0] == 1 {
		shape = shape[1:]
	}
	return shape
}

// What has no axis for the rows is the same for each.
func (r rowNormalization) keepsRows(inputs, _ []Value, perRow []bool) bool {
	rank := len(inputs[0].Shape)
	for _, v := range inputs[1:] {
		if len(v.Shape) == rank && v.Shape[0] != 1 {
			return false
		}
	}
	return onlyFirst(perRow) && axisBehindFirst(r.axis, inputs[0])
}
