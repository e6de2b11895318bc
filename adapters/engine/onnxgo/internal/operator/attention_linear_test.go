package operator

import (
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/team"
	"github.com/portent-go/portent/domain"
)

// linearHeads are the attributes of LinearAttention for so many heads, and a rule.
func linearHeads(queries, keys int64, rule string, more ...Attribute) []Attribute {
	return append(more, whole("q_num_heads", queries), whole("kv_num_heads", keys), text("update_rule", rule))
}

func TestLinearAttentionAgainstReference(t *testing.T) {
	two, one := domain.Shape{1, 2, 2}, domain.Shape{1, 2, 1}
	state := func(heads, rows, columns int, values ...float32) domain.Tensor {
		return fp32(t, domain.Shape{1, heads, rows, columns}, values...)
	}
	checkAnswers(t, []answers{
		{"linear, shared keys", "LinearAttention", 27, linearHeads(2, 1, "linear"), ramps(t, domain.Shape{1, 2, 4}, two, one),
			tensors(fp32(t, two, -1.0938058, -1.1932427, -0.51928157, 0.53033006), state(1, 2, 1, -0.0625, -0.5))},
		{"gated, past state", "LinearAttention", 27, linearHeads(1, 1, "gated", decimal("scale", 0.5)), ramps(t, two, two, one, domain.Shape{1, 1, 2, 1}, two),
			tensors(fp32(t, one, -0.39058441, -1.313988), state(1, 2, 1, -0.18418744, -2.1760557))},
		{"delta, one beta", "LinearAttention", 27, linearHeads(2, 2, "delta"), append(ramps(t, two, two, two, nil, nil), ramp(t, 4, one)),
			tensors(fp32(t, two, 0.31640625, 1.40625, 0.2109375, 1.7578125), state(2, 1, 1, -0.421875, 1.40625))},
		{"gated and delta", "LinearAttention", 27, attrs(whole("q_num_heads", 2), whole("kv_num_heads", 2), whole("chunk_size", 1)),
			ramps(t, two, two, domain.Shape{1, 2, 4}, domain.Shape{1, 2, 1, 2}, two, two),
			tensors(fp32(t, domain.Shape{1, 2, 4}, 0.69420719, 0.27547637, 4.125, 1.8125, 1.1647274, 0.43738762, 16.277863, 7.7620053),
				state(2, 1, 2, -2.3294549, -0.87477523, 13.022289, 6.2096043))},
		{"the state alone", "LinearAttention", 27, linearHeads(2, 1, "linear"), ramps(t, domain.Shape{1, 2, 4}, two, one),
			tensors(domain.Tensor{}, state(1, 2, 1, -0.0625, -0.5))},
		{"no steps", "LinearAttention", 27, linearHeads(1, 1, "linear"), ramps(t, domain.Shape{1, 0, 1}, domain.Shape{1, 0, 1}, domain.Shape{1, 0, 1}, domain.Shape{1, 1, 1, 1}),
			tensors(fp32(t, domain.Shape{1, 0, 1}), state(1, 1, 1, -0.75))},
	})
}

// sequences are the inputs of a batch of three, with all that LinearAttention
// takes, for four heads of queries and two of keys.
func sequences(t *testing.T) (Node, []domain.Tensor) {
	node := heavyNode("LinearAttention", 27, 6, whole("q_num_heads", 4), whole("kv_num_heads", 2))
	node.Outputs = []string{"y", "state"}
	return node, ramps(t, domain.Shape{3, 5, 12}, domain.Shape{3, 5, 6}, domain.Shape{3, 5, 8}, domain.Shape{3, 2, 3, 4}, domain.Shape{3, 5, 2}, domain.Shape{3, 5, 1})
}

func TestRowsOfLinearAttentionStandAlone(t *testing.T) {
	node, inputs := sequences(t)
	checkRowsStandAlone(t, node, inputs, []bool{true, true, true, true, true, true})
	if KeepsRows(parsed[Operator](t, node), inputsOf(inputs...), inputsOf(inputs[:2]...), []bool{true, true, true, false, true, true}) {
		t.Error("rows are called independent that share a state")
	}
}

func TestThreadsGiveLinearAttentionTheBitsOfOne(t *testing.T) {
	node, inputs := sequences(t)
	alone, err := results(node, inputs, len(inputs))
	if err != nil {
		t.Fatal(err)
	}
	target := Target{Set: micro.Generic(), Team: team.New(3, micro.Pause)}
	run, err := Compile(parsed[Operator](t, node), target, inputsOf(inputs...), inputsOf(alone...))
	if err != nil {
		t.Fatal(err)
	}
	together := []domain.Tensor{rubbish(inputsOf(alone...)[0]), rubbish(inputsOf(alone...)[1])}
	target.Team.Start(2)
	run(inputs, together)
	target.Team.Stop()
	for i := range alone {
		if !SameElements(alone[i], together[i]) {
			t.Errorf("output %d is %s on one thread and %s on three", i, contents(alone[i]), contents(together[i]))
		}
	}
}

func TestLinearAttentionRefuses(t *testing.T) {
	q, k, v := domain.Shape{2, 5, 12}, domain.Shape{2, 5, 6}, domain.Shape{2, 5, 8}
	state, decay, beta := domain.Shape{2, 2, 3, 4}, domain.Shape{2, 5, 2}, domain.Shape{2, 5, 2}
	for _, c := range []struct {
		rule   string
		inputs shapes
		said   string
	}{
		{"linear", shapes{{2, 5}, k, v}, "input query has shape [2,5], expected three axes"},
		{"linear", shapes{{2, 5, 10}, k, v}, "expected a last axis that the 4 heads of attribute q_num_heads divide"},
		{"linear", shapes{q, {2, 5, 8}, v}, "input key has shape [2,5,8], expected [2,5,6], the heads as long as those of query"},
		{"linear", shapes{q, {2, 4, 6}, v}, "input key has shape [2,4,6], expected [2,5,6]"},
		{"linear", shapes{q, k, {1, 5, 8}}, "input value has shape [1,5,8], expected the batch and steps of query [2,5,12]"},
		{"linear", shapes{q, k, v, {2, 2, 4, 3}}, "input past_state is FP32 [2,2,4,3], expected FP32 [2,2,3,4]"},
		{"linear", shapes{q, k, v, state, decay}, "input decay is given, which the attribute update_rule has no use for"},
		{"gated", shapes{q, k, v, state}, "input decay is missing"},
		{"gated", shapes{q, k, v, state, decay, beta}, "input beta is given"},
		{"gated_delta", shapes{q, k, v, state, decay}, "input beta is missing"},
		{"gated_delta", shapes{q, k, v, state, {2, 5, 3}, beta}, "input decay has shape [2,5,3], expected [2,5,2] or [2,5,6]"},
		{"gated_delta", shapes{q, k, v, state, decay, {2, 5, 6}}, "input beta has shape [2,5,6], expected [2,5,2] or [2,5,1]"},
	} {
		checkRefused(t, inferring(t, heavyNode("LinearAttention", 27, len(c.inputs), linearHeads(4, 2, c.rule)...), c.inputs...), domain.Invalid, c.said)
	}
	for said, attributes := range map[string][]Attribute{
		`update_rule = "none" is none of linear`: linearHeads(1, 1, "none"),
		"kv_num_heads = 2 does not divide":       linearHeads(3, 2, "linear"),
		"kv_num_heads = 0 does not divide":       linearHeads(3, 0, "linear"),
		"q_num_heads (left out) is not a number": attrs(whole("kv_num_heads", 1)),
		"chunk_size = 0 is not positive":         linearHeads(1, 1, "linear", whole("chunk_size", 0)),
	} {
		_, err := Parse(heavyNode("LinearAttention", 27, 3, attributes...))
		checkRefused(t, err, domain.Unsupported, said)
	}
	op := parsed[Operator](t, heavyNode("LinearAttention", 27, 3, linearHeads(1, 1, "gated")...))
	x := ramp(t, 0, domain.Shape{1, 1, 1})
	_, err := op.Infer(inputsOf(doubled(tensors(x))[0], x, x))
	checkRefused(t, err, domain.Unsupported, "input query has datatype FP64")
	_, err = op.Infer(inputsOf(x, x, x, domain.Tensor{}, doubled(tensors(x))[0]))
	checkRefused(t, err, domain.Unsupported, "input decay has datatype FP64")
}
