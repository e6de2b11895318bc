package operator

import (
	"math"
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestBatchNormalizationAgainstONNXRuntime(t *testing.T) {
	checkGolden(t, []golden{
		{"defaults", "BatchNormalization", 7, attrs(whole("spatial", 1), decimal("momentum", 0.5)), shapes{{1, 2, 1, 3}, {2}, {2}, {2}, {2}},
			domain.Shape{1, 2, 1, 3}, []float32{-0.7499999, -2.265534, -0.9665048, 354.5063, -357.0063, 473.0917}},
		{"epsilon", "BatchNormalization", 15, attrs(decimal("epsilon", 0.5), whole("training_mode", 0)), shapes{{2, 3, 2}, {3}, {3}, {3}, {3}},
			domain.Shape{2, 3, 2}, []float32{-0.75, -1.923936, -3.37132, 0.3409903, 2.059017, 2.84164, -1.253115, -0.2468847, -1.78033, -4.962311, 2.394427, 1.723607}},
	})
}

func TestBatchNormalizationOfSingleValues(t *testing.T) {
	op := parsed[Operator](t, heavyNode("BatchNormalization", 9, 5, decimal("epsilon", 0)))
	one := domain.Shape{1}
	got := compute(t, op, []domain.Tensor{fp32(t, domain.Shape{3}, 1, 2, 3), fp32(t, one, 2), fp32(t, one, 1), fp32(t, one, 2), fp32(t, one, 4)}, 1)
	checkOutput(t, got, domain.Shape{3}, []float32{0, 1, 2})
}

// Before opset 9 each element of a row could be a channel of its own.
func TestBatchNormalizationThatIsNotSpatial(t *testing.T) {
	node, row := heavyNode("BatchNormalization", 7, 5, whole("spatial", 0)), domain.Shape{2, 3}
	op := parsed[Operator](t, node)
	inputs := []domain.Tensor{ramp(t, 0, domain.Shape{2, 2, 3}), ramp(t, 1, row), ramp(t, 2, row), ramp(t, 3, row), fp32(t, row, 0.75, 0, 0.75, 1.5, 1, 0.25)}
	want := []float32{-0.74999994, 235.92084, 2.0773466, 0.38762957, 2.3749907, 3.749925, -1.3995147, -949.93335, 2.5103564, 1.408247, 1.2499962, 0}
	for _, knownFrom := range []int{1, 5} {
		checkOutput(t, compute(t, op, inputs, knownFrom), domain.Shape{2, 2, 3}, want)
	}
	if v := valuesOf(inputs, 1); !KeepsRows(op, v, v[:1], []bool{true, false, false, false, false}) {
		t.Error("it does not keep rows apart")
	}
	inputs[2] = fp32(t, domain.Shape{2}, 1, 1)
	_, err := op.Infer(inputsOf(inputs...))
	checkRefused(t, err, domain.Invalid, "input B has shape [2], expected [2,3]")
	_, err = op.Infer(inputsOf(fp32(t, domain.Shape{2}, 1, 1)))
	checkRefused(t, err, domain.Invalid, "input X has shape [2]")
}

func TestScaleShift(t *testing.T) {
	norm := parsed[*BatchNormalization](t, heavyNode("BatchNormalization", 15, 5, decimal("epsilon", 0.25)))
	of := func(values ...float32) domain.Tensor { return fp32(t, domain.Shape{2}, values...) }
	tensors := []domain.Tensor{fp32(t, domain.Shape{1, 2}, 0, 0), of(2, 3), of(1, -1), of(0.5, 4), of(0.75, 2)}
	scale, shift, ok := norm.ScaleShift(valuesOf(tensors, 1))
	factor := 3 / math.Sqrt(2.25)
	if !ok || scale[0] != 2 || shift[0] != 0 || scale[1] != float32(factor) || shift[1] != float32(-1-4*factor) {
		t.Errorf("got %v, %v, %v", scale, shift, ok)
	}
	for unknown := 1; unknown < 5; unknown++ {
		values := valuesOf(tensors, 1)
		values[unknown].Const = domain.Tensor{}
		if _, _, ok := norm.ScaleShift(values); ok {
			t.Errorf("ok although input %d is not known", unknown)
		}
	}
	if _, _, ok := norm.ScaleShift(nil); ok {
		t.Error("ok without inputs")
	}
}

func TestBatchNormalizationRefusesTraining(t *testing.T) {
	for _, c := range []struct {
		opset     int
		attribute Attribute
		said      string
	}{
		{8, whole("spatial", 2), "spatial = 2 is neither 0 nor 1"},
		{9, whole("spatial", 1), "spatial = 1 is not known to BatchNormalization in opset 9"},
		{13, whole("training_mode", 0), "training_mode = 0 is not known to BatchNormalization in opset 13"},
		{14, whole("training_mode", 2), "training_mode = 2 is neither 0 nor 1"},
		{14, text("momentum", "x"), `momentum = "x"`},
		{7, whole("is_test", 1), "is_test = 1 is not known"},
	} {
		_, err := Parse(heavyNode("BatchNormalization", c.opset, 5, c.attribute))
		checkRefused(t, err, domain.Unsupported, "(BatchNormalization)", c.said)
	}
	node := heavyNode("BatchNormalization", 9, 5)
	node.Outputs = []string{"y", "", "var"}
	_, err := Parse(node)
	checkRefused(t, err, domain.Unsupported, `output "var"`)
	node.Outputs = []string{"y", "", "", "", ""}
	if _, err := Parse(node); err != nil {
		t.Errorf("outputs that nobody reads: %v", err)
	}
	node.Opset = 14
	_, err = Parse(node)
	checkRefused(t, err, domain.Invalid, "has 5 outputs")
}

func TestBatchNormalizationRefusesInputs(t *testing.T) {
	node := heavyNode("BatchNormalization", 15, 5)
	c := domain.Shape{3}
	checkRefused(t, inferring(t, node, domain.Shape{}, c, c, c, c), domain.Invalid, "input X has shape []")
	checkRefused(t, inferring(t, node, domain.Shape{1, 3, 2}, c, c, domain.Shape{2}, c), domain.Invalid, "input mean has shape [2], expected [3]")
	checkRefused(t, inferring(t, node, domain.Shape{1, 3, 2}, c, c, c, domain.Shape{3, 1}), domain.Invalid, "input var has shape [3,1]")
	checkRefused(t, inferring(t, node, domain.Shape{1, 3, 2}, c), domain.Invalid, "input B is missing")
}
