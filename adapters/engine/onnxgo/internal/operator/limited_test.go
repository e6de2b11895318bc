package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

var spreading, fromFirst, fromSecond = whole("broadcast", 1), whole("axis", 0), whole("axis", 1)

func TestLimitedSpreading(t *testing.T) {
	x := rows([]float32{1, 2, 3}, []float32{4, 5, 6})
	cube := upTo(2, 2, 2)
	yes := tensorOf(domain.Shape{2, 2}, true, true, false, false)
	checkExamples(t, []example{
		{"one shape", "Add", 1, nil, tensors(x, x), rows([]float32{2, 4, 6}, []float32{8, 10, 12})},
		{"one shape", "Sub", 6, attrs(spreading), tensors(x, x), rows([]float32{0, 0, 0}, []float32{0, 0, 0})},
		{"at the end", "Add", 6, attrs(spreading), tensors(x, vector[float32](10, 20, 30)), rows([]float32{11, 22, 33}, []float32{14, 25, 36})},
		{"at the beginning", "Mul", 6, attrs(spreading, fromFirst), tensors(x, vector[float32](10, 100)), rows([]float32{10, 20, 30}, []float32{400, 500, 600})},
		{"in the middle", "Sub", 6, attrs(spreading, fromSecond), tensors(cube, vector[int32](1, 10)), tensorOf[int32](domain.Shape{2, 2, 2}, 0, 1, -7, -6, 4, 5, -3, -2)},
		{"two axes", "Add", 1, attrs(spreading, fromFirst), tensors(cube, tensorOf[int32](domain.Shape{2, 2}, 10, 20, 30, 40)), tensorOf[int32](domain.Shape{2, 2, 2}, 11, 12, 23, 24, 35, 36, 47, 48)},
		{"a scalar", "Div", 6, attrs(spreading), tensors(x, tensorOf[float32](domain.Shape{}, 2)), rows([]float32{0.5, 1, 1.5}, []float32{2, 2.5, 3})},
		{"a single element", "Add", 6, attrs(spreading, fromFirst), tensors(x, tensorOf[float32](domain.Shape{1, 1}, 1)), rows([]float32{2, 3, 4}, []float32{5, 6, 7})},
		{"a length of 1", "Add", 6, attrs(spreading, fromFirst), tensors(x, tensorOf[float32](domain.Shape{2, 1}, 1, 2)), rows([]float32{2, 3, 4}, []float32{6, 7, 8})},
		{"at the beginning", "Pow", 1, attrs(spreading, fromFirst), tensors(x, vector[float32](1, 2)), rows([]float32{1, 2, 3}, []float32{16, 25, 36})},
		{"a scalar", "Pow", 6, attrs(spreading), tensors(x, vector[float32](2)), rows([]float32{1, 4, 9}, []float32{16, 25, 36})},
		{"at the beginning", "And", 1, attrs(spreading, fromFirst), tensors(yes, vector(true, false)), yes},
		{"at the end", "Or", 6, attrs(spreading), tensors(yes, vector(true, false)), tensorOf(domain.Shape{2, 2}, true, true, true, false)},
		{"at the beginning", "Xor", 6, attrs(spreading, fromFirst), tensors(yes, vector(true, false)), tensorOf(domain.Shape{2, 2}, false, false, false, false)},
		{"at the beginning", "Equal", 1, attrs(spreading, fromFirst), tensors(upTo(2, 2), vector[int32](1, 4)), tensorOf(domain.Shape{2, 2}, true, false, false, true)},
		{"at the beginning", "Less", 6, attrs(spreading, fromFirst), tensors(x, vector[float32](2, 6)), tensorOf(domain.Shape{2, 3}, true, false, false, true, true, false)},
		{"at the end", "Greater", 6, attrs(spreading), tensors(x, vector[float32](2, 2, 2)), tensorOf(domain.Shape{2, 3}, false, false, true, true, true, true)},
	})
}

func TestLimitedRefuses(t *testing.T) {
	x, row := upTo(2, 3), upTo(3)
	for _, c := range []struct {
		node Node
		b    domain.Tensor
		said string
	}{
		{heavyNode("Add", 6, 2), row, "input B has shape [3], expected the shape of A, [2,3], where the attribute broadcast is 0"},
		{heavyNode("Add", 6, 2, whole("axis", 1)), row, "where the attribute broadcast is 0"},
		{heavyNode("Add", 6, 2, spreading, fromFirst), row, "input B has shape [3], expected a single element, or lengths that A [2,3] has too"},
		{heavyNode("Add", 6, 2, spreading, whole("axis", 2)), row, "input B has shape [3]"},
		{heavyNode("Add", 6, 2, spreading), upTo(1, 2, 3), "input B has shape [1,2,3]"},
		{heavyNode("Add", 6, 2, spreading), upTo(1, 1, 1), "input B has shape [1,1,1]"},
		{heavyNode("Add", 6, 2, spreading), vector[int64](1), "datatypes INT32 and INT64"},
		{heavyNode("Div", 6, 2, spreading), vector[int32](0), "divisor of 0"},
		{heavyNode("Add", 6, 2, spreading), domain.Tensor{}, "input B is missing"},
	} {
		_, err := parsed[Operator](t, c.node).Infer(valuesOf(tensors(x, c.b), 1))
		checkRefused(t, err, domain.Invalid, c.said)
	}
	_, err := parsed[Operator](t, heavyNode("Equal", 6, 2)).Infer(inputsOf(vector[float32](1), vector[float32](1)))
	checkRefused(t, err, domain.Unsupported, "FP32")
	_, err = parsed[Operator](t, heavyNode("PRelu", 6, 2)).Infer(inputsOf(vector[float32](1, 2), vector[float32](1, 2)))
	checkRefused(t, err, domain.Invalid, "input B has shape [2]")
	checkRefused(t, parsed[Checker](t, heavyNode("Div", 6, 2, spreading)).Check(tensors(row, vector[int32](0))), domain.Invalid, "divisor of 0")
}

func TestLimitedKeepsRows(t *testing.T) {
	op := parsed[Operator](t, heavyNode("Add", 6, 2, spreading, fromSecond))
	x, channels := Value{Datatype: domain.FP32, Shape: domain.Shape{4, 3, 2}}, Value{Datatype: domain.FP32, Shape: domain.Shape{3}}
	if !KeepsRows(op, []Value{x, channels}, []Value{x}, []bool{true, false}) {
		t.Error("a bias for each channel keeps rows apart")
	}
	if KeepsRows(op, []Value{x, x}, []Value{x}, []bool{true, false}) {
		t.Error("what has rows and is the same for all does not")
	}
}
