package operator

import (
	"math"
	"strings"
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestPairsOfElements(t *testing.T) {
	column, row := tensorOf[float32](domain.Shape{2, 1}, 1, notANumber), vector[float32](1, 2)
	checkExamples(t, []example{
		{"broadcast", "Less", 9, nil, tensors(column, row), tensorOf(domain.Shape{2, 2}, false, true, false, false)},
		{"broadcast", "GreaterOrEqual", 16, nil, tensors(column, row), tensorOf(domain.Shape{2, 2}, true, false, false, false)},
		{"NaN", "Equal", 13, nil, tensors(column, column), tensorOf(domain.Shape{2, 1}, true, false)},
		{"texts", "Equal", 19, nil, tensors(vector("a", "b"), vector("b")), vector(false, true)},
		{"truths", "Equal", 7, nil, tensors(vector(true, false), vector(true)), vector(true, false)},
		{"truths", "And", 7, nil, tensors(vector(true, false), vector(true)), vector(true, false)},
		{"truths", "Xor", 7, nil, tensors(vector(true, false), vector(true)), vector(false, true)},
		{"bits", "BitwiseXor", 18, nil, tensors(vector[int32](0b1100), vector[int32](0b1010)), vector[int32](0b0110)},
		{"as Python", "Mod", 13, nil, tensors(vector[int32](-7, 7, -7, 7), vector[int32](3, 3, -3, -3)), vector[int32](2, 1, -1, -2)},
		{"as C", "Mod", 13, attrs(whole("fmod", 1)), tensors(vector[int32](-7, 7, -7, 7), vector[int32](3, 3, -3, -3)), vector[int32](-1, 1, -1, 1)},
		{"of floats as C", "Mod", 13, attrs(whole("fmod", 1)), tensors(vector[float32](-7.5, 7.5), vector[float32](2)), vector[float32](-1.5, 1.5)},
		{"least over -1", "Div", 14, nil, tensors(vector[int64](math.MinInt64, -7), vector[int64](-1, 2)), vector[int64](math.MinInt64, -3)},
		{"slopes", "PRelu", 9, nil, tensors(tensorOf[float32](domain.Shape{2, 2}, -1, 1, -2, 2), tensorOf[float32](domain.Shape{2, 1}, 0.5, 10)), tensorOf[float32](domain.Shape{2, 2}, -0.5, 1, -20, 2)},
		{"2", "Pow", 13, nil, tensors(vector[float32](-3, -infinite), vector[float32](2)), vector[float32](9, infinite)},
		{"0.5", "Pow", 13, nil, tensors(vector[float32](4, -infinite, -1), vector[float32](0.5)), vector[float32](2, infinite, notANumber)},
		{"integers", "Pow", 15, nil, tensors(vector[int64](3, -2, 0, 2), vector[int64](39, 63, 0, -1)), vector[int64](4052555153018976267, math.MinInt64, 1, 0)},
		{"of another datatype", "Pow", 12, nil, tensors(vector[float32](2, 3), vector[int32](-1, 2)), vector[float32](0.5, 9)},
		{"a fraction of integers", "Pow", 12, nil, tensors(vector[int32](9, 2), vector[float32](0.5, 40)), vector[int32](3, math.MaxInt32)},
		{"NaN", "Max", 13, nil, tensors(vector[float32](1, notANumber, 3), vector[float32](2)), vector[float32](2, notANumber, 3)},
		{"three of two shapes", "Min", 13, nil, tensors(vector[int8](1, 5), tensorOf[int8](domain.Shape{2, 1}, 3, 0), vector[int8](9)), tensorOf[int8](domain.Shape{2, 2}, 1, 3, 0, 0)},
		{"one", "Sum", 13, nil, tensors(vector(1.5)), vector(1.5)},
		{"three", "Mean", 13, nil, tensors(vector[float32](1, 2), vector[float32](3), vector[float32](5, 7)), vector[float32](3, 4)},
		{"floats", "Where", 16, nil, tensors(tensorOf(domain.Shape{2, 1}, true, false), row, vector[float32](8)), tensorOf[float32](domain.Shape{2, 2}, 1, 2, 8, 8)},
		{"texts", "Where", 9, nil, tensors(vector(true, false), vector("a"), vector("b", "c")), vector("a", "c")},
		{"a number", "Where", 9, nil, tensors(tensorOf(domain.Shape{}, true), tensorOf[int64](domain.Shape{}, 7), tensorOf[int64](domain.Shape{}, 8)), tensorOf[int64](domain.Shape{}, 7)},
		{"nothing", "Add", 14, nil, tensors(tensorOf[float32](domain.Shape{0}), vector[float32](1)), tensorOf[float32](domain.Shape{0})},
	})
}

func TestPairsRefuse(t *testing.T) {
	for _, c := range []struct {
		node   Node
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{heavyNode("Less", 7, 2), inputsOf(vector[int32](1), vector[int32](1)), domain.Unsupported, "INT32"},
		{heavyNode("Equal", 13, 2), inputsOf(vector("a"), vector("a")), domain.Unsupported, "BYTES"},
		{heavyNode("And", 7, 2), inputsOf(vector(true), vector[int8](1)), domain.Invalid, "BOOL and INT8"},
		{heavyNode("PRelu", 16, 2), inputsOf(vector[float32](1), vector[float32](1, 2)), domain.Invalid, "does not spread"},
		{heavyNode("Pow", 7, 2), inputsOf(vector[float32](1), vector[int32](2)), domain.Invalid, "expected one before opset 12"},
		{heavyNode("Max", 7, 2), inputsOf(vector[float32](1), vector[float32](1, 2)), domain.Invalid, "shapes [1] and [2], expected one"},
		{heavyNode("Max", 8, 2), inputsOf(vector[int32](1), vector[int32](1)), domain.Unsupported, "INT32"},
		{heavyNode("Where", 16, 3), inputsOf(vector[int32](1), vector[int32](1), vector[int32](1)), domain.Invalid, "expected BOOL"},
		{heavyNode("Mod", 13, 2), valuesOf(tensors(vector[int32](1), vector[int32](1, 0)), 0), domain.Invalid, "element 1 is an integer divisor of 0"},
	} {
		_, err := parsed[Operator](t, c.node).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
	for _, opType := range []string{"Div", "Mod"} {
		checker := parsed[Checker](t, heavyNode(opType, 14, 2))
		inputs := tensors(vector[int32](1), vector[int32](1, 0))
		if _, err := checker.Infer(inputsOf(inputs...)); err != nil {
			t.Errorf("%s: %v", opType, err)
		}
		if err := checker.Check(inputs); domain.KindOf(err) != domain.Invalid || !strings.Contains(err.Error(), "divisor of 0") {
			t.Errorf("%s: %v", opType, err)
		}
	}
}
