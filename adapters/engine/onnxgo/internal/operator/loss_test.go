package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestNormsAndDeterminants(t *testing.T) {
	checkGolden(t, []golden{
		{"1d", "LpPool", 11, attrs(list("kernel_shape", 2)), shapes{{1, 2, 4}},
			domain.Shape{1, 2, 3}, []float32{1.25, 1.118034, 1.3462912, 1.5206907, 1.5, 1.5}},
		{"padded", "LpPool", 18, attrs(list("kernel_shape", 2, 2), whole("p", 3), list("pads", 1, 0, 0, 1), list("strides", 2, 1)), shapes{{1, 1, 3, 3}},
			domain.Shape{1, 1, 2, 3}, []float32{1.1244854, 1.0400419, 0.5, 1.7482977, 1.8927935, 1.5023112}},
		{"dilated", "LpPool", 18, attrs(list("kernel_shape", 2), whole("p", 1), list("dilations", 2)), shapes{{1, 1, 5}},
			domain.Shape{1, 1, 3}, []float32{1.25, 2.25, 0.75}},
		{"3d", "LpPool", 18, attrs(list("kernel_shape", 2, 2, 3), whole("p", 1), list("strides", 2, 2, 2), list("pads", 0, 1, 0, 1, 0, 0)), shapes{{1, 1, 3, 3, 3}},
			domain.Shape{1, 1, 2, 2, 1}, []float32{5, 9.25, 3, 4.5}},
		{"planes", "GlobalLpPool", 7, attrs(), shapes{{1, 2, 2, 2}},
			domain.Shape{1, 2, 1, 1}, []float32{1.8371173, 2.1360009}},
		{"planes", "GlobalLpPool", 7, attrs(whole("p", 3)), shapes{{1, 2, 3}},
			domain.Shape{1, 2, 1}, []float32{1.1565163, 1.7482977}},
		{"stack", "Det", 11, attrs(), shapes{{2, 3, 3}},
			domain.Shape{2}, []float32{-1.015625, 0.609375}},
		{"one", "Det", 11, attrs(), shapes{{2, 2}},
			domain.Shape{}, []float32{-0.4375}},
	})
	checkExamples(t, []example{
		{"FP64, rows change places", "Det", 22, nil, tensors(tensorOf(domain.Shape{2, 2}, 0.0, 2, 3, 0)), scalar(-6.0)},
		{"no inverse", "Det", 22, nil, tensors(tensorOf[float32](domain.Shape{2, 2}, 1, 2, 2, 4)), scalar[float32](0)},
		{"no elements", "Det", 22, nil, tensors(tensorOf[float32](domain.Shape{2, 0, 0})), vector[float32](1, 1)},
		{"FP64", "LpPool", 22, attrs(list("kernel_shape", 2)), tensors(tensorOf(domain.Shape{1, 1, 3}, 3.0, 4, 0)), tensorOf(domain.Shape{1, 1, 2}, 5.0, 4)},
		{"FP64", "GlobalLpPool", 22, nil, tensors(tensorOf(domain.Shape{1, 1, 2}, 3.0, 4)), tensorOf(domain.Shape{1, 1, 1}, 5.0)},
	})
	checkRefused(t, inferring(t, heavyNode("Det", 11, 1), domain.Shape{2, 3}), domain.Invalid, "square matrices")
	_, err := Parse(heavyNode("LpPool", 11, 1, list("kernel_shape", 2), list("dilations", 2)))
	checkRefused(t, err, domain.Unsupported, "dilations = [2] is not known")
	_, err = Parse(heavyNode("GlobalLpPool", 11, 1, whole("p", 0)))
	checkRefused(t, err, domain.Unsupported, "p = 0 is not the power of a norm")
}

func TestLosses(t *testing.T) {
	scores := tensorOf[float32](domain.Shape{2, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8)
	targets, weights := tensorOf[int64](domain.Shape{2, 2}, 0, 1, 1, 0), vector[float32](0.5, 2)
	none := text("reduction", "none")
	checkExamples(t, []example{
		{"none", "NegativeLogLikelihoodLoss", 12, attrs(none), tensors(scores, targets), tensorOf[float32](domain.Shape{2, 2}, -1, -4, -7, -6)},
		{"sum", "NegativeLogLikelihoodLoss", 13, attrs(text("reduction", "sum")), tensors(scores, targets), scalar[float32](-18)},
		{"mean", "NegativeLogLikelihoodLoss", 13, nil, tensors(scores, targets), scalar[float32](-4.5)},
		{"weighted", "NegativeLogLikelihoodLoss", 22, nil, tensors(scores, targets, weights), scalar[float32](-5.1)},
		{"some ignored", "NegativeLogLikelihoodLoss", 22, attrs(whole("ignore_index", 1)), tensors(scores, targets, weights), scalar[float32](-3.5)},
		{"INT32", "NegativeLogLikelihoodLoss", 22, attrs(whole("ignore_index", -5)), tensors(scores, tensorOf[int32](domain.Shape{2, 2}, 0, -5, 1, -5)), scalar[float32](-4)},
		{"all ignored", "NegativeLogLikelihoodLoss", 22, attrs(whole("ignore_index", 9)), tensors(scores, tensorOf[int32](domain.Shape{2, 2}, 9, 9, 9, 9)), scalar(notANumber)},
		{"FP64", "SoftmaxCrossEntropyLoss", 13, attrs(none), tensors(tensorOf(domain.Shape{1, 2}, 1000.0, 0), vector[int64](1)), vector(1000.0)},
	})
	even := tensorOf[float32](domain.Shape{1, 2}, 3, 3)
	checkOutputs(t, heavyNode("SoftmaxCrossEntropyLoss", 12, 2), tensors(even, vector[int32](1)), scalar[float32](0.6931472), tensorOf[float32](domain.Shape{1, 2}, -0.6931472, -0.6931472))

	op := parsed[Checker](t, heavyNode("SoftmaxCrossEntropyLoss", 13, 2))
	checkRefused(t, op.Check(tensors(even, vector[int32](2))), domain.Invalid, "input target: element 0 is 2, which is not one of 2 classes")
	for _, c := range []struct {
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{valuesOf(tensors(even, vector[int64](-1)), 1), domain.Invalid, "element 0 is -1"},
		{inputsOf(even, vector[int64](0, 0)), domain.Invalid, "input target has shape [2], expected [1]"},
		{inputsOf(even, vector[float32](0)), domain.Invalid, "input target has datatype FP32"},
		{inputsOf(vector[float32](1), vector[int64](0)), domain.Invalid, "input scores has shape [1]"},
		{inputsOf(even, vector[int64](0), vector[float32](1)), domain.Invalid, "input weight has shape [1], expected [2]"},
		{inputsOf(even, vector[int64](0), vector(1.0, 1)), domain.Unsupported, "input weight has datatype FP64"},
	} {
		_, err := parsed[Operator](t, heavyNode("SoftmaxCrossEntropyLoss", 13, 3)).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
	_, err := Parse(heavyNode("SoftmaxCrossEntropyLoss", 13, 2, text("reduction", "max")))
	checkRefused(t, err, domain.Unsupported, `reduction = "max"`)
}

func TestUnique(t *testing.T) {
	x := vector[float32](2, 1, 1, 3, 4, 3)
	checkOutputs(t, heavyNode("Unique", 11, 1, whole("sorted", 0)), tensors(x),
		vector[float32](2, 1, 3, 4), vector[int64](0, 1, 3, 4), vector[int64](0, 1, 1, 2, 3, 2), vector[int64](1, 2, 2, 1))
	checkOutputs(t, heavyNode("Unique", 11, 1), tensors(tensorOf[int32](domain.Shape{2, 2}, 1, 3, 2, 3)),
		vector[int32](1, 2, 3), vector[int64](0, 2, 1), vector[int64](0, 2, 1, 2), vector[int64](1, 1, 2))
	checkOutputs(t, heavyNode("Unique", 11, 1, whole("axis", 0)), tensors(tensorOf[int8](domain.Shape{3, 3}, 1, 0, 0, 1, 0, 0, 2, 3, 4)),
		tensorOf[int8](domain.Shape{2, 3}, 1, 0, 0, 2, 3, 4), vector[int64](0, 2), vector[int64](0, 0, 1), vector[int64](2, 1))
	checkOutputs(t, heavyNode("Unique", 28, 1, whole("axis", -2)), tensors(tensorOf[float32](domain.Shape{2, 4, 2}, 1, 1, 0, 1, 2, 1, 0, 1, 1, 1, 0, 1, 2, 1, 0, 1)),
		tensorOf[float32](domain.Shape{2, 3, 2}, 0, 1, 1, 1, 2, 1, 0, 1, 1, 1, 2, 1), vector[int64](1, 0, 2), vector[int64](1, 0, 2, 0), vector[int64](2, 1, 1))
	checkOutputs(t, heavyNode("Unique", 11, 1), tensors(vector(notANumber, infinite, notANumber)), vector(infinite, notANumber), vector[int64](1, 0))
	checkOutputs(t, heavyNode("Unique", 11, 1), tensors(vector("b", "a", "b")), vector("a", "b"))
	checkOutputs(t, heavyNode("Unique", 11, 1), tensors(vector(true, true)), vector(true))
	checkOutputs(t, heavyNode("Unique", 11, 1), tensors(vector[uint8]()), vector[uint8]())
	_, err := parsed[Operator](t, heavyNode("Unique", 11, 1)).Infer(inputsOf(x))
	checkRefused(t, err, domain.Unsupported, "input X is computed")
	if !DependsOnElements(err) {
		t.Error("it does not depend on elements")
	}
}
