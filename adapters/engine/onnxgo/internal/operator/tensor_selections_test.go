package operator

import (
	"math"
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestSelections(t *testing.T) {
	x := upTo(2, 3)
	checkExamples(t, []example{
		{"default", "Transpose", 7, nil, tensors(x), tensorOf[int32](domain.Shape{3, 2}, 1, 4, 2, 5, 3, 6)},
		{"perm", "Transpose", 13, attrs(list("perm", 1, 2, 0)), tensors(upTo(2, 1, 3)), tensorOf[int32](domain.Shape{1, 3, 2}, 1, 4, 2, 5, 3, 6)},
		{"a scalar", "Transpose", 21, nil, tensors(tensorOf(domain.Shape{}, "x")), tensorOf(domain.Shape{}, "x")},
		{"rows", "Gather", 7, nil, tensors(x, vector[int64](1, 1)), tensorOf[int32](domain.Shape{2, 3}, 4, 5, 6, 4, 5, 6)},
		{"a column", "Gather", 11, attrs(whole("axis", -1)), tensors(x, tensorOf[int32](domain.Shape{}, -1)), vector[int32](3, 6)},
		{"a table", "Gather", 13, attrs(whole("axis", 1)), tensors(x, tensorOf[int64](domain.Shape{1, 2}, 2, 0)), tensorOf[int32](domain.Shape{2, 1, 2}, 3, 1, 6, 4)},
		{"strings", "Gather", 13, nil, tensors(tensorOf(domain.Shape{2, 2}, "a", "b", "c", "d"), vector[int64](-1)), tensorOf(domain.Shape{1, 2}, "c", "d")},
		{"nothing", "Gather", 13, nil, tensors(x, vector[int64]()), tensorOf[int32](domain.Shape{0, 3})},
		{"rows", "Concat", 7, attrs(whole("axis", 0)), tensors(vector(true), vector(false, true)), vector(true, false, true)},
		{"columns", "Concat", 13, attrs(whole("axis", -1)), tensors(x, tensorOf[int32](domain.Shape{2, 1}, 7, 8), tensorOf[int32](domain.Shape{2, 0})), tensorOf[int32](domain.Shape{2, 4}, 1, 2, 3, 7, 4, 5, 6, 8)},
		{"one", "Concat", 13, attrs(whole("axis", 0)), tensors(vector(domain.Float16(7))), vector(domain.Float16(7))},
	})
}

func TestSelectionsRefuse(t *testing.T) {
	x := upTo(2, 3)
	for _, c := range []struct {
		node   Node
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{heavyNode("Transpose", 13, 1, list("perm", 0)), inputsOf(x), domain.Invalid, "perm [0] does not order the axes of shape [2,3]"},
		{heavyNode("Transpose", 13, 1, list("perm", 1, 1)), inputsOf(x), domain.Invalid, "named twice"},
		{heavyNode("Transpose", 13, 1, list("perm", 0, 2)), inputsOf(x), domain.Invalid, "axis 2 is not one of 2"},
		{heavyNode("Gather", 13, 2), valuesOf(tensors(x, vector[int64](0, 2)), 1), domain.Invalid, "element 1: index 2 is not one of the 2"},
		{heavyNode("Gather", 13, 2), valuesOf(tensors(x, vector[int64](-3)), 1), domain.Invalid, "index -3"},
		{heavyNode("Gather", 13, 2), valuesOf(tensors(x, vector(true)), 1), domain.Invalid, "input indices has datatype BOOL"},
		{heavyNode("Gather", 13, 2, whole("axis", 2)), valuesOf(tensors(x, vector[int64](0)), 1), domain.Invalid, "axis 2"},
		{heavyNode("Concat", 13, 2, whole("axis", 0)), inputsOf(x, vector[int32](1)), domain.Invalid, "input inputs has shape [1]"},
		{heavyNode("Concat", 13, 2, whole("axis", 0)), inputsOf(x, upTo(2, 2)), domain.Invalid, "INT32 [2,2], cannot be joined to INT32 [2,3] on axis 0"},
		{heavyNode("Concat", 13, 2, whole("axis", 0)), inputsOf(x, tensorOf[int64](domain.Shape{0, 3})), domain.Invalid, "INT64 [0,3], cannot be joined"},
		{heavyNode("Concat", 13, 2, whole("axis", 0)), inputsOf(x, domain.Tensor{}), domain.Invalid, "is missing"},
		{heavyNode("Concat", 13, 1, whole("axis", 0)), inputsOf(tensorOf(domain.Shape{}, true)), domain.Invalid, "axis 0 is not one of 0"},
	} {
		_, err := parsed[Operator](t, c.node).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
	_, err := Parse(heavyNode("Transpose", 13, 1, list("perm", -1, 0)))
	checkRefused(t, err, domain.Unsupported, "perm = [-1 0]")
	_, err = Parse(heavyNode("Concat", 13, 1))
	checkRefused(t, err, domain.Unsupported, "axis (left out) is required")
}

func TestSlice(t *testing.T) {
	x, line := upTo(2, 3), vector[int32](1, 2, 3, 4, 5)
	cut := func(starts, ends, axes, steps []int64) []domain.Tensor {
		inputs := tensors(line, vector(starts...), vector(ends...), domain.Tensor{}, domain.Tensor{})
		if axes != nil {
			inputs[3] = vector(axes...)
		}
		if steps != nil {
			inputs[4] = vector(steps...)
		}
		return inputs
	}
	ints := func(v ...int64) []int64 { return v }
	checkExamples(t, []example{
		{"attributes", "Slice", 7, attrs(list("starts", 0, 1), list("ends", 1, math.MaxInt64)), tensors(x), tensorOf[int32](domain.Shape{1, 2}, 2, 3)},
		{"an axis", "Slice", 9, attrs(list("starts", -1), list("ends", 9), list("axes", 1)), tensors(x), tensorOf[int32](domain.Shape{2, 1}, 3, 6)},
		{"two axes", "Slice", 13, nil, tensors(x, vector[int64](1, 0), vector[int64](3, 1), vector[int64](-1, 0)), tensorOf[int32](domain.Shape{1, 2}, 2, 3)},
		{"rows", "Slice", 13, nil, tensors(upTo(3, 2), vector[int64](1), vector[int64](3)), tensorOf[int32](domain.Shape{2, 2}, 3, 4, 5, 6)},
		{"rows backwards", "Slice", 13, nil, tensors(upTo(3, 2), vector[int64](2), vector[int64](0), vector[int64](0), vector[int64](-1)), tensorOf[int32](domain.Shape{2, 2}, 5, 6, 3, 4)},
		{"INT32", "Slice", 10, nil, tensors(line, vector[int32](1), vector[int32](3)), vector[int32](2, 3)},
		{"steps", "Slice", 10, nil, cut(ints(0), ints(5), nil, ints(2)), vector[int32](1, 3, 5)},
		{"steps that do not fit", "Slice", 10, nil, cut(ints(1), ints(5), ints(0), ints(3)), vector[int32](2, 5)},
		{"backwards", "Slice", 11, nil, cut(ints(-1), ints(math.MinInt64), ints(0), ints(-1)), vector[int32](5, 4, 3, 2, 1)},
		{"backwards by two", "Slice", 11, nil, cut(ints(3), ints(0), ints(0), ints(-2)), vector[int32](4, 2)},
		{"backwards from before the front", "Slice", 13, nil, cut(ints(-99), ints(-99), ints(0), ints(-1)), vector[int32](1)},
		{"a step beyond all", "Slice", 13, nil, cut(ints(-99), ints(99), ints(0), ints(math.MaxInt64)), vector[int32](1)},
		{"a step beyond all, backwards", "Slice", 13, nil, cut(ints(3), ints(math.MinInt64), ints(0), ints(math.MinInt64)), vector[int32](4)},
		{"nothing", "Slice", 13, nil, cut(ints(3), ints(3), ints(0), nil), vector[int32]()},
		{"nothing, crossed", "Slice", 13, nil, cut(ints(3), ints(1), nil, nil), vector[int32]()},
		{"of nothing", "Slice", 13, nil, tensors(vector[string](), vector[int64](5), vector[int64](-9), vector[int64](0), vector[int64](-1)), vector[string]()},
	})
}

func TestSliceRefuses(t *testing.T) {
	x := upTo(2, 3)
	slice := func(parts ...domain.Tensor) []Value { return valuesOf(append(tensors(x), parts...), 1) }
	one, two := vector[int64](1), vector[int64](1, 1)
	for _, c := range []struct {
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{inputsOf(x, one, one), domain.Unsupported, "input starts is computed"},
		{slice(one, domain.Tensor{}), domain.Invalid, "input ends is missing"},
		{slice(two, one), domain.Invalid, "do not belong to the same axes"},
		{slice(one, one, two), domain.Invalid, "do not belong to the same axes"},
		{slice(one, one, one, two), domain.Invalid, "do not belong to the same axes"},
		{slice(vector[int64](0, 0, 0), vector[int64](1, 1, 1)), domain.Invalid, "do not belong to the same axes of [2,3]"},
		{slice(one, one, vector[int64](2)), domain.Invalid, "axis 2 is not one of 2"},
		{slice(two, two, vector[int64](1, -1)), domain.Invalid, "axis -1 is named twice"},
		{slice(one, one, one, vector[int64](0)), domain.Invalid, "a step is 0"},
		{slice(one, vector[int64](math.MaxInt64), one, vector[int64](-1)), domain.Unsupported, "a slice backwards ends at 9223372036854775807"},
	} {
		_, err := parsed[Operator](t, heavyNode("Slice", 13, 5)).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
	_, err := Parse(heavyNode("Slice", 9, 1, list("starts", 0)))
	checkRefused(t, err, domain.Unsupported, "ends (left out) is required")
}
