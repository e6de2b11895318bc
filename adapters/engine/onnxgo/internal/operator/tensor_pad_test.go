package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestPad(t *testing.T) {
	line := vector[int32](1, 2, 3, 4)
	pad := func(before, after int64) []domain.Tensor { return tensors(line, vector(before, after)) }
	mode := func(name string) []Attribute { return attrs(text("mode", name)) }
	checkExamples(t, []example{
		{"attributes", "Pad", 7, attrs(list("pads", 0, 1, 1, 0)), tensors(vectors(1, 2)), tensorOf[float32](domain.Shape{2, 3}, 0, 1, 2, 0, 0, 0)},
		{"value", "Pad", 10, attrs(list("pads", 1, 0), decimal("value", 1.5)), tensors(vector[float32](7)), vector[float32](1.5, 7)},
		{"value in FP64", "Pad", 10, attrs(list("pads", 0, 1), decimal("value", 1.5)), tensors(vector[float64](7)), vector(7, 1.5)},
		{"FP16", "Pad", 10, attrs(list("pads", 0, 1)), tensors(vector(domain.Float16(7))), vector(domain.Float16(7), 0)},
		{"zeros", "Pad", 11, nil, pad(1, 2), vector[int32](0, 1, 2, 3, 4, 0, 0)},
		{"constant", "Pad", 13, mode("constant"), append(pad(0, 1), tensorOf[int32](domain.Shape{}, 9)), vector[int32](1, 2, 3, 4, 9)},
		{"strings", "Pad", 13, nil, tensors(vector("a"), vector[int64](1, 0), vector("z")), vector("z", "a")},
		{"cut and pad", "Pad", 13, nil, pad(-1, 2), vector[int32](2, 3, 4, 0, 0)},
		{"cut all", "Pad", 13, nil, pad(-4, 2), vector[int32](0, 0)},
		{"nothing", "Pad", 13, nil, tensors(vector[int32](), vector[int64](1, 1)), vector[int32](0, 0)},
		{"reflect", "Pad", 18, mode("reflect"), pad(3, 2), vector[int32](4, 3, 2, 1, 2, 3, 4, 3, 2)},
		{"reflect a cut", "Pad", 18, mode("reflect"), pad(-1, 2), vector[int32](2, 3, 4, 3, 2)},
		{"edge", "Pad", 11, mode("edge"), pad(2, 1), vector[int32](1, 1, 1, 2, 3, 4, 4)},
		{"edge of a cut", "Pad", 19, mode("edge"), pad(2, -3), vector[int32](1, 1, 1)},
		{"wrap", "Pad", 19, mode("wrap"), pad(9, 3), vector[int32](4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3)},
		{"wrap a cut", "Pad", 21, mode("wrap"), pad(-1, 2), vector[int32](2, 3, 4, 2, 3)},
		{"wrap the other cut", "Pad", 21, mode("wrap"), pad(2, -1), vector[int32](2, 3, 1, 2, 3)},
		{"axes", "Pad", 18, nil, tensors(upTo(2, 2), vector[int64](1, 0), tensorOf[int32](domain.Shape{}, 9), vector[int32](-1)), tensorOf[int32](domain.Shape{2, 3}, 9, 1, 2, 9, 3, 4)},
		{"around", "Pad", 13, nil, tensors(upTo(1, 2), vector[int64](1, 1, 1, 0)), tensorOf[int32](domain.Shape{3, 3}, 0, 0, 0, 0, 1, 2, 0, 0, 0)},
		{"an empty axis stays", "Pad", 13, mode("edge"), tensors(tensorOf[int32](domain.Shape{0, 2}), vector[int64](0, 1, 0, 1)), tensorOf[int32](domain.Shape{0, 4})},
	})
}

// vectors returns one row of FP32.
func vectors(row ...float32) domain.Tensor { return tensorOf(domain.Shape{1, len(row)}, row...) }

func TestPadRefuses(t *testing.T) {
	line := vector[int32](1, 2, 3, 4)
	pads := func(p ...int64) []Value { return valuesOf(tensors(line, vector(p...)), 1) }
	for _, c := range []struct {
		mode   string
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{"constant", inputsOf(line, vector[int64](1, 1)), domain.Unsupported, "input pads is computed"},
		{"constant", inputsOf(line, domain.Tensor{}), domain.Invalid, "input pads is missing"},
		{"constant", pads(1), domain.Invalid, "there are 1 pads for 1 axes, expected 2"},
		{"constant", pads(-5, 5), domain.Invalid, "pads of -5 and 5 cut off more than a length of 4"},
		{"constant", pads(-2, -3), domain.Invalid, "cut off more than a length of 4"},
		{"constant", pads(-1<<63, 0), domain.Invalid, "cut off more"},
		{"constant", pads(1<<62, 0), domain.Unsupported, "pads of 4611686018427387904 and 0 are more than"},
		{"constant", valuesOf(tensors(line, vector[int64](1, 1), vector[float32](1)), 1), domain.Invalid, "input constant_value is FP32 [1], expected one INT32"},
		{"constant", valuesOf(tensors(line, vector[int64](1, 1), vector[int32](1, 2)), 1), domain.Invalid, "input constant_value is INT32 [2]"},
		{"constant", valuesOf(tensors(line, vector[int64](1, 1), domain.Tensor{}, vector[int64](1)), 1), domain.Invalid, "axis 1"},
		{"edge", pads(-4, 1), domain.Invalid, "of which nothing is left to repeat"},
		{"reflect", pads(4, 0), domain.Unsupported, "reflects more than once"},
		{"wrap", pads(1<<20, 0), domain.Unsupported, "turns round too often"},
	} {
		_, err := parsed[Operator](t, heavyNode("Pad", 19, 4, text("mode", c.mode))).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
}

func TestPadRefusesAttributes(t *testing.T) {
	_, err := Parse(heavyNode("Pad", 18, 2, text("mode", "wrap")))
	checkRefused(t, err, domain.Unsupported, `node "n" (Pad)`, `mode = "wrap"`)
	_, err = Parse(heavyNode("Pad", 7, 1))
	checkRefused(t, err, domain.Unsupported, "pads (left out) is required")
	op := parsed[Operator](t, heavyNode("Pad", 7, 1, list("pads", 1, 0), decimal("value", 1)))
	_, err = op.Infer(inputsOf(vector(domain.Float16(1))))
	checkRefused(t, err, domain.Unsupported, "FP16")
}
