package operator

import (
	"fmt"

	"github.com/portent-go/portent/domain"
)

// heads are the rows of several heads: [batch,count,rows,length], or side by side,
// [batch,rows,count*length].
type heads struct {
	batch, count, rows, length int
	abreast                    bool
}

// headsOf returns the heads of an input of four axes, or of three that an
// attribute tells how many heads are in.
func headsOf(v Value, name, attribute string, count int) (h heads, err error) {
	switch shape := v.Shape; len(shape) {
	case 4:
		h = heads{batch: shape[0], count: shape[1], rows: shape[2], length: shape[3]}
		if count != 0 && count != h.count {
			return h, misshapen(name, shape, fmt.Sprintf("the %d heads of attribute %s", count, attribute))
		}
	case 3:
		if count == 0 {
			return h, domain.Errorf(domain.Invalid, "attribute %s is left out, expected the number of heads in input %s of shape %v", attribute, name, shape)
		}
		if shape[2]%count != 0 {
			return h, misshapen(name, shape, fmt.Sprintf("a last axis that the %d heads of attribute %s divide", count, attribute))
		}
		h = heads{batch: shape[0], count: count, rows: shape[1], length: shape[2] / count, abreast: true}
	default:
		return h, misshapen(name, shape, "three or four axes")
	}
	if h.count == 0 || h.length == 0 {
		return h, misshapen(name, v.Shape, "heads of one element at least")
	}
	return h, nil
}

// at returns where a row begins.
func (h heads) at(batch, head, row int) int {
	if h.abreast {
		return ((batch*h.rows+row)*h.count + head) * h.length
	}
	return ((batch*h.count+head)*h.rows + row) * h.length
}

// apart returns how far a row is from the next one of its head.
func (h heads) apart() int {
	if h.abreast {
		return h.count * h.length
	}
	return h.length
}

func (h heads) shape() domain.Shape {
	if h.abreast {
		return domain.Shape{h.batch, h.rows, h.count * h.length}
	}
	return domain.Shape{h.batch, h.count, h.rows, h.length}
}

// attentionSize is the lengths of Attention's axes.
type attentionSize struct {
	q, k, v heads
	past    int // keys, before those of K
}

func (s attentionSize) keys() int { return s.past + s.k.rows }

// sharing returns how many heads of queries share one of keys.
func (s attentionSize) sharing() int { return s.q.count / s.k.count }

// output is the heads of what was weighed.
func (s attentionSize) output() heads {
	y := s.q
	y.length = s.v.length
	return y
}

// size checks the inputs, but for the mask, against each other.
func (a *attention) size(inputs []Value) (s attentionSize, err error) {
	q, err := realOperand(inputs, attentionQ, "Q")
	if err != nil {
		return s, err
	}
	for _, operand := range []struct {
		at              int
		name, attribute string
		count           int
		to              *heads
	}{
		{attentionQ, "Q", "q_num_heads", a.queryHeads, &s.q},
		{attentionK, "K", "kv_num_heads", a.keyHeads, &s.k},
		{attentionV, "V", "kv_num_heads", a.keyHeads, &s.v},
	} {
		v, err := present(inputs, operand.at, operand.name)
		if err != nil {
			return s, err
		}
		if v.Datatype != q.Datatype {
			return s, wrongDatatype(operand.name, v.Datatype, "that of Q, "+q.Datatype.String()+",")
		}
		if len(v.Shape) != len(q.Shape) {
			return s, misshapen(operand.name, v.Shape, fmt.Sprintf("as many axes as Q %v has", q.Shape))
		}
		if *operand.to, err = headsOf(v, operand.name, operand.attribute, operand.count); err != nil {
			return s, err
		}
	}
	switch {
	case s.k.batch != s.q.batch || s.k.length != s.q.length || s.q.count%s.k.count != 0:
		err = misshapen("K", inputs[attentionK].Shape, fmt.Sprintf("the batch and the length of the heads of Q %v, and heads whose number divides that of Q", q.Shape))
	case s.v.batch != s.k.batch || s.v.count != s.k.count || s.v.rows != s.k.rows:
		err = misshapen("V", inputs[attentionV].Shape, fmt.Sprintf("the batch, heads and rows of K %v", inputs[attentionK].Shape))
	default:
		err = a.caches(inputs, &s)
	}
	return s, err
}

// caches checks the past keys and values, or the lengths of what K and V hold.
func (a *attention) caches(inputs []Value, s *attentionSize) error {
	pastKey, hasKey := optional(inputs, attentionPastKey)
	_, hasValue := optional(inputs, attentionPastValue)
	_, hasLengths := optional(inputs, attentionLengths)
	if hasKey != hasValue {
		return domain.Errorf(domain.Invalid, "one of inputs past_key and past_value is missing, expected both or none")
	}
	if hasKey && hasLengths {
		return domain.Errorf(domain.Invalid, "inputs past_key and nonpad_kv_seqlen are both given, expected one of them")
	}
	if !hasKey {
		return checkPart(inputs, attentionLengths, "nonpad_kv_seqlen", domain.INT64, domain.Shape{s.q.batch}, true)
	}
	if len(pastKey.Shape) != 4 {
		return misshapen("past_key", pastKey.Shape, "four axes")
	}
	datatype := inputs[attentionQ].Datatype
	s.past = pastKey.Shape[2]
	if err := checkPart(inputs, attentionPastKey, "past_key", datatype, domain.Shape{s.k.batch, s.k.count, s.past, s.k.length}, false); err != nil {
		return err
	}
	return checkPart(inputs, attentionPastValue, "past_value", datatype, domain.Shape{s.v.batch, s.v.count, s.past, s.v.length}, false)
}
