package operator

import (
	"fmt"
	"math"

	"github.com/portent-go/portent/domain"
)

// linearAttention reads a sequence into a state of each head of keys, a matrix
// [key,value], that queries are multiplied with at each step: the state fades, if
// it is gated, and takes up the step's value at the step's key, or, if it is
// corrected, the difference to the value that it has there. Q, K and V are
// [batch,steps,heads*length].
type linearAttention struct {
	queryHeads, keyHeads int
	gated, corrected     bool
	scale                float32 // of the products with queries; 0: 1 over the root of a key's length
}

// The places of LinearAttention's inputs.
const (
	linearQ = iota
	linearK
	linearV
	linearState
	linearDecay
	linearBeta
)

func parseLinearAttention(node Node) (Operator, error) {
	a := attributesOf(node)
	l := &linearAttention{queryHeads: a.int("q_num_heads", 0), keyHeads: a.int("kv_num_heads", 0), scale: a.float("scale", 0)}
	a.expect(l.queryHeads > 0, "q_num_heads", "is not a number of heads")
	a.expect(l.keyHeads > 0 && l.queryHeads%max(l.keyHeads, 1) == 0, "kv_num_heads", "does not divide q_num_heads")
	a.expect(a.int("chunk_size", 64) > 0, "chunk_size", "is not positive")
	rule := a.text("update_rule", "gated_delta")
	l.gated, l.corrected = rule == "gated" || rule == "gated_delta", rule == "delta" || rule == "gated_delta"
	a.expect(rule == "linear" || l.gated || l.corrected, "update_rule", "is none of linear, gated, delta, gated_delta")
	return l, a.done()
}

// linearSize is the lengths of the axes.
type linearSize struct {
	q, k, v heads
	decays  int // of a head and step
	betas   int // of a step
}

// size checks the inputs against each other.
func (l *linearAttention) size(inputs []Value) (s linearSize, err error) {
	for _, operand := range []struct {
		at              int
		name, attribute string
		count           int
		to              *heads
	}{
		{linearQ, "query", "q_num_heads", l.queryHeads, &s.q},
		{linearK, "key", "kv_num_heads", l.keyHeads, &s.k},
		{linearV, "value", "kv_num_heads", l.keyHeads, &s.v},
	} {
		v, err := present(inputs, operand.at, operand.name)
		switch {
		case err != nil:
			return s, err
		case v.Datatype != domain.FP32:
			return s, wrongDatatype(operand.name, v.Datatype, "FP32")
		case len(v.Shape) != 3:
			return s, misshapen(operand.name, v.Shape, "three axes")
		}
		if *operand.to, err = headsOf(v, operand.name, operand.attribute, operand.count); err != nil {
			return s, err
		}
	}
	if want := (domain.Shape{s.q.batch, s.q.rows, s.k.count * s.q.length}); !s.k.shape().Equal(want) {
		return s, misshapen("key", s.k.shape(), want.String()+", the heads as long as those of query")
	}
	if s.v.batch != s.q.batch || s.v.rows != s.q.rows {
		return s, misshapen("value", s.v.shape(), fmt.Sprintf("the batch and steps of query %v", s.q.shape()))
	}
	if err := checkPart(inputs, linearState, "past_state", domain.FP32, s.state(), true); err != nil {
		return s, err
	}
	if s.decays, err = l.perStep(inputs, linearDecay, "decay", l.gated, s, s.k.count, s.k.count*s.k.length); err != nil {
		return s, err
	}
	s.decays /= s.k.count
	s.betas, err = l.perStep(inputs, linearBeta, "beta", l.corrected, s, s.k.count, 1)
	return s, err
}

func (s linearSize) state() domain.Shape {
	return domain.Shape{s.k.batch, s.k.count, s.k.length, s.v.length}
}

// perStep returns the length of the last axis of an input that has one of two
// lengths at each step, and that is there if the rule takes it.
func (l *linearAttention) perStep(inputs []Value, at int, name string, taken bool, s linearSize, lengths ...int) (int, error) {
	v, given := optional(inputs, at)
	switch {
	case !given && !taken:
		return 0, nil
	case !given:
		return 0, domain.Errorf(domain.Invalid, "input %s is missing, which the attribute update_rule asks for", name)
	case !taken:
		return 0, domain.Errorf(domain.Invalid, "input %s is given, which the attribute update_rule has no use for", name)
	case v.Datatype != domain.FP32:
		return 0, wrongDatatype(name, v.Datatype, "FP32")
	}
	for _, n := range lengths {
		if v.Shape.Equal(domain.Shape{s.q.batch, s.q.rows, n}) {
			return n, nil
		}
	}
	return 0, misshapen(name, v.Shape, fmt.Sprintf("[%d,%d,%d] or [%d,%d,%d]", s.q.batch, s.q.rows, lengths[0], s.q.batch, s.q.rows, lengths[1]))
}

// Infer returns the output [batch,steps,heads*length] and the state.
func (l *linearAttention) Infer(inputs []Value) ([]Value, error) {
	s, err := l.size(inputs)
	if err != nil {
		return nil, err
	}
	output, err := like(inputs[linearQ], domain.Shape{s.q.batch, s.q.rows, s.q.count * s.v.length})
	if err != nil {
		return nil, err
	}
	state, err := like(inputs[linearQ], s.state())
	return append(output, state...), err
}

// follows says that the state keeps the datatype that it has.
func (*linearAttention) follows(inputs []Value, output int) int {
	if _, given := optional(inputs, linearState); given && output == 1 {
		return linearState
	}
	return linearQ
}

// factor returns the factor of the products with queries.
func (l *linearAttention) factor(s linearSize) float32 {
	if l.scale == 0 {
		return float32(1 / math.Sqrt(float64(s.k.length)))
	}
	return l.scale
}

func (l *linearAttention) products(inputs, _ []Value) int {
	s, err := l.size(inputs)
	if err != nil {
		return 0
	}
	updates := 1
	if l.corrected {
		updates = 2
	}
	return s.k.batch * s.k.rows * s.k.length * s.v.length * (s.q.count + updates*s.k.count)
}

// keepsRows holds as all inputs have the batch in front.
func (*linearAttention) keepsRows(inputs, _ []Value, perRow []bool) bool {
	return allPerRow(inputs, perRow)
}

// allPerRow reports whether all inputs that are there have rows.
func allPerRow(inputs []Value, perRow []bool) bool {
	for i, v := range inputs {
		if !v.Missing() && !perRow[i] {
			return false
		}
	}
	return true
}
