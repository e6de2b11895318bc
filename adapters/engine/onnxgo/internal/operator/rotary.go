package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// rotary turns pairs of elements of X, whose form is that of Attention's Q, by
// angles that tell where in a sequence they are. Their cosines and sines are
// [positions,pairs] and chosen by position_ids [batch,length], or, without these,
// [batch,length,pairs].
type rotary struct {
	heads       int // 0: as X has it
	turned      int // elements of each head, in front; 0: all
	interleaved bool
}

// The places of RotaryEmbedding's inputs.
const (
	rotaryX = iota
	rotaryCos
	rotarySin
	rotaryPositions
)

func parseRotaryEmbedding(node Node) (Operator, error) {
	a := attributesOf(node)
	r := rotary{heads: a.int("num_heads", 0), turned: a.int("rotary_embedding_dim", 0), interleaved: a.bool("interleaved", false)}
	a.expect(r.heads >= 0, "num_heads", "is negative")
	a.expect(r.turned >= 0 && r.turned%2 == 0, "rotary_embedding_dim", "is not an even number of elements")
	return r, a.done()
}

// size checks the inputs against each other.
func (r rotary) size(inputs []Value) (h heads, pairs int, err error) {
	x, err := present(inputs, rotaryX, "X")
	if err != nil {
		return h, 0, err
	}
	if x.Datatype != domain.FP32 {
		return h, 0, wrongDatatype("X", x.Datatype, "FP32")
	}
	if h, err = headsOf(x, "X", "num_heads", r.heads); err != nil {
		return h, 0, err
	}
	if h.length%2 != 0 || r.turned > h.length {
		return h, 0, misshapen("X", x.Shape, fmt.Sprintf("heads of an even number of elements, %d at least", r.turned))
	}
	if pairs = r.turned / 2; pairs == 0 {
		pairs = h.length / 2
	}
	angles := domain.Shape{h.batch, h.rows, pairs}
	if _, given := optional(inputs, rotaryPositions); given {
		cos, err := present(inputs, rotaryCos, "cos_cache")
		if err != nil {
			return h, 0, err
		}
		if len(cos.Shape) != 2 {
			return h, 0, misshapen("cos_cache", cos.Shape, "two axes, as there are position_ids")
		}
		angles = domain.Shape{cos.Shape[0], pairs}
	}
	for i, name := range []string{rotaryCos: "cos_cache", rotarySin: "sin_cache"} {
		if name != "" && err == nil {
			err = checkPart(inputs, i, name, domain.FP32, angles, false)
		}
	}
	if err == nil {
		err = checkPart(inputs, rotaryPositions, "position_ids", domain.INT64, domain.Shape{h.batch, h.rows}, true)
	}
	return h, pairs, err
}

// Infer returns X's shape.
func (r rotary) Infer(inputs []Value) ([]Value, error) {
	if _, _, err := r.size(inputs); err != nil {
		return nil, err
	}
	if positions, ok := optional(inputs, rotaryPositions); ok && positions.Known() {
		if err := checkPositions(positions.Const, inputs[rotaryCos].Shape[0]); err != nil {
			return nil, err
		}
	}
	return like(inputs[rotaryX], inputs[rotaryX].Shape)
}

// Check refuses positions that have no cosines and sines.
func (rotary) Check(inputs []domain.Tensor) error {
	if len(inputs) <= rotaryPositions || inputs[rotaryPositions].IsZero() {
		return nil
	}
	return checkPositions(inputs[rotaryPositions], inputs[rotaryCos].Shape()[0])
}

func checkPositions(positions domain.Tensor, n int) error {
	for i, at := range dataOf[int64](positions) {
		if at < 0 || at >= int64(n) {
			return domain.Errorf(domain.Invalid, "input position_ids: element %d is %d, expected 0 to %d", i, at, n-1)
		}
	}
	return nil
}

// Compile returns the computation head by head.
func (r rotary) Compile(inputs, _ []Value) (Run, error) {
	h, pairs, err := r.size(inputs)
	if err != nil {
		return nil, err
	}
	return func(in, out []domain.Tensor) {
		src, dst, cos, sin := floats(in[rotaryX]), floats(out[0]), floats(in[rotaryCos]), floats(in[rotarySin])
		var positions []int64
		if len(in) > rotaryPositions {
			positions = dataOf[int64](in[rotaryPositions])
		}
		for place := range h.batch * h.rows {
			angle := place
			if positions != nil {
				angle = int(positions[place])
			}
			c, s := cos[angle*pairs:][:pairs], sin[angle*pairs:][:pairs]
			for head := range h.count {
				at := h.at(place/h.rows, head, place%h.rows)
				kernels.Rotate(dst[at:][:h.length], src[at:][:h.length], c, s, r.interleaved)
			}
		}
	}, nil
}

// follows says that the output has X's datatype.
func (rotary) follows([]Value, int) int { return rotaryX }

// keepsRows holds if the positions have rows; what these choose from has none.
func (rotary) keepsRows(inputs, _ []Value, perRow []bool) bool {
	_, chosen := optional(inputs, rotaryPositions)
	for i, v := range inputs {
		shared := chosen && (i == rotaryCos || i == rotarySin)
		if !v.Missing() && perRow[i] == shared {
			return false
		}
	}
	return true
}
