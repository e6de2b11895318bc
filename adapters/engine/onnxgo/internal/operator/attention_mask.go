package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// maskRows is where the rows of a mask are, one for each query. A step is 0 along
// an axis on which the mask is repeated.
type maskRows struct {
	given, truths    bool
	batch, head, row int
	step, keys       int // along a row, and how many keys it has
}

// mask checks a mask against the axes that it spreads over.
func (a *attention) mask(inputs []Value, s attentionSize) (m maskRows, err error) {
	m.keys = s.keys()
	if _, given := optional(inputs, attentionMask); !given {
		return m, nil
	}
	v, err := present(inputs, attentionMask, "attn_mask")
	if err != nil {
		return m, err
	}
	datatype := inputs[attentionQ].Datatype
	if v.Datatype != domain.BOOL && v.Datatype != datatype {
		return m, wrongDatatype("attn_mask", v.Datatype, "BOOL or that of Q, "+datatype.String()+",")
	}
	all := domain.Shape{s.q.batch, s.q.count, s.q.rows, s.keys()}
	spread, shortest := v.Shape, s.keys()
	if n := len(v.Shape); n > 0 && a.padsMask && v.Shape[n-1] < s.keys() {
		shortest = v.Shape[n-1]
		spread = append(v.Shape[:n-1].Clone(), s.keys())
	}
	if shape, err := broadcast(all, spread); err != nil || len(spread) == 0 || !shape.Equal(all) {
		return m, misshapen("attn_mask", v.Shape, "one that stretches to "+all.String()+a.shorter())
	}
	strides := matrixStrides(v.Shape, len(all))
	if shortest < s.keys() {
		strides[3] = 1
	}
	return maskRows{
		given: true, truths: v.Datatype == domain.BOOL,
		batch: strides[0], head: strides[1], row: strides[2], step: strides[3], keys: shortest,
	}, nil
}

// shorter tells of masks that end before the last key.
func (a *attention) shorter() string {
	if a.padsMask {
		return ", its last axis may be shorter"
	}
	return ""
}

// window returns the keys, low to high, that a query may look at. Lengths are nil
// where K and V are full.
func (a *attention) window(s attentionSize, m maskRows, lengths []int64, batch, query int) (low, high int) {
	high, position := m.keys, s.past+query
	if lengths != nil {
		valid := int(lengths[batch])
		high, position = min(high, valid), valid-s.q.rows+query
	}
	if a.causal {
		high = min(high, position+1)
	}
	if a.right >= 0 && a.right < s.keys()-position {
		high = min(high, position+a.right+1)
	}
	if a.left >= 0 && a.left < position {
		low = position - a.left
	}
	return low, high
}

// addMask adds to a query's scores what the mask says at a place, and the window,
// and reports whether any key is left.
func addMask[T realNumber](m maskRows, scores []T, mask domain.Tensor, at, low, high int) bool {
	switch {
	case !m.given:
		return kernels.MaskOutside(scores, low, high)
	case m.truths:
		return kernels.MaskTruths(scores, dataOf[bool](mask)[at:], m.step, low, high)
	default:
		return kernels.MaskAddends(scores, dataOf[T](mask)[at:], m.step, m.keys, low, high)
	}
}

// Check refuses lengths that are not between 0 and the number of keys.
func (*attention) Check(inputs []domain.Tensor) error {
	if len(inputs) <= attentionLengths || inputs[attentionLengths].IsZero() {
		return nil
	}
	return checkLengths(inputs[attentionLengths], inputs[attentionK].Shape(), inputs[attentionMask].Shape())
}

// checkLengths refuses lengths that are negative, or beyond the keys or the mask,
// whose shape is nil if there is none.
func checkLengths(lengths domain.Tensor, k, mask domain.Shape) error {
	most := k[len(k)-2]
	if mask != nil {
		most = min(most, mask[len(mask)-1])
	}
	for i, n := range dataOf[int64](lengths) {
		if n < 0 || n > int64(most) {
			return domain.Errorf(domain.Invalid, "input nonpad_kv_seqlen: element %d is %d, expected 0 to %d, the keys that there are and have a mask", i, n, most)
		}
	}
	return nil
}
