package operator

import (
	"math"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

func TestAttentionAgainstReference(t *testing.T) {
	plain := ramps(t, domain.Shape{1, 1, 2, 2}, domain.Shape{1, 1, 2, 2}, domain.Shape{1, 1, 2, 1}, domain.Shape{2})
	queryAndKeys := ramps(t, domain.Shape{1, 1, 3, 1}, domain.Shape{1, 1, 4, 1}, domain.Shape{1, 1, 4, 1})
	short := ramps(t, domain.Shape{1, 1, 2, 1}, domain.Shape{1, 1, 3, 1}, domain.Shape{1, 1, 3, 1}, domain.Shape{2, 1})
	past := ramps(t, domain.Shape{1, 1, 2, 2}, domain.Shape{1, 1, 2, 2}, domain.Shape{1, 1, 2, 1}, domain.Shape{2, 3}, domain.Shape{1, 1, 1, 2}, domain.Shape{1, 1, 1, 1})
	lengths := append(ramps(t, domain.Shape{2, 1, 2, 1}, domain.Shape{2, 1, 4, 1}, domain.Shape{2, 1, 4, 1}, domain.Shape{2, 3}, nil, nil), vector[int64](3, 1))
	window := append(ramps(t, domain.Shape{1, 1, 1, 1}, domain.Shape{1, 1, 1, 1}, domain.Shape{1, 1, 1, 1}), domain.Tensor{}, ramp(t, 3, domain.Shape{1, 1, 3, 1}), ramp(t, 4, domain.Shape{1, 1, 3, 1}))
	several, ofSeveral := domain.Shape{2, 2, 1, 1}, domain.Shape{2, 2, 2, 1}
	withLengths := func(q, k domain.Shape, lengths ...int64) []domain.Tensor {
		return append(ramps(t, q, k, k, nil, nil, nil), vector(lengths...))
	}
	rank4 := func(rows, columns int, values ...float32) domain.Tensor {
		return fp32(t, domain.Shape{1, 1, rows, columns}, values...)
	}
	checkAnswers(t, []answers{
		{"plain", "Attention", 23, nil, ramps(t, domain.Shape{1, 1, 2, 2}, domain.Shape{1, 1, 3, 2}, domain.Shape{1, 1, 3, 1}), tensors(rank4(2, 1, 0.20345294, 0.067683041))},
		{"heads side by side that share keys", "Attention", 23, attrs(whole("q_num_heads", 2), whole("kv_num_heads", 1), decimal("scale", 0.25)),
			ramps(t, domain.Shape{1, 2, 4}, domain.Shape{1, 2, 2}, domain.Shape{1, 2, 2}),
			tensors(fp32(t, domain.Shape{1, 2, 4}, -0.020470411, -0.52047038, -0.043386281, -0.54338622, -0.065906197, -0.56590623, 0.77815211, 0.27815211))},
		{"past keys, products masked", "Attention", 23, attrs(whole("is_causal", 1), whole("qk_matmul_output_mode", 2)), past, tensors(
			rank4(2, 1, -0.74999994, -0.75680631), rank4(3, 2, -0.75, 0, -0.75, 1.5, 0.5, -0.5), rank4(3, 1, -0.75, -0.75, -1.25),
			rank4(2, 3, -0.35225239, 1.9584079, -infinite, 0.015165061, 2.5909903, -1.6187184))},
		{"products capped", "Attention", 23, attrs(decimal("softcap", 0.5), whole("qk_matmul_output_mode", 1)), plain,
			tensors(rank4(2, 1, -1.0409476, -1.0408015), domain.Tensor{}, domain.Tensor{}, rank4(2, 2, 0.49708113, -0.42236149, 0.49828044, -0.42236149))},
		{"products before they are capped", "Attention", 23, attrs(decimal("softcap", 0.5)), plain,
			tensors(rank4(2, 1, -1.0409476, -1.0408015), domain.Tensor{}, domain.Tensor{}, rank4(2, 2, 1.4584079, -0.61871845, 1.5909903, -0.61871845))},
		{"truths, weights", "Attention", 23, attrs(whole("qk_matmul_output_mode", 3)), append(plain[:3:3], tensorOf(domain.Shape{2, 2}, true, false, false, false)),
			tensors(rank4(2, 1, -0.75, 0), rank4(2, 2, -0.75, 1.5, 0.5, -0.5), rank4(2, 1, -0.75, -1.25), rank4(2, 2, 1, 0, 0, 0))},
		{"lengths and a short mask", "Attention", 24, attrs(whole("is_causal", 1)), lengths,
			tensors(fp32(t, domain.Shape{2, 1, 2, 1}, -0.94616848, -1.1092451, 0, 0.5))},
		{"lengths alone", "Attention", 24, nil, withLengths(domain.Shape{2, 1, 2, 1}, domain.Shape{2, 1, 4, 1}, 3, 1),
			tensors(fp32(t, domain.Shape{2, 1, 2, 1}, -0.24979168, -0.52755141, 0.5, 0.5))},
		{"lengths and a window", "Attention", 25, attrs(whole("left_window_size", 0), whole("right_window_size", 1)),
			withLengths(domain.Shape{1, 1, 3, 1}, domain.Shape{1, 1, 2, 1}, 1), tensors(rank4(3, 1, 0, -0.75, -0.75))},
		{"lengths and a window without end", "Attention", 25, attrs(whole("left_window_size", math.MaxInt64)),
			withLengths(domain.Shape{1, 1, 3, 1}, domain.Shape{1, 1, 2, 1}, 1), tensors(rank4(3, 1, -0.75, -0.75, -0.75))},
		{"past keys of several heads", "Attention", 23, nil,
			append(ramps(t, several, several, several), domain.Tensor{}, ramp(t, 3, several), ramp(t, 4, several)), tensors(
				fp32(t, several, -0.75, -0.91382325, 0.95170605, 1.2887478), fp32(t, ofSeveral, -0.75, -0.75, 0.5, 1.5, -1.5, 0.5, -0.25, -0.5),
				fp32(t, ofSeveral, -0.75, -0.75, 0, -1.25, 0.75, 1.5, 1.5, 1))},
		{"a mask for each head", "Attention", 23, nil, append(ramps(t, several, several, several), tensorOf(domain.Shape{2, 1, 1}, false, true)),
			tensors(fp32(t, several, 0, -1.25, 0, 1))},
		{"window", "Attention", 25, attrs(whole("left_window_size", 1), whole("right_window_size", 0)), queryAndKeys, tensors(rank4(3, 1, -0.75, -1.2023252, 0.46176314))},
		{"window to the right", "Attention", 25, attrs(whole("right_window_size", 1)), queryAndKeys, tensors(rank4(3, 1, -0.82805246, -0.52755141, 0.19310507))},
		{"window into the past", "Attention", 25, attrs(whole("left_window_size", 1), whole("right_window_size", math.MaxInt64)), window, tensors(rank4(1, 1, 0.20554614))},
		{"softmax in FP64", "Attention", 23, attrs(whole("softmax_precision", 11)), short[:3], tensors(rank4(2, 1, -0.24979168, -0.52755141))},
		{"a mask for all keys", "Attention", 23, attrs(whole("qk_matmul_output_mode", 2)), short,
			tensors(rank4(2, 1, -0.24979168, -0.52755141), domain.Tensor{}, domain.Tensor{}, rank4(2, 3, -0.1875, -1.875, -1.125, -0.25, 2, 1))},
		{"FP64", "Attention", 25, attrs(decimal("softcap", 1)), doubled(short[:3]), tensors(tensorOf(domain.Shape{1, 1, 2, 1}, -0.26948466, -0.2411151))},
		{"no keys", "Attention", 23, nil, ramps(t, domain.Shape{1, 1, 2, 1}, domain.Shape{1, 1, 0, 1}, domain.Shape{1, 1, 0, 1}), tensors(rank4(2, 1, 0, 0), rank4(0, 1))},
		{"no queries", "Attention", 23, nil, ramps(t, domain.Shape{1, 1, 0, 1}, domain.Shape{1, 1, 1, 1}, domain.Shape{1, 1, 1, 1}), tensors(rank4(0, 1), rank4(1, 1, -0.75))},
	})
}

// Weights in FP64 are those of the plain softmax, to the last bit.
func TestAttentionComputesWeightsInFP64(t *testing.T) {
	k := fp32(t, domain.Shape{1, 1, 5, 1}, 0.1, 0.7, -1.3, 2.9, 1.1)
	want := fp32(t, domain.Shape{1, 1, 1, 5}, 0, 0, 0, 0, 0)
	kernels.Softmax(floats(want), floats(k), 5, 1, false)
	c := answers{opType: "Attention", opset: 23, attrs: attrs(whole("softmax_precision", 11), whole("qk_matmul_output_mode", 3)),
		inputs: tensors(fp32(t, domain.Shape{1, 1, 1, 1}, 1), k, k), want: tensors(domain.Tensor{}, domain.Tensor{}, domain.Tensor{}, want)}
	outputs, err := results(c.node(), c.inputs, 0)
	if err != nil || !SameElements(outputs[3], want) {
		t.Errorf("%s, want %s: %v", contents(outputs[3]), contents(want), err)
	}
}

// Outputs of the datatype of Q, K or V are rounded to it, whatever the others are.
func TestAttentionRoundsAsItsInputs(t *testing.T) {
	op := parsed[Operator](t, heavyNode("Attention", 23, 4))
	for _, c := range []struct{ q, v, mask domain.Datatype }{{domain.FP32, domain.FP16, domain.BF16}, {domain.FP16, domain.FP32, domain.FP16}, {domain.BF16, domain.FP16, domain.BOOL}} {
		inputs := []Value{{Datatype: c.q}, {Datatype: c.q}, {Datatype: c.v}, {Datatype: c.mask}}
		for output, want := range []domain.Datatype{c.q, c.q, c.v, c.q} {
			if got := RoundsTo(op, inputs, output); got != want {
				t.Errorf("Q %v, V %v, mask %v: output %d is rounded to %v", c.q, c.v, c.mask, output, got)
			}
		}
	}
}

// doubled returns tensors as FP64.
func doubled(list []domain.Tensor) (wide []domain.Tensor) {
	for _, tensor := range list {
		elements := make([]float64, tensor.Len())
		for i, x := range floats(tensor) {
			elements[i] = float64(x)
		}
		wide = append(wide, tensorOf(tensor.Shape(), elements...))
	}
	return wide
}

// A key that a mask shuts out does harm by NaN as an addend of minus infinity lets
// it; a query without any key is 0 whatever the keys are.
func TestAttentionKeepsNaN(t *testing.T) {
	q, k := fp32(t, domain.Shape{1, 1, 1, 1}, 1), fp32(t, domain.Shape{1, 1, 2, 1}, 0, notANumber)
	v := fp32(t, domain.Shape{1, 1, 2, 1}, 1, 2)
	mask := func(truths ...bool) domain.Tensor { return tensorOf(domain.Shape{1, 2}, truths...) }
	huge := fp32(t, domain.Shape{1, 1, 2, 1}, -infinite, -infinite)
	one := fp32(t, domain.Shape{1, 1, 1, 1}, notANumber)
	zero := fp32(t, domain.Shape{1, 1, 1, 1}, 0)
	checkAnswers(t, []answers{
		{"shut out", "Attention", 23, nil, tensors(q, k, v, mask(true, false)), tensors(one)},
		{"nothing left", "Attention", 23, nil, tensors(q, k, v, mask(false, false)), tensors(zero)},
		{"scores of minus infinity", "Attention", 23, nil, tensors(q, huge, v), tensors(zero)},
		{"an addend", "Attention", 23, nil, tensors(q, v, v, fp32(t, domain.Shape{2}, 0, notANumber)), tensors(one)},
	})
}

func TestAttentionRefuses(t *testing.T) {
	q, k := domain.Shape{2, 4, 3, 6}, domain.Shape{2, 2, 5, 6}
	for _, c := range []struct {
		node   Node
		inputs shapes
		said   string
	}{
		{heavyNode("Attention", 23, 3), shapes{{2, 3}, {2, 3}, {2, 3}}, "input Q has shape [2,3], expected three or four axes"},
		{heavyNode("Attention", 23, 3), shapes{{2, 3, 4}, {2, 3, 4}, {2, 3, 4}}, "attribute q_num_heads is left out"},
		{heavyNode("Attention", 23, 3, whole("q_num_heads", 2)), shapes{{2, 3, 4}, {2, 3, 4}, {2, 3, 4}}, "attribute kv_num_heads is left out"},
		{heavyNode("Attention", 23, 3, whole("q_num_heads", 3)), shapes{{2, 3, 4}, {2, 3, 4}, {2, 3, 4}}, "input Q has shape [2,3,4], expected a last axis that the 3 heads of attribute q_num_heads divide"},
		{heavyNode("Attention", 23, 3, whole("q_num_heads", 3)), shapes{q, k, k}, "input Q has shape [2,4,3,6], expected the 3 heads of attribute q_num_heads"},
		{heavyNode("Attention", 23, 3), shapes{{2, 4, 3, 0}, k, k}, "heads of one element at least"},
		{heavyNode("Attention", 23, 3), shapes{q, {2, 5, 6}, k}, "input K has shape [2,5,6], expected as many axes as Q"},
		{heavyNode("Attention", 23, 3), shapes{q, {2, 3, 5, 6}, {2, 3, 5, 6}}, "input K has shape [2,3,5,6], expected the batch and the length of the heads of Q [2,4,3,6], and heads whose number divides"},
		{heavyNode("Attention", 23, 3), shapes{q, {1, 2, 5, 6}, k}, "input K"},
		{heavyNode("Attention", 23, 3), shapes{q, {2, 2, 5, 7}, k}, "input K"},
		{heavyNode("Attention", 23, 3), shapes{q, k, {2, 2, 4, 6}}, "input V has shape [2,2,4,6], expected the batch, heads and rows of K [2,2,5,6]"},
		{heavyNode("Attention", 23, 4), shapes{q, k, k, {3, 4}}, "input attn_mask has shape [3,4], expected one that stretches to [2,4,3,5]"},
		{heavyNode("Attention", 24, 4), shapes{q, k, k, {3, 6}}, "stretches to [2,4,3,5], its last axis may be shorter"},
		{heavyNode("Attention", 24, 4), shapes{q, k, k, {2, 3, 5}}, "input attn_mask"},
		{heavyNode("Attention", 23, 4), shapes{q, k, k, {}}, "input attn_mask has shape []"},
		{heavyNode("Attention", 23, 6), shapes{q, k, k, {5}, {2, 2, 1}, {2, 2, 1, 6}}, "input past_key has shape [2,2,1], expected four axes"},
		{heavyNode("Attention", 23, 6), shapes{q, k, k, {6}, {2, 4, 1, 6}, {2, 2, 1, 6}}, "input past_key is FP32 [2,4,1,6], expected FP32 [2,2,1,6]"},
		{heavyNode("Attention", 23, 6), shapes{q, k, k, {6}, {2, 2, 1, 6}, {2, 2, 2, 6}}, "input past_value is FP32 [2,2,2,6], expected FP32 [2,2,1,6]"},
		{heavyNode("Attention", 24, 7), shapes{q, k, k, {6}, {2, 2, 1, 6}, {2, 2, 1, 6}, {2}}, "past_key and nonpad_kv_seqlen are both given"},
		{heavyNode("Attention", 23, 5), shapes{q, k, k, {6}, {2, 2, 1, 6}}, "one of inputs past_key and past_value is missing"},
	} {
		checkRefused(t, inferring(t, c.node, c.inputs...), domain.Invalid, c.said)
	}
	for said, attribute := range map[string]Attribute{
		"attribute scale = -1 has no square root":                     decimal("scale", -1),
		"attribute softcap = -2 is not a bound":                       decimal("softcap", -2),
		"attribute is_causal = 2 is neither 0 nor 1":                  whole("is_causal", 2),
		"attribute q_num_heads = -1 is negative":                      whole("q_num_heads", -1),
		"attribute kv_num_heads = -1 is negative":                     whole("kv_num_heads", -1),
		"attribute qk_matmul_output_mode = 4 is none of 0 to 3":       whole("qk_matmul_output_mode", 4),
		"attribute softmax_precision = 7 is none of 1, 10, 11 and 16": whole("softmax_precision", 7),
		"attribute left_window_size = -2 is less than -1":             whole("left_window_size", -2),
		"attribute right_window_size = -2 is less than -1":            whole("right_window_size", -2),
	} {
		_, err := Parse(heavyNode("Attention", 25, 3, attribute))
		checkRefused(t, err, domain.Unsupported, said)
	}
	_, err := Parse(heavyNode("Attention", 24, 3, whole("left_window_size", 1)))
	checkRefused(t, err, domain.Unsupported, "left_window_size = 1 is not known to Attention in opset 24")
	twice := heavyNode("Attention", 24, 7)
	twice.Inputs[attentionLengths], twice.Outputs = "lengths", []string{"y", "", "values"}
	_, err = Parse(twice)
	checkRefused(t, err, domain.Invalid, "has input nonpad_kv_seqlen and outputs present_key or present_value")
}

func TestAttentionRefusesDatatypes(t *testing.T) {
	op, x := parsed[Operator](t, heavyNode("Attention", 24, 4)), ramp(t, 0, domain.Shape{1, 1, 2, 2})
	wide := doubled(tensors(x))[0]
	for said, inputs := range map[string][]domain.Tensor{
		"input Q has datatype INT32":         tensors(upTo(1, 1, 2, 2), x, x),
		"input V has datatype FP64":          tensors(x, x, wide),
		"input attn_mask has datatype INT32": tensors(x, x, x, upTo(2, 2)),
		"input attn_mask has datatype FP64":  tensors(x, x, x, wide),
	} {
		_, err := op.Infer(inputsOf(inputs...))
		checkRefused(t, err, domain.Unsupported, said)
	}
}

func TestAttentionChecksLengths(t *testing.T) {
	op, x := parsed[*attention](t, heavyNode("Attention", 24, 7)), ramp(t, 0, domain.Shape{2, 1, 3, 2})
	mask := ramp(t, 0, domain.Shape{2})
	for said, inputs := range map[string][]domain.Tensor{
		"":                                     tensors(x, x, x, domain.Tensor{}, domain.Tensor{}, domain.Tensor{}, vector[int64](0, 3)),
		"element 1 is -1, expected 0 to 3":     tensors(x, x, x, domain.Tensor{}, domain.Tensor{}, domain.Tensor{}, vector[int64](0, -1)),
		"element 0 is 4, expected 0 to 3":      tensors(x, x, x, domain.Tensor{}, domain.Tensor{}, domain.Tensor{}, vector[int64](4, 0)),
		"element 1 is 3, expected 0 to 2, the": tensors(x, x, x, mask, domain.Tensor{}, domain.Tensor{}, vector[int64](0, 3)),
	} {
		_, err := op.Infer(valuesOf(inputs, 6))
		if checked := op.Check(inputs); said == "" {
			if err != nil || checked != nil {
				t.Errorf("%v, %v", err, checked)
			}
		} else {
			checkRefused(t, checked, domain.Invalid, "input nonpad_kv_seqlen: "+said)
			checkRefused(t, err, domain.Invalid, "input nonpad_kv_seqlen: "+said)
		}
	}
	_, err := op.Infer(inputsOf(x, x, x, domain.Tensor{}, domain.Tensor{}, domain.Tensor{}, vector[int64](1)))
	checkRefused(t, err, domain.Invalid, "input nonpad_kv_seqlen is INT64 [1], expected INT64 [2]")
}
