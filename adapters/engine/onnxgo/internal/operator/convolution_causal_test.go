package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestCausalConvolutionAgainstReference(t *testing.T) {
	past := ramps(t, domain.Shape{1, 2, 2}, domain.Shape{2, 1, 3}, domain.Shape{2}, domain.Shape{1, 2, 2})
	checkAnswers(t, []answers{
		{"plain", "CausalConvWithState", 27, nil, ramps(t, domain.Shape{1, 2, 4}, domain.Shape{2, 1, 3}),
			tensors(fp32(t, domain.Shape{1, 2, 4}, -0.375, -0.625, 1.8125, -0.875, -0.1875, 1.5, -2.125, -1.875), fp32(t, domain.Shape{1, 2, 2}, -0.5, 1.25, 0, -1.5))},
		{"past, bias, activation", "CausalConvWithState", 27, attrs(text("activation", "silu")), past,
			tensors(fp32(t, domain.Shape{1, 2, 2}, 0.1025134, -0.25908262, -0.18877034, 0.3583298), fp32(t, domain.Shape{1, 2, 2}, -0.75, 1, -0.5, 1.25))},
		{"less than a window", "CausalConvWithState", 27, attrs(text("activation", "none")), ramps(t, domain.Shape{1, 1, 1}, domain.Shape{1, 1, 4}, nil, domain.Shape{1, 1, 3}),
			tensors(fp32(t, domain.Shape{1, 1, 1}, 0.9375), fp32(t, domain.Shape{1, 1, 3}, 0.5, -1.5, -0.75))},
		{"less than a window, no past", "CausalConvWithState", 27, attrs(text("activation", "swish")), ramps(t, domain.Shape{1, 1, 1}, domain.Shape{1, 1, 4}),
			tensors(fp32(t, domain.Shape{1, 1, 1}, 0.22224998), fp32(t, domain.Shape{1, 1, 3}, 0, 0, -0.75))},
		{"no elements", "CausalConvWithState", 27, nil, ramps(t, domain.Shape{1, 1, 0}, domain.Shape{1, 1, 2}, nil, domain.Shape{1, 1, 1}),
			tensors(fp32(t, domain.Shape{1, 1, 0}), fp32(t, domain.Shape{1, 1, 1}, -0.75))},
		{"the state alone", "CausalConvWithState", 27, nil, past, tensors(domain.Tensor{}, fp32(t, domain.Shape{1, 2, 2}, -0.75, 1, -0.5, 1.25))},
	})
}

func TestRowsOfCausalConvolutionsStandAlone(t *testing.T) {
	node := heavyNode("CausalConvWithState", 27, 4, text("activation", "silu"))
	node.Outputs = []string{"y", "state"}
	inputs := ramps(t, domain.Shape{3, 2, 7}, domain.Shape{2, 1, 4}, domain.Shape{2}, domain.Shape{3, 2, 3})
	checkRowsStandAlone(t, node, inputs, []bool{true, false, false, true})
	if KeepsRows(parsed[Operator](t, node), inputsOf(inputs...), inputsOf(inputs[0], inputs[3]), []bool{true, false, false, false}) {
		t.Error("rows are called independent that share a state")
	}
}

func TestCausalConvolutionRefuses(t *testing.T) {
	x, w := domain.Shape{2, 3, 5}, domain.Shape{3, 1, 4}
	for _, c := range []struct {
		inputs shapes
		said   string
	}{
		{shapes{{2, 3}, w}, "input input has shape [2,3], expected three axes"},
		{shapes{x, {3, 4}}, "input weight has shape [3,4], expected [3,1,k]"},
		{shapes{x, {2, 1, 4}}, "input weight has shape [2,1,4], expected [3,1,k]"},
		{shapes{x, {3, 3, 4}}, "input weight has shape [3,3,4], expected [3,1,k]"},
		{shapes{x, {3, 1, 0}}, "input weight has shape [3,1,0], expected [3,1,k] of at least one element"},
		{shapes{x, w, {2}}, "input bias is FP32 [2], expected FP32 [3]"},
		{shapes{x, w, {3}, {2, 3, 4}}, "input past_state is FP32 [2,3,4], expected FP32 [2,3,3]"},
	} {
		checkRefused(t, inferring(t, heavyNode("CausalConvWithState", 27, len(c.inputs)), c.inputs...), domain.Invalid, c.said)
	}
	_, err := Parse(heavyNode("CausalConvWithState", 27, 2, text("activation", "relu")))
	checkRefused(t, err, domain.Unsupported, `activation = "relu" is none of none, silu, swish`)
	op, one := parsed[Operator](t, heavyNode("CausalConvWithState", 27, 2)), ramp(t, 0, domain.Shape{1, 1, 1})
	for said, inputs := range map[string][]domain.Tensor{
		"input input has datatype FP64":  tensors(doubled(tensors(one))[0], one),
		"input weight has datatype FP64": tensors(one, doubled(tensors(one))[0]),
	} {
		_, err := op.Infer(inputsOf(inputs...))
		checkRefused(t, err, domain.Unsupported, said)
	}
}
