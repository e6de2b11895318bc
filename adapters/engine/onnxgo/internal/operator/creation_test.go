package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestCumulativeSums(t *testing.T) {
	x, axis := tensorOf[float32](domain.Shape{2, 3}, 1, 2, 3, 4, 5, 6), scalar[int64](-1)
	checkExamples(t, []example{
		{"", "CumSum", 11, nil, tensors(x, axis), tensorOf[float32](domain.Shape{2, 3}, 1, 3, 6, 4, 9, 15)},
		{"outer", "CumSum", 14, nil, tensors(x, scalar[int32](0)), tensorOf[float32](domain.Shape{2, 3}, 1, 2, 3, 5, 7, 9)},
		{"exclusive", "CumSum", 11, attrs(whole("exclusive", 1)), tensors(x, axis), tensorOf[float32](domain.Shape{2, 3}, 0, 1, 3, 0, 4, 9)},
		{"reverse", "CumSum", 11, attrs(whole("reverse", 1)), tensors(x, axis), tensorOf[float32](domain.Shape{2, 3}, 6, 5, 3, 15, 11, 6)},
		{"both", "CumSum", 11, attrs(whole("exclusive", 1), whole("reverse", 1)), tensors(x, vector[int64](1)), tensorOf[float32](domain.Shape{2, 3}, 5, 3, 0, 11, 6, 0)},
		{"INT64", "CumSum", 14, nil, tensors(vector[int64](1<<62, 1), axis), vector[int64](1<<62, 1<<62+1)},
		{"", "CumProd", 26, nil, tensors(vector[int32](1, 2, 3), axis), vector[int32](1, 2, 6)},
		{"both", "CumProd", 26, attrs(whole("exclusive", 1), whole("reverse", 1)), tensors(vector(1.0, 2, 3), axis), vector(6.0, 3, 1)},
	})
	op := parsed[Checker](t, heavyNode("CumSum", 14, 2))
	if _, err := op.Infer(inputsOf(x, axis)); err != nil {
		t.Errorf("an axis that is not known: %v", err)
	}
	checkRefused(t, op.Check(tensors(x, scalar[int64](2))), domain.Invalid, "axis 2 is not one of 2")
	_, err := op.Infer(valuesOf(tensors(x, scalar[int64](-3)), 1))
	checkRefused(t, err, domain.Invalid, "axis -3 is not one of 2")
}

func TestTrilu(t *testing.T) {
	x := tensorOf[int32](domain.Shape{2, 3}, 1, 2, 3, 4, 5, 6)
	of := func(elements ...int32) domain.Tensor { return tensorOf(domain.Shape{2, 3}, elements...) }
	low := attrs(whole("upper", 0))
	checkExamples(t, []example{
		{"", "Trilu", 14, nil, tensors(x), of(1, 2, 3, 0, 5, 6)},
		{"lower", "Trilu", 14, low, tensors(x), of(1, 0, 0, 4, 5, 0)},
		{"k", "Trilu", 14, nil, tensors(x, scalar[int64](1)), of(0, 2, 3, 0, 0, 6)},
		{"k back", "Trilu", 14, nil, tensors(x, vector[int64](-1)), of(1, 2, 3, 4, 5, 6)},
		{"lower, k", "Trilu", 14, low, tensors(x, scalar[int64](1)), of(1, 2, 0, 4, 5, 6)},
		{"lower, k back", "Trilu", 14, low, tensors(x, scalar[int64](-1)), of(0, 0, 0, 4, 0, 0)},
		{"far", "Trilu", 14, nil, tensors(x, scalar[int64](1<<62)), of(0, 0, 0, 0, 0, 0)},
		{"far back", "Trilu", 14, low, tensors(x, scalar[int64](-1<<62)), of(0, 0, 0, 0, 0, 0)},
		{"stack of BOOL", "Trilu", 14, nil, tensors(tensorOf(domain.Shape{2, 1, 2}, true, true, false, true), scalar[int64](1)), tensorOf(domain.Shape{2, 1, 2}, false, true, false, true)},
		{"BYTES", "Trilu", 14, low, tensors(tensorOf(domain.Shape{1, 2}, "a", "b")), tensorOf(domain.Shape{1, 2}, "a", "")},
		{"no columns", "Trilu", 14, nil, tensors(tensorOf[int8](domain.Shape{2, 0})), tensorOf[int8](domain.Shape{2, 0})},
	})
	checkRefused(t, inferring(t, heavyNode("Trilu", 14, 1), domain.Shape{3}), domain.Invalid, "input input has shape [3], expected matrices")
}

func TestEyeLike(t *testing.T) {
	x := tensorOf[float32](domain.Shape{2, 3}, 0, 0, 0, 0, 0, 0)
	checkExamples(t, []example{
		{"", "EyeLike", 9, nil, tensors(x), tensorOf[float32](domain.Shape{2, 3}, 1, 0, 0, 0, 1, 0)},
		{"k", "EyeLike", 9, attrs(whole("k", 2), whole("dtype", 9)), tensors(x), tensorOf(domain.Shape{2, 3}, false, false, true, false, false, false)},
		{"k back", "EyeLike", 22, attrs(whole("k", -1), whole("dtype", 10)), tensors(x), tensorOf[domain.Float16](domain.Shape{2, 3}, 0, 0, 0, 0x3c00, 0, 0)},
		{"far", "EyeLike", 9, attrs(whole("k", 1<<62), whole("dtype", 7)), tensors(x), tensorOf[int64](domain.Shape{2, 3}, 0, 0, 0, 0, 0, 0)},
		{"far back", "EyeLike", 9, attrs(whole("k", -1<<62)), tensors(x), x},
	})
	checkRefused(t, inferring(t, heavyNode("EyeLike", 9, 1), domain.Shape{3}), domain.Invalid, "a matrix")
	_, err := Parse(heavyNode("EyeLike", 9, 1, whole("dtype", 8)))
	checkRefused(t, err, domain.Unsupported, "dtype = 8 is not a datatype")
}

func TestOneHot(t *testing.T) {
	values := vector[float32](2, 5)
	checkExamples(t, []example{
		{"", "OneHot", 11, nil, tensors(vector[int64](1, -1, 3, -4), scalar[int64](3), values), tensorOf[float32](domain.Shape{4, 3}, 2, 5, 2, 2, 2, 5, 2, 2, 2, 2, 2, 2)},
		{"first", "OneHot", 11, attrs(whole("axis", 0)), tensors(vector[int32](1, 0), vector[int32](2), values), tensorOf[float32](domain.Shape{2, 2}, 2, 5, 5, 2)},
		{"of reals", "OneHot", 11, attrs(whole("axis", -2)), tensors(vector[float32](1.9), scalar[float32](2.5), vector("no", "yes")), tensorOf(domain.Shape{2, 1}, "no", "yes")},
		{"no depth", "OneHot", 11, nil, tensors(vector[int64](1), scalar[int64](0), values), tensorOf[float32](domain.Shape{1, 0})},
	})
	for _, c := range []struct {
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{inputsOf(vector[int64](1), scalar[int64](3), values), domain.Unsupported, "input depth is computed"},
		{valuesOf(tensors(vector[int64](1), scalar[int64](-3), values), 1), domain.Invalid, "input depth is -3, expected a length"},
		{valuesOf(tensors(vector[int64](1), vector[int64](3, 3), values), 1), domain.Invalid, "input depth has shape [2]"},
		{valuesOf(tensors(vector[int64](1), scalar[int64](3), vector[float32](1)), 1), domain.Invalid, "input values has shape [1]"},
		{valuesOf(tensors(vector("1"), scalar[int64](3), values), 1), domain.Unsupported, "BYTES"},
	} {
		_, err := parsed[Operator](t, heavyNode("OneHot", 11, 3)).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
}

func TestRange(t *testing.T) {
	checkAllKnown(t, []example{
		{"", "Range", 11, nil, tensors(scalar[int64](3), scalar[int64](9), scalar[int64](3)), vector[int64](3, 6)},
		{"backwards", "Range", 11, nil, tensors(scalar[int32](10), scalar[int32](4), scalar[int32](-2)), vector[int32](10, 8, 6)},
		{"the other way", "Range", 11, nil, tensors(scalar[int16](1), scalar[int16](4), scalar[int16](-2)), vector[int16]()},
		{"a step beyond", "Range", 11, nil, tensors(vector[int64](1), vector[int64](4), vector[int64](2)), vector[int64](1, 3)},
		{"reals", "Range", 11, nil, tensors(scalar[float32](1), scalar[float32](2), scalar[float32](0.25)), vector[float32](1, 1.25, 1.5, 1.75)},
		{"FP64", "Range", 27, attrs(whole("stash_type", 1)), tensors(scalar(0.0), scalar(-1.0), scalar(-0.5)), vector(0, -0.5)},
	})
	for _, c := range []struct {
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{inputsOf(scalar[int64](1), scalar[int64](2), scalar[int64](1)), domain.Unsupported, "input start is computed"},
		{valuesOf(tensors(scalar[int64](1), scalar[int64](2), scalar[int64](0)), 0), domain.Invalid, "in steps of 0"},
		{valuesOf(tensors(scalar[int64](-1<<63), scalar[int64](1<<63-1), scalar[int64](1)), 0), domain.Invalid, "too many elements"},
		{valuesOf(tensors(scalar[float32](1), scalar(infinite), scalar[float32](1)), 0), domain.Invalid, "is no number of elements"},
		{valuesOf(tensors(scalar[float32](1), scalar[float32](1), scalar[float32](0)), 0), domain.Invalid, "is no number of elements"},
		{valuesOf(tensors(scalar[float32](1), scalar(1.0), scalar[float32](0)), 0), domain.Invalid, "datatypes FP32 and FP64"},
	} {
		_, err := parsed[Operator](t, heavyNode("Range", 11, 3)).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
}
