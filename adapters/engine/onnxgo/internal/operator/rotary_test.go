package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestRotaryEmbeddingAgainstReference(t *testing.T) {
	chosen := append(ramps(t, domain.Shape{1, 1, 2, 4}, domain.Shape{3, 2}, domain.Shape{3, 2}), tensorOf[int64](domain.Shape{1, 2}, 2, 0))
	checkAnswers(t, []answers{
		{"chosen angles", "RotaryEmbedding", 23, nil, chosen,
			tensors(fp32(t, domain.Shape{1, 1, 2, 4}, 1.375, 0.75, 0.375, 0.9375, 0.1875, 0.375, 0.1875, -4.125))},
		{"side by side, interleaved", "RotaryEmbedding", 23, attrs(whole("num_heads", 2), whole("interleaved", 1)),
			ramps(t, domain.Shape{1, 2, 4}, domain.Shape{1, 2, 1}, domain.Shape{1, 2, 1}),
			tensors(fp32(t, domain.Shape{1, 2, 4}, 1.3125, -0.1875, 1.3125, -0.5625, 1.5, 2.5625, -1.875, -2.25))},
		{"in part", "RotaryEmbedding", 23, attrs(whole("rotary_embedding_dim", 2)), ramps(t, domain.Shape{1, 2, 1, 4}, domain.Shape{1, 1, 1}, domain.Shape{1, 1, 1}),
			tensors(fp32(t, domain.Shape{1, 2, 1, 4}, 1.3125, -0.1875, -0.5, 1.25, 1.3125, -0.9375, 0, -1.5))},
		{"in part, interleaved", "RotaryEmbedding", 23, attrs(whole("rotary_embedding_dim", 4), whole("interleaved", 1)),
			ramps(t, domain.Shape{1, 1, 1, 6}, domain.Shape{1, 1, 2}, domain.Shape{1, 1, 2}),
			tensors(fp32(t, domain.Shape{1, 1, 1, 6}, 1.3125, -0.1875, 0.8125, 2.5, -0.25, 1.5))},
	})
}

func TestRowsOfRotaryEmbeddingStandAlone(t *testing.T) {
	own := ramps(t, domain.Shape{3, 2, 2, 4}, domain.Shape{3, 2, 2}, domain.Shape{3, 2, 2})
	checkRowsStandAlone(t, heavyNode("RotaryEmbedding", 23, 3), own, []bool{true, true, true})
	chosen := append(ramps(t, domain.Shape{3, 2, 2, 4}, domain.Shape{3, 2}, domain.Shape{3, 2}), tensorOf[int64](domain.Shape{3, 2}, 0, 1, 2, 1, 0, 0))
	node := heavyNode("RotaryEmbedding", 23, 4)
	checkRowsStandAlone(t, node, chosen, []bool{true, false, false, true})
	op := parsed[Operator](t, node)
	for _, perRow := range [][]bool{{true, true, false, true}, {true, false, false, false}} {
		if KeepsRows(op, inputsOf(chosen...), inputsOf(chosen[0]), perRow) {
			t.Errorf("rows are called independent with %v", perRow)
		}
	}
}

func TestRotaryEmbeddingRefuses(t *testing.T) {
	x := domain.Shape{2, 3, 4, 6}
	for _, c := range []struct {
		attrs  []Attribute
		inputs shapes
		said   string
	}{
		{nil, shapes{{2, 3, 4}, {2, 3, 2}, {2, 3, 2}}, "attribute num_heads is left out"},
		{attrs(whole("num_heads", 2)), shapes{x, {2, 4, 3}, {2, 4, 3}}, "input X has shape [2,3,4,6], expected the 2 heads"},
		{attrs(whole("num_heads", 2)), shapes{{1, 3, 6}, {1, 3, 1}, {1, 3, 1}}, "input X has shape [1,3,6], expected heads of an even number of elements, 0 at least"},
		{attrs(whole("rotary_embedding_dim", 8)), shapes{x, {2, 4, 4}, {2, 4, 4}}, "an even number of elements, 8 at least"},
		{nil, shapes{x, {2, 4, 2}, {2, 4, 3}}, "input cos_cache is FP32 [2,4,2], expected FP32 [2,4,3]"},
		{nil, shapes{x, {2, 4, 3}, {9, 3}}, "input sin_cache is FP32 [9,3], expected FP32 [2,4,3]"},
	} {
		checkRefused(t, inferring(t, heavyNode("RotaryEmbedding", 23, 3, c.attrs...), c.inputs...), domain.Invalid, c.said)
	}
	for said, attribute := range map[string]Attribute{
		"num_heads = -1 is negative":       whole("num_heads", -1),
		"rotary_embedding_dim = 3 is not":  whole("rotary_embedding_dim", 3),
		"rotary_embedding_dim = -2 is not": whole("rotary_embedding_dim", -2),
		"interleaved = 2 is neither":       whole("interleaved", 2),
	} {
		_, err := Parse(heavyNode("RotaryEmbedding", 23, 3, attribute))
		checkRefused(t, err, domain.Unsupported, said)
	}
	op := parsed[Operator](t, heavyNode("RotaryEmbedding", 23, 3))
	_, err := op.Infer(inputsOf(upTo(2, 3, 4, 6), vector[float32](1), vector[float32](1)))
	checkRefused(t, err, domain.Unsupported, "input X has datatype INT32")
}

func TestRotaryEmbeddingChecksPositions(t *testing.T) {
	op := parsed[Operator](t, heavyNode("RotaryEmbedding", 23, 4))
	inputs := append(ramps(t, domain.Shape{1, 1, 2, 2}, domain.Shape{3, 1}, domain.Shape{3, 1}), domain.Tensor{})
	for said, positions := range map[string]domain.Tensor{
		"":                                 tensorOf[int64](domain.Shape{1, 2}, 0, 2),
		"element 0 is -1, expected 0 to 2": tensorOf[int64](domain.Shape{1, 2}, -1, 2),
		"element 1 is 3, expected 0 to 2":  tensorOf[int64](domain.Shape{1, 2}, 0, 3),
	} {
		inputs[3] = positions
		_, err := op.Infer(valuesOf(inputs, 3))
		if checked := op.(Checker).Check(inputs); said == "" {
			if err != nil || checked != nil {
				t.Errorf("%v, %v", err, checked)
			}
		} else {
			checkRefused(t, checked, domain.Invalid, "input position_ids: "+said)
			checkRefused(t, err, domain.Invalid, "input position_ids: "+said)
		}
	}
	inputs[3] = tensorOf[int64](domain.Shape{2, 1}, 0, 2)
	_, err := op.Infer(inputsOf(inputs...))
	checkRefused(t, err, domain.Invalid, "input position_ids is INT64 [2,1], expected INT64 [1,2]")
	inputs[1] = ramp(t, 1, domain.Shape{1, 2, 1})
	_, err = op.Infer(inputsOf(inputs...))
	checkRefused(t, err, domain.Invalid, "input cos_cache has shape [1,2,1], expected two axes, as there are position_ids")
}
