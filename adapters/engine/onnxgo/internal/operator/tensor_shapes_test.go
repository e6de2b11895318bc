package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestShapesAndConstants(t *testing.T) {
	x := upTo(2, 3, 4)
	value := func(tensor domain.Tensor) Attribute {
		return Attribute{Name: "value", Kind: TensorAttribute, Tensor: tensor}
	}
	checkExamples(t, []example{
		{"all", "Shape", 7, nil, tensors(x), vector[int64](2, 3, 4)},
		{"a scalar's", "Shape", 13, nil, tensors(tensorOf(domain.Shape{}, "a")), vector[int64]()},
		{"from", "Shape", 15, attrs(whole("start", -1)), tensors(x), vector[int64](4)},
		{"part", "Shape", 15, attrs(whole("start", 1), whole("end", -1)), tensors(x), vector[int64](3)},
		{"end at 0", "Shape", 15, attrs(whole("end", 0)), tensors(x), vector[int64]()},
		{"crossed", "Shape", 21, attrs(whole("start", 2), whole("end", 1)), tensors(x), vector[int64]()},
		{"clamped", "Shape", 21, attrs(whole("start", -9), whole("end", 99)), tensors(x), vector[int64](2, 3, 4)},
		{"", "Size", 7, nil, tensors(x), tensorOf[int64](domain.Shape{}, 24)},
		{"default", "ConstantOfShape", 9, nil, tensors(vector[int64](1, 2)), tensorOf[float32](domain.Shape{1, 2}, 0, 0)},
		{"value", "ConstantOfShape", 20, attrs(value(vector(true))), tensors(vector[int64](2)), vector(true, true)},
		{"a scalar", "ConstantOfShape", 9, attrs(value(vector[int8](3))), tensors(vector[int64]()), tensorOf[int8](domain.Shape{}, 3)},
		{"nothing", "ConstantOfShape", 9, nil, tensors(vector[int64](0, 5)), tensorOf[float32](domain.Shape{0, 5})},
		{"value", "Constant", 7, attrs(value(x)), nil, x},
		{"value_int", "Constant", 12, attrs(whole("value_int", 1<<60)), nil, tensorOf[int64](domain.Shape{}, 1<<60)},
		{"value_ints", "Constant", 12, attrs(list("value_ints", 1, -2)), nil, vector[int64](1, -2)},
		{"value_ints of none", "Constant", 12, attrs(list("value_ints")), nil, vector[int64]()},
		{"value_float", "Constant", 13, attrs(decimal("value_float", 1.5)), nil, tensorOf[float32](domain.Shape{}, 1.5)},
		{"value_floats", "Constant", 13, attrs(Attribute{Name: "value_floats", Kind: FloatsAttribute, Floats: []float32{1, 2}}), nil, vector[float32](1, 2)},
		{"value_string", "Constant", 13, attrs(text("value_string", "a")), nil, tensorOf(domain.Shape{}, "a")},
		{"value_strings", "Constant", 13, attrs(Attribute{Name: "value_strings", Kind: StringsAttribute, Texts: []string{"a", "b"}}), nil, vector("a", "b")},
	})
}

// Shapes are known although their tensors' elements are not: that is what shape
// arithmetic in a model hangs on.
func TestShapesAreKnown(t *testing.T) {
	for opType, want := range map[string]domain.Tensor{"Shape": vector[int64](2, 3), "Size": tensorOf[int64](domain.Shape{}, 6)} {
		outputs, err := parsed[Operator](t, heavyNode(opType, 13, 1)).Infer(inputsOf(upTo(2, 3)))
		if err != nil || contents(outputs[0].Const) != contents(want) {
			t.Errorf("%s is %v (%v)", opType, outputs, err)
		}
	}
}

func TestConstantsRefuse(t *testing.T) {
	value := Attribute{Name: "value", Kind: TensorAttribute, Tensor: vector[float32](1, 2)}
	for said, node := range map[string]Node{
		"has 0 values, expected 1":                    heavyNode("Constant", 13, 0),
		"has 2 values, expected 1":                    heavyNode("Constant", 13, 0, value, whole("value_int", 1)),
		"sparse_value = a value of a type":            heavyNode("Constant", 13, 0, Attribute{Name: "sparse_value"}),
		"value_int = 1 is not known to Constant":      heavyNode("Constant", 11, 0, whole("value_int", 1)),
		"is of a datatype that is not supported":      heavyNode("Constant", 11, 0, Attribute{Name: "value", Kind: TensorAttribute}),
		"value = a tensor FP32 [2] has not one eleme": heavyNode("ConstantOfShape", 9, 1, value),
	} {
		_, err := Parse(node)
		if domain.KindOf(err) != domain.Invalid {
			checkRefused(t, err, domain.Unsupported, said, `node "n"`)
			continue
		}
		checkRefused(t, err, domain.Invalid, said, `node "n"`)
	}
	op := parsed[Operator](t, heavyNode("ConstantOfShape", 9, 1))
	_, err := op.Infer(valuesOf(tensors(vector[int64](2, -1)), 0))
	checkRefused(t, err, domain.Invalid, "axis 1 of [2,-1] is -1")
	_, err = op.Infer(inputsOf(vector[int64](2)))
	checkRefused(t, err, domain.Unsupported, "input input is computed")
}
