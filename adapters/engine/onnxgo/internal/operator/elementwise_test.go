package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestArithmeticAgainstONNXRuntime(t *testing.T) {
	checkGolden(t, []golden{
		{"alike", "Add", 7, attrs(), shapes{{2, 2}, {2, 2}},
			domain.Shape{2, 2}, []float32{-1.5, 2.5, 0, 0.75}},
		{"per channel", "Add", 13, attrs(), shapes{{1, 3, 1, 2}, {3, 1, 1}},
			domain.Shape{1, 3, 1, 2}, []float32{-1.5, 0.25, 1, 2.75, 0.25, 2}},
		{"scalar", "Mul", 7, attrs(), shapes{{2, 2}, {}},
			domain.Shape{2, 2}, []float32{0.5625, -0.75, 0.375, -0.9375}},
		{"both stretched", "Sub", 7, attrs(), shapes{{2, 1}, {3}},
			domain.Shape{2, 3}, []float32{0, -2.25, -1.25, 1.75, -0.5, 0.5}},
		{"the first is smaller", "Sub", 14, attrs(), shapes{{3}, {2, 3}},
			domain.Shape{2, 3}, []float32{0, -0.5, -1, -0.25, 2.5, -1.25}},
		{"per channel", "Div", 7, attrs(), shapes{{1, 2, 2}, {2, 1}},
			domain.Shape{1, 2, 2}, []float32{1, -1.3333334, -0.33333334, 0.83333331}},
		{"row", "Mul", 14, attrs(), shapes{{2, 3}, {1, 3}},
			domain.Shape{2, 3}, []float32{0.5625, 1.5, -0.25, -0.9375, -0.375, 0.75}},
	})
}

func TestArithmeticInOtherDatatypes(t *testing.T) {
	checkExamples(t, []example{
		{"FP64", "Add", 7, nil, tensors(vector(1e300, 2), vector(1.0)), vector(1e300, 3)},
		{"INT64", "Sub", 7, nil, tensors(vector[int64](1<<60, 2), vector[int64](1, 5)), vector[int64](1<<60-1, -3)},
		{"UINT32", "Mul", 7, nil, tensors(vector[uint32](1<<31, 3), vector[uint32](2)), vector[uint32](0, 6)},
		{"UINT8", "Sub", 14, nil, tensors(vector[uint8](1), vector[uint8](2)), vector[uint8](255)},
		{"nothing", "Add", 14, nil, tensors(tensorOf[float32](domain.Shape{0, 3}), tensorOf[float32](domain.Shape{1, 1}, 1)), tensorOf[float32](domain.Shape{0, 3})},
		{"scalars", "Add", 14, nil, tensors(tensorOf[int32](domain.Shape{}, 4), tensorOf[int32](domain.Shape{}, 3)), tensorOf[int32](domain.Shape{}, 7)},
		{"by zero", "Div", 14, nil, tensors(vector[float32](1, -1, 0), vector[float32](0)), vector(infinite, -infinite, notANumber)},
	})
}

func TestIntegersAreDividedTowardsZero(t *testing.T) {
	op := parsed[Operator](t, heavyNode("Div", 14, 2))
	x, by := vector[int64](7, -7, 7, -1<<63), vector[int64](2, 2, -2, -1)
	want := vector[int64](3, -3, -3, -1<<63)
	if got := compute(t, op, tensors(x, by), 1); contents(got) != contents(want) {
		t.Errorf("got %s, want %s", contents(got), contents(want))
	}
}

func TestArithmeticTakesATensorTwice(t *testing.T) {
	x := vector[float32](1, -2, 3)
	if got := compute(t, parsed[Operator](t, heavyNode("Mul", 7, 2)), tensors(x, x), 2); contents(got) != contents(vector[float32](1, 4, 9)) {
		t.Errorf("the square is %s", contents(got))
	}
}

func TestArithmeticRefuses(t *testing.T) {
	x := vector[float32](1, 2)
	for _, c := range []struct {
		opset  int
		opType string
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{14, "Add", inputsOf(x, vector[float64](1)), domain.Invalid, "datatypes FP32 and FP64"},
		{14, "Add", inputsOf(x, vector[float32](1, 2, 3)), domain.Invalid, "[2] and [3], which do not broadcast"},
		{14, "Add", inputsOf(tensorOf[float32](domain.Shape{0}), x), domain.Invalid, "[0] and [2], which do not broadcast"},
		{14, "Add", inputsOf(x, domain.Tensor{}), domain.Invalid, "input B is missing"},
		{13, "Add", inputsOf(vector[int8](1), vector[int8](1)), domain.Unsupported, "INT8"},
		{14, "Mul", inputsOf(vector(true), vector(true)), domain.Unsupported, "BOOL"},
		{14, "Mul", inputsOf(vector[domain.Float16](1), vector[domain.Float16](1)), domain.Unsupported, "FP16"},
		{14, "Div", valuesOf(tensors(vector[int32](1), vector[int32](2, 0)), 1), domain.Invalid, "element 1 is an integer divisor of 0"},
		{14, "Sub", []Value{{Datatype: domain.FP32, Shape: domain.Shape{1 << 40, 1}}, {Datatype: domain.FP32, Shape: domain.Shape{1 << 40}}}, domain.Invalid, "more elements than can be counted"},
	} {
		_, err := parsed[Operator](t, heavyNode(c.opType, c.opset, 2)).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
}

func TestIsAdd(t *testing.T) {
	for opType, want := range map[string]bool{"Add": true, "Sub": false, "Mul": false, "MatMul": false} {
		if got := IsAdd(parsed[Operator](t, heavyNode(opType, 13, 2))); got != want {
			t.Errorf("IsAdd of %s is %v", opType, got)
		}
	}
}
