package operator

import (
	"math"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

func TestActivationsAgainstONNXRuntime(t *testing.T) {
	checkGolden(t, []golden{
		{"plain", "Relu", 13, attrs(), shapes{{1, 7}},
			domain.Shape{1, 7}, []float32{0, 1, 0, 1.25, 0, 1.5, 0}},
		{"default", "LeakyRelu", 7, attrs(), shapes{{7}},
			domain.Shape{7}, []float32{-0.0074999998, 1, -0.0049999999, 1.25, -0.0024999999, 1.5, 0}},
		{"slope", "LeakyRelu", 16, attrs(decimal("alpha", -0.5)), shapes{{7}},
			domain.Shape{7}, []float32{0.375, 1, 0.25, 1.25, 0.125, 1.5, 0}},
		{"plain", "Sigmoid", 13, attrs(), shapes{{2, 3}},
			domain.Shape{2, 3}, []float32{0.32082132, 0.7310586, 0.37754071, 0.77729988, 0.4378235, 0.81757444}},
		{"plain", "Tanh", 7, attrs(), shapes{{2, 3}},
			domain.Shape{2, 3}, []float32{-0.635149, 0.76159418, -0.46211717, 0.84828365, -0.24491866, 0.90514821}},
		{"defaults", "HardSigmoid", 7, attrs(), shapes{{7}},
			domain.Shape{7}, []float32{0.34999999, 0.69999999, 0.40000001, 0.75, 0.44999999, 0.80000001, 0.5}},
		{"both", "HardSigmoid", 7, attrs(decimal("alpha", 0.5), decimal("beta", 0.25)), shapes{{7}},
			domain.Shape{7}, []float32{0, 0.75, 0, 0.875, 0.125, 1, 0.25}},
		{"plain", "HardSwish", 14, attrs(), shapes{{2, 3}},
			domain.Shape{2, 3}, []float32{-0.28125, 0.66666669, -0.20833333, 0.88541675, -0.11458334, 1.125}},
		{"lower", "Clip", 7, attrs(decimal("min", -0.5)), shapes{{7}},
			domain.Shape{7}, []float32{-0.5, 1, -0.5, 1.25, -0.25, 1.5, 0}},
		{"both", "Clip", 10, attrs(decimal("min", -0.5), decimal("max", 1)), shapes{{7}},
			domain.Shape{7}, []float32{-0.5, 1, -0.5, 1, -0.25, 1, 0}},
	})
}

var (
	notANumber = float32(math.NaN())
	infinite   = float32(math.Inf(1))
)

func TestRectifiersOfWhatIsNotFinite(t *testing.T) {
	x := vector(notANumber, -infinite, infinite)
	checkExamples(t, []example{
		{"", "Relu", 14, nil, tensors(x), vector(notANumber, 0, infinite)},
		{"", "LeakyRelu", 16, nil, tensors(x), x},
	})
}

func TestClipOfInputs(t *testing.T) {
	x := vector[float32](notANumber, -infinite, -2, 0.5, 3, infinite)
	low, high := tensorOf[float32](domain.Shape{}, -1), tensorOf[float32](domain.Shape{1}, 1)
	const most = math.MaxFloat32
	checkExamples(t, []example{
		{"no bounds", "Clip", 11, nil, tensors(x), vector[float32](notANumber, -most, -2, 0.5, 3, most)},
		{"lower", "Clip", 12, nil, tensors(x, low), vector[float32](notANumber, -1, -1, 0.5, 3, most)},
		{"upper", "Clip", 13, nil, tensors(x, domain.Tensor{}, high), vector[float32](notANumber, -most, -2, 0.5, 1, 1)},
		{"both", "Clip", 21, nil, tensors(x, low, high), vector[float32](notANumber, -1, -1, 0.5, 1, 1)},
		{"crossed", "Clip", 13, nil, tensors(x, high, low), vector[float32](notANumber, -1, -1, -1, -1, -1)},
		{"FP64", "Clip", 11, nil, tensors(vector[float64](math.Inf(1), -3), tensorOf(domain.Shape{}, -1.5)), vector(math.MaxFloat64, -1.5)},
		{"integers", "Clip", 12, nil, tensors(vector[int8](-128, 5, 127), tensorOf[int8](domain.Shape{}, -1)), vector[int8](-1, 5, 127)},
		{"INT64", "Clip", 12, nil, tensors(vector[int64](-9, 1<<62), domain.Tensor{}, tensorOf[int64](domain.Shape{}, 7)), vector[int64](-9, 7)},
		{"UINT16", "Clip", 12, nil, tensors(vector[uint16](0, 65535), tensorOf[uint16](domain.Shape{}, 2)), vector[uint16](2, 65535)},
	})
}

func TestActivationsRefuse(t *testing.T) {
	for _, c := range []struct {
		node   Node
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{heavyNode("Relu", 13, 1), inputsOf(vector[int32](1)), domain.Unsupported, "INT32"},
		{heavyNode("Sigmoid", 13, 1), inputsOf(vector[int32](1)), domain.Unsupported, "INT32"},
		{heavyNode("Softmax", 13, 1), inputsOf(vector[int32](1)), domain.Unsupported, "INT32"},
		{heavyNode("Softmax", 13, 1), inputsOf(tensorOf[float32](domain.Shape{}, 1)), domain.Invalid, "axis -1 is not one of 0"},
		{heavyNode("Softmax", 11, 1), inputsOf(vector[float32](1)), domain.Invalid, "axis 1 is not one of 1"},
		{heavyNode("LogSoftmax", 13, 1, whole("axis", 2)), inputsOf(tensorOf[float32](domain.Shape{1, 1}, 1)), domain.Invalid, "axis 2 is not one of 2"},
		{heavyNode("Clip", 11, 1), inputsOf(vector[int8](1)), domain.Unsupported, "INT8"},
		{heavyNode("Clip", 13, 1), inputsOf(vector[domain.Float16](1)), domain.Unsupported, "FP16"},
		{heavyNode("Clip", 13, 2), inputsOf(vector[float32](1), vector[float64](1)), domain.Invalid, "input min is FP64 [1], expected one FP32"},
		{heavyNode("Clip", 13, 3), inputsOf(vector[float32](1), domain.Tensor{}, vector[float32](1, 2)), domain.Invalid, "input max is FP32 [2]"},
	} {
		_, err := parsed[Operator](t, c.node).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
}

// What AsClamp gives must do to every element what the operator does, bit for
// bit, or a fused model would give other numbers.
func TestAsClamp(t *testing.T) {
	x := vector[float32](notANumber, -infinite, -2, float32(math.Copysign(0, -1)), 0, 0.5, 3, infinite)
	low, high := tensorOf[float32](domain.Shape{}, -1), tensorOf[float32](domain.Shape{}, 1)
	for _, c := range []struct {
		node   Node
		inputs []domain.Tensor
	}{
		{heavyNode("Relu", 7, 1), tensors(x)},
		{heavyNode("Clip", 6+1, 1, decimal("max", 6), decimal("min", 0)), tensors(x)},
		{heavyNode("Clip", 7, 1), tensors(x)},
		{heavyNode("Clip", 11, 1), tensors(x)},
		{heavyNode("Clip", 13, 2), tensors(x, low)},
		{heavyNode("Clip", 13, 3), tensors(x, domain.Tensor{}, high)},
		{heavyNode("Clip", 13, 3), tensors(x, low, high)},
	} {
		op := parsed[Operator](t, c.node)
		from, to, ok := AsClamp(op, valuesOf(c.inputs, 1))
		if !ok {
			t.Errorf("%v is no clamp", c.node)
			continue
		}
		for i, want := range floats(compute(t, op, c.inputs, 1)) {
			if got := kernels.Clamp(floats(x)[i], from, to); math.Float32bits(got) != math.Float32bits(want) {
				t.Errorf("%v: the clamp makes %v of %v, the operator %v", c.node, got, floats(x)[i], want)
			}
		}
	}
}

func TestAsClampOfOthers(t *testing.T) {
	for name, c := range map[string]struct {
		node   Node
		inputs []Value
	}{
		"not a clamp":        {heavyNode("Sigmoid", 13, 1), inputsOf(vector[float32](1))},
		"bounds not known":   {heavyNode("Clip", 13, 2), inputsOf(vector[float32](1), vector[float32](1))},
		"another datatype":   {heavyNode("Clip", 13, 1), inputsOf(vector[int8](1))},
		"nothing to clamp":   {heavyNode("Clip", 13, 1), nil},
		"an unfitting bound": {heavyNode("Clip", 13, 2), valuesOf(tensors(vector[float32](1), vector[int8](1)), 1)},
	} {
		if _, _, ok := AsClamp(parsed[Operator](t, c.node), c.inputs); ok {
			t.Errorf("%s: taken for a clamp", name)
		}
	}
}
