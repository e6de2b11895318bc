package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestEinsumAgainstNumpy(t *testing.T) {
	checkGolden(t, []golden{
		{"matrices", "Einsum", 12, attrs(text("equation", "ij,jk->ik")), shapes{{2, 3}, {3, 2}},
			domain.Shape{2, 2}, []float32{1.8125, -2, -3.3125, 3.125}},
		{"transposed", "Einsum", 12, attrs(text("equation", "ij,kj->ki")), shapes{{2, 3}, {2, 3}},
			domain.Shape{2, 2}, []float32{1.8125, -0.5625, -1.5, 0.875}},
		{"implied", "Einsum", 12, attrs(text("equation", "ij,jk")), shapes{{2, 3}, {3, 2}},
			domain.Shape{2, 2}, []float32{1.8125, -2, -3.3125, 3.125}},
		{"attention", "Einsum", 12, attrs(text("equation", "bhid,bhjd->bhij")), shapes{{1, 2, 2, 3}, {1, 2, 2, 3}},
			domain.Shape{1, 2, 2, 2}, []float32{1.8125, -1.5, -0.5625, 0.875, 2.125, 1.8125, -1.3125, -1.75}},
		{"back", "Einsum", 12, attrs(text("equation", "bhij,bjhd->bihd")), shapes{{1, 2, 2, 3}, {1, 3, 2, 2}},
			domain.Shape{1, 2, 2, 2}, []float32{-1.4375, -0.375, 0.125, 2.1875, 0.9375, 1.6875, 0.25, -1.25}},
		{"diagonal", "Einsum", 12, attrs(text("equation", "...ii->...i")), shapes{{2, 3, 3}},
			domain.Shape{2, 3}, []float32{-0.75, -0.25, 0.25, -1.25, -0.75, -0.25}},
		{"trace", "Einsum", 12, attrs(text("equation", "ii")), shapes{{3, 3}},
			domain.Shape{}, []float32{-0.75}},
		{"sum", "Einsum", 12, attrs(text("equation", "ij->j")), shapes{{2, 3}},
			domain.Shape{3}, []float32{0.5, 0.75, 1}},
		{"outer", "Einsum", 12, attrs(text("equation", "i,j->ji")), shapes{{2}, {3}},
			domain.Shape{3, 2}, []float32{0.5625, -0.75, -1.125, 1.5, -0.375, 0.5}},
		{"three", "Einsum", 12, attrs(text("equation", "ij,jk,kl->il")), shapes{{2, 3}, {3, 2}, {2, 2}},
			domain.Shape{2, 2}, []float32{-4.359375, -4.265625, 7.171875, 7.265625}},
		{"three, one of them everywhere", "Einsum", 12, attrs(text("equation", "ab,ac,ad->bcd")), shapes{{2, 2}, {2, 1}, {2, 2}},
			domain.Shape{2, 1, 2}, []float32{-1.546875, -1.453125, 3.375, 2.8125}},
		{"ellipsis", "Einsum", 12, attrs(text("equation", "...ij,...jk->...ik")), shapes{{2, 1, 2, 3}, {1, 2, 3, 1}},
			domain.Shape{2, 2, 2, 1}, []float32{1.8125, -0.5625, -1.5, 0.875, -2.125, 1.1875, 2.4375, -0.875}},
		{"summed first", "Einsum", 12, attrs(text("equation", "ij,k->i")), shapes{{2, 3}, {2}},
			domain.Shape{2}, []float32{-0.1875, 1.875}},
		{"a dot", "Einsum", 12, attrs(text("equation", " i , i -> ")), shapes{{4}, {4}},
			domain.Shape{}, []float32{1.1875}},
		{"capitals", "Einsum", 12, attrs(text("equation", "aB,Ba")), shapes{{2, 3}, {3, 2}},
			domain.Shape{}, []float32{4.9375}},
		{"permuted implied", "Einsum", 12, attrs(text("equation", "ba")), shapes{{2, 3}},
			domain.Shape{3, 2}, []float32{-0.75, 1.25, 1, -0.25, -0.5, 1.5}},
		{"no axes", "Einsum", 12, attrs(text("equation", ",ij->ij")), shapes{{}, {2, 2}},
			domain.Shape{2, 2}, []float32{0.5625, -1.125, -0.375, 0.375}},
		{"elementwise", "Einsum", 12, attrs(text("equation", "ij,ij->ij")), shapes{{2, 2}, {2, 2}},
			domain.Shape{2, 2}, []float32{0.5625, 1.5, -0.25, -0.625}},
		{"repeated", "Einsum", 12, attrs(text("equation", "ij,jk->ik")), shapes{{2, 1}, {3, 2}},
			domain.Shape{2, 2}, []float32{1.3125, -1.3125, -1.75, 1.75}},
	})
}

func TestEinsumInOtherDatatypes(t *testing.T) {
	x, y := tensorOf[int32](domain.Shape{2, 2}, 1, 2, 3, 4), tensorOf[int32](domain.Shape{2, 2}, 1, 0, 2, 1)
	matrices := attrs(text("equation", "ij,jk->ik"))
	checkExamples(t, []example{
		{"INT32", "Einsum", 12, matrices, tensors(x, y), tensorOf[int32](domain.Shape{2, 2}, 5, 2, 11, 4)},
		{"INT32, the second transposed", "Einsum", 12, attrs(text("equation", "ij,kj->ik")), tensors(x, y), tensorOf[int32](domain.Shape{2, 2}, 1, 4, 3, 10)},
		{"INT32, the first transposed", "Einsum", 12, attrs(text("equation", "ji,jk->ik")), tensors(x, y), tensorOf[int32](domain.Shape{2, 2}, 7, 3, 10, 4)},
		{"FP64", "Einsum", 12, attrs(text("equation", "i,i")), tensors(vector(1.0, 2), vector(3.0, 4)), scalar(11.0)},
		{"nothing", "Einsum", 12, matrices, tensors(tensorOf[float32](domain.Shape{2, 0}), tensorOf[float32](domain.Shape{0, 1})), tensorOf[float32](domain.Shape{2, 1}, 0, 0)},
	})
}

func TestEinsumRefuses(t *testing.T) {
	for equation, said := range map[string]string{
		"":            "equation (left out) is required",
		"i1->i":       `has "1"`,
		"i->ii":       "has 'i' twice behind the arrow",
		"i->j":        "has 'j' behind the arrow, but not in front of it",
		"......->...": `has "..."`,
		"..i->i":      `has "..i"`,
		"i->i->i":     `has "->i"`,
		"...i->i":     "has an ellipsis in front of the arrow, but not behind it",
		"\u00e9->":    "has",
	} {
		var with []Attribute
		if equation != "" {
			with = attrs(text("equation", equation))
		}
		_, err := Parse(heavyNode("Einsum", 12, 1, with...))
		checkRefused(t, err, domain.Unsupported, "equation", said)
	}
	for _, c := range []struct {
		equation string
		inputs   shapes
		said     string
	}{
		{"i,i", shapes{{2}}, "1 inputs were given, attribute equation is for 2"},
		{"ij", shapes{{2}}, "input Inputs 0 has shape [2], expected the 2 axes"},
		{"i", shapes{{2, 2}}, "expected the 1 axes"},
		{"ii", shapes{{1, 3}}, "has its axes 0 and 1 in common"},
		{"i,i", shapes{{2}, {3}}, "gives its axis 0 the length 2"},
		{"...i,...i->...", shapes{{2, 3}, {3}}, "input Inputs 1 has shape [3], expected 1 axes for the ellipsis"},
	} {
		node := heavyNode("Einsum", 12, len(c.inputs), text("equation", c.equation))
		checkRefused(t, inferring(t, node, c.inputs...), domain.Invalid, c.said)
	}
	_, err := parsed[Operator](t, heavyNode("Einsum", 12, 1, text("equation", "i"))).Infer(inputsOf(vector(true)))
	checkRefused(t, err, domain.Unsupported, "BOOL")
}

func TestMatrixProductsInOtherDatatypes(t *testing.T) {
	x, y := tensorOf[int64](domain.Shape{2, 2}, 1, 2, 3, 4), tensorOf[int64](domain.Shape{2, 2}, 1, 0, 2, 1)
	checkExamples(t, []example{
		{"INT64", "MatMul", 9, nil, tensors(x, y), tensorOf[int64](domain.Shape{2, 2}, 5, 2, 11, 4)},
		{"UINT32", "MatMul", 9, nil, tensors(vector[uint32](1<<31, 1), vector[uint32](2, 3)), scalar[uint32](3)},
		{"FP64", "MatMul", 7, nil, tensors(tensorOf(domain.Shape{2, 1, 2}, 1.0, 2, 3, 4), tensorOf(domain.Shape{2, 2, 1}, 1.0, 2, 3, 4)), tensorOf(domain.Shape{2, 1, 1}, 5.0, 25)},
		{"nothing", "MatMul", 9, nil, tensors(tensorOf[int32](domain.Shape{1, 0}), tensorOf[int32](domain.Shape{0, 2})), tensorOf[int32](domain.Shape{1, 2}, 0, 0)},
		{"INT64", "Gemm", 11, attrs(decimal("alpha", 2), decimal("beta", -1), whole("transA", 1)), tensors(x, y, vector[int64](1, 2)), tensorOf[int64](domain.Shape{2, 2}, 13, 4, 19, 6)},
		{"FP64", "Gemm", 9, attrs(decimal("alpha", 0.5), whole("transB", 1)), tensors(tensorOf(domain.Shape{1, 2}, 1.0, 2), tensorOf(domain.Shape{1, 2}, 3.0, 4), scalar(1.0)), tensorOf(domain.Shape{1, 1}, 6.5)},
		{"FP64, beta 0", "Gemm", 9, attrs(decimal("beta", 0)), tensors(tensorOf(domain.Shape{1, 1}, 2.0), tensorOf(domain.Shape{1, 1}, 3.0), scalar(float64(notANumber))), tensorOf(domain.Shape{1, 1}, 6.0)},
	})
	_, err := parsed[Operator](t, heavyNode("Gemm", 11, 2, decimal("alpha", 0.5))).Infer(inputsOf(x, y))
	checkRefused(t, err, domain.Unsupported, "attribute alpha = 0.5 is not supported for INT64")
	_, err = parsed[Operator](t, heavyNode("MatMul", 9, 2)).Infer(inputsOf(x, vector(1.0, 2)))
	checkRefused(t, err, domain.Invalid, "inputs A and B have datatypes INT64 and FP64")
	_, err = parsed[Operator](t, heavyNode("MatMul", 9, 2)).Infer(inputsOf(vector(true), vector(true)))
	checkRefused(t, err, domain.Unsupported, "BOOL")
}
