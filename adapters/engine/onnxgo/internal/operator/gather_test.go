package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestGather(t *testing.T) {
	x, cube := upTo(2, 3), upTo(2, 2, 2)
	checkExamples(t, []example{
		{"INT32 indices", "Gather", 13, nil, tensors(x, vector[int32](1, -2)), tensorOf[int32](domain.Shape{2, 3}, 4, 5, 6, 1, 2, 3)},
		{"BOOL", "Gather", 7, attrs(whole("axis", 1)), tensors(tensorOf(domain.Shape{1, 2}, true, false), vector[int64](1, 1, 0)), tensorOf(domain.Shape{1, 3}, false, false, true)},
		{"a scalar index", "Gather", 13, nil, tensors(vector("a", "b"), tensorOf[int64](domain.Shape{}, -1)), tensorOf(domain.Shape{}, "b")},
		{"of nothing", "Gather", 13, attrs(whole("axis", 1)), tensors(tensorOf[int32](domain.Shape{0, 2}), vector[int64](1, 0, 1)), tensorOf[int32](domain.Shape{0, 3})},
		{"elements", "GatherElements", 11, attrs(whole("axis", 1)), tensors(x, tensorOf[int64](domain.Shape{2, 2}, 0, 0, -1, 1)), tensorOf[int32](domain.Shape{2, 2}, 1, 1, 6, 5)},
		{"elements of fewer rows", "GatherElements", 13, attrs(whole("axis", -1)), tensors(x, tensorOf[int32](domain.Shape{1, 4}, 2, 1, 0, 2)), tensorOf[int32](domain.Shape{1, 4}, 3, 2, 1, 3)},
		{"elements down", "GatherElements", 13, nil, tensors(x, tensorOf[int32](domain.Shape{3, 2}, 1, 0, 0, 1, -1, -2)), tensorOf[int32](domain.Shape{3, 2}, 4, 2, 1, 5, 4, 2)},
		{"points", "GatherND", 11, nil, tensors(x, tensorOf[int64](domain.Shape{2, 2}, 0, -1, 1, 0)), vector[int32](3, 4)},
		{"slices", "GatherND", 13, nil, tensors(cube, tensorOf[int64](domain.Shape{2, 1}, 1, 0)), tensorOf[int32](domain.Shape{2, 2, 2}, 5, 6, 7, 8, 1, 2, 3, 4)},
		{"batch_dims", "GatherND", 12, attrs(whole("batch_dims", 1)), tensors(cube, tensorOf[int64](domain.Shape{2, 1}, 1, 0)), tensorOf[int32](domain.Shape{2, 2}, 3, 4, 5, 6)},
		{"batch_dims with places", "GatherND", 13, attrs(whole("batch_dims", 1)), tensors(cube, tensorOf[int64](domain.Shape{2, 2, 2}, 0, 1, 1, 1, 0, 0, -1, 0)), tensorOf[int32](domain.Shape{2, 2}, 2, 4, 5, 7)},
	})
}

func TestScatter(t *testing.T) {
	x := upTo(2, 3)
	line, ones := vector[float32](1, 2, 3), vector[float32](10, 20, notANumber)
	reduce := func(how string) []Attribute { return attrs(text("reduction", how)) }
	twice := tensors(vector[int32](5, 2, 3), vector[int64](0, 0, -1), vector[int32](4, 7, -1))
	points := tensors(vector[int32](5, 2, 3), tensorOf[int64](domain.Shape{3, 1}, 0, 0, -1), vector[int32](4, 7, -1))
	checkExamples(t, []example{
		{"old", "Scatter", 9, nil, tensors(x, tensorOf[int64](domain.Shape{1, 2}, 1, 0), tensorOf[int32](domain.Shape{1, 2}, 70, 80)), tensorOf[int32](domain.Shape{2, 3}, 1, 80, 3, 70, 5, 6)},
		{"axis", "ScatterElements", 11, attrs(whole("axis", -1)), tensors(x, tensorOf[int32](domain.Shape{2, 1}, -1, 0), tensorOf[int32](domain.Shape{2, 1}, 70, 80)), tensorOf[int32](domain.Shape{2, 3}, 1, 2, 70, 80, 5, 6)},
		{"strings", "ScatterElements", 18, reduce("none"), tensors(vector("a", "b"), vector[int64](1), vector("z")), vector("a", "z")},
		{"nothing", "ScatterElements", 18, nil, tensors(line, vector[int64](), vector[float32]()), line},
		{"the last stays", "ScatterElements", 18, nil, twice, vector[int32](7, 2, -1)},
		{"add", "ScatterElements", 16, reduce("add"), twice, vector[int32](16, 2, 2)},
		{"mul", "ScatterElements", 16, reduce("mul"), twice, vector[int32](140, 2, -3)},
		{"max", "ScatterElements", 18, reduce("max"), twice, vector[int32](7, 2, 3)},
		{"min", "ScatterElements", 18, reduce("min"), twice, vector[int32](4, 2, -1)},
		{"NaN", "ScatterElements", 18, reduce("max"), tensors(line, vector[int64](0, 1, 2), ones), vector[float32](10, 20, notANumber)},
		{"points", "ScatterND", 11, nil, points, vector[int32](7, 2, -1)},
		{"points added", "ScatterND", 16, reduce("add"), points, vector[int32](16, 2, 2)},
		{"points, the least", "ScatterND", 18, reduce("min"), points, vector[int32](4, 2, -1)},
		{"rows", "ScatterND", 13, nil, tensors(x, tensorOf[int64](domain.Shape{1, 1}, -1), tensorOf[int32](domain.Shape{1, 3}, 7, 8, 9)), tensorOf[int32](domain.Shape{2, 3}, 1, 2, 3, 7, 8, 9)},
		{"BOOL", "ScatterND", 11, nil, tensors(vector(true, true), tensorOf[int64](domain.Shape{1, 1}, 1), vector(false)), vector(true, false)},
	})
}

func TestIndexingRefuses(t *testing.T) {
	x, zero := upTo(2, 3), vector[int64](0)
	zeros := tensorOf[int64](domain.Shape{2, 3}, 0, 0, 0, 0, 0, 0)
	reduce := text("reduction", "add")
	for _, c := range []struct {
		node   Node
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{heavyNode("Gather", 13, 2), inputsOf(x, vector[float32](1)), domain.Invalid, "input indices has datatype FP32, expected INT64 or INT32"},
		{heavyNode("GatherElements", 13, 2), inputsOf(x, zero), domain.Invalid, "input indices has shape [1], expected as many axes as the data of shape [2,3]"},
		{heavyNode("GatherElements", 13, 2), inputsOf(x, tensorOf[int64](domain.Shape{1, 4}, 0, 0, 0, 0)), domain.Invalid, "input indices has shape [1,4], expected on all axes but 0 no more"},
		{heavyNode("GatherElements", 13, 2), valuesOf(tensors(x, tensorOf[int64](domain.Shape{1, 2}, 0, 2)), 1), domain.Invalid, "element 1: index 2 is not one of the 2"},
		{heavyNode("GatherND", 13, 2), inputsOf(x, tensorOf[int64](domain.Shape{1, 3}, 0, 0, 0)), domain.Invalid, "input indices has shape [1,3]"},
		{heavyNode("GatherND", 13, 2), valuesOf(tensors(x, tensorOf[int64](domain.Shape{2, 2}, 0, 0, 1, -4)), 1), domain.Invalid, "element 3: index -4 is not one of the 3"},
		{heavyNode("GatherND", 13, 2, whole("batch_dims", 1)), inputsOf(x, tensorOf[int64](domain.Shape{1, 1}, 0)), domain.Invalid, "expected the batch axes of the data"},
		{heavyNode("GatherND", 13, 2, whole("batch_dims", 1)), inputsOf(x, zero), domain.Invalid, "batch_dims"},
		{heavyNode("ScatterElements", 18, 3), inputsOf(x, zeros, upTo(2, 2)), domain.Invalid, "input updates has shape [2,2], expected [2,3]"},
		{heavyNode("ScatterElements", 18, 3), inputsOf(x, zeros, zeros), domain.Invalid, "datatypes INT32 and INT64"},
		{heavyNode("ScatterElements", 18, 3, reduce), inputsOf(vector(true), zero, vector(true)), domain.Unsupported, "input data has datatype BOOL"},
		{heavyNode("ScatterND", 18, 3), inputsOf(x, tensorOf[int64](domain.Shape{1, 1}, 0), upTo(3)), domain.Invalid, "input updates has shape [3], expected [1,3], which the indices of shape [1,1] point to"},
		{heavyNode("ScatterND", 18, 3), inputsOf(x, tensorOf[int64](domain.Shape{1, 1}, 0), domain.Tensor{}), domain.Invalid, "input updates is missing"},
	} {
		_, err := parsed[Operator](t, c.node).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
	for _, node := range []Node{heavyNode("ScatterElements", 16, 3, text("reduction", "max")), heavyNode("ScatterND", 18, 3, text("reduction", "mean"))} {
		_, err := Parse(node)
		checkRefused(t, err, domain.Unsupported, "reduction", "is not supported")
	}
	_, err := Parse(heavyNode("GatherND", 13, 2, whole("batch_dims", -1)))
	checkRefused(t, err, domain.Unsupported, "batch_dims = -1 is negative")
}

// Indices that are known only when the operator runs are checked then.
func TestIndicesAreChecked(t *testing.T) {
	x := upTo(2, 3)
	for _, c := range []struct {
		node   Node
		inputs []domain.Tensor
		said   string
	}{
		{heavyNode("Gather", 13, 2), tensors(x, vector[int64](0, 1, -3)), "element 2: index -3 is not one of the 2"},
		{heavyNode("Gather", 13, 2, whole("axis", -1)), tensors(x, vector[int32](0, 3)), "element 1: index 3 is not one of the 3"},
		{heavyNode("GatherND", 13, 2), tensors(x, vector[int64](2, 0)), "element 0: index 2 is not one of the 2"},
		{heavyNode("ScatterElements", 18, 3, whole("axis", 1)), tensors(x, tensorOf[int64](domain.Shape{1, 1}, 1<<40), upTo(1, 1)), "index 1099511627776"},
		{heavyNode("ScatterND", 18, 3), tensors(x, tensorOf[int64](domain.Shape{1, 2}, 1, -4), upTo(1)), "element 1: index -4 is not one of the 3"},
		{heavyNode("ReverseSequence", 13, 2), tensors(x, vector[int64](1, 3, 0)), "input sequence_lens: element 1 is 3, expected 0 to 2"},
		{heavyNode("TensorScatter", 24, 3, whole("axis", 1)), tensors(x, upTo(2, 2), vector[int64](1, 2)), "input write_indices: element 1 is 2, expected 0 to 1"},
		{heavyNode("MaxUnpool", 11, 2, list("kernel_shape", 2)), tensors(ramp(t, 0, domain.Shape{1, 1, 2}), tensorOf[int64](domain.Shape{1, 1, 2}, 0, 3)), "input I: element 1 is 3, expected 0 to 2"},
		{heavyNode("RoiAlign", 16, 3), tensors(ramp(t, 0, domain.Shape{1, 1, 2, 2}), tensorOf[float32](domain.Shape{1, 4}, 0, 0, 1, 1), vector[int64](1)), "region 0 is of picture 1, there are 1"},
		{heavyNode("RoiAlign", 16, 3), tensors(ramp(t, 0, domain.Shape{1, 1, 2, 2}), tensorOf[float32](domain.Shape{1, 4}, 0, 0, 1e30, 1), vector[int64](0)), "region 0, [0 0 1.0000000150474662e+30 1], is no part"},
		{heavyNode("MaxRoiPool", 16, 2, list("pooled_shape", 1, 1)), tensors(ramp(t, 0, domain.Shape{1, 1, 2, 2}), tensorOf(domain.Shape{1, 5}, notANumber, 0, 0, 1, 1)), "region 0 is of picture NaN"},
	} {
		op := parsed[Operator](t, c.node)
		if _, err := op.Infer(inputsOf(c.inputs...)); err != nil {
			t.Error(err)
		}
		checkRefused(t, op.(Checker).Check(c.inputs), domain.Invalid, c.said)
	}
	op, inputs := parsed[Operator](t, heavyNode("GatherND", 13, 2)), tensors(x, tensorOf[int64](domain.Shape{2, 2}, 0, -1, 1, 2))
	if n := testing.AllocsPerRun(5, func() { _ = op.(Checker).Check(inputs) }); n > 0 {
		t.Errorf("a check that finds nothing allocates %v times", n)
	}
}

func TestIndexingKeepsRows(t *testing.T) {
	table, batch := upTo(4, 3), upTo(5, 3)
	ids := tensorOf(domain.Shape{5, 2}, make([]int64, 10)...)
	for _, c := range []struct {
		name   string
		node   Node
		inputs []domain.Tensor
		perRow []bool
		want   bool
	}{
		{"rows of a table", heavyNode("Gather", 13, 2), tensors(table, ids), []bool{false, true}, true},
		{"columns of a batch", heavyNode("Gather", 13, 2, whole("axis", -1)), tensors(batch, vector[int64](0)), []bool{true, false}, true},
		{"rows of a batch", heavyNode("Gather", 13, 2), tensors(batch, tensorOf(domain.Shape{5}, make([]int64, 5)...)), []bool{true, true}, false},
		{"a batch's own columns", heavyNode("Gather", 13, 2, whole("axis", 1)), tensors(batch, ids), []bool{true, true}, false},
		{"elements of a batch", heavyNode("GatherElements", 13, 2, whole("axis", -1)), tensors(batch, ids), []bool{true, true}, true},
		{"elements of other rows", heavyNode("GatherElements", 13, 2), tensors(batch, ids), []bool{true, true}, false},
		{"points of a table", heavyNode("GatherND", 13, 2), tensors(table, ids), []bool{false, true}, true},
		{"points of a batch", heavyNode("GatherND", 13, 2), tensors(batch, ids), []bool{true, true}, false},
		{"a batch's own points", heavyNode("GatherND", 13, 2, whole("batch_dims", 1)), tensors(batch, tensorOf(domain.Shape{5, 1}, make([]int64, 5)...)), []bool{true, true}, true},
		{"scattered in rows", heavyNode("ScatterElements", 18, 3, whole("axis", 1)), tensors(batch, ids, upTo(5, 2)), []bool{true, true, true}, true},
		{"scattered over rows", heavyNode("ScatterElements", 18, 3), tensors(batch, ids, upTo(5, 2)), []bool{true, true, true}, false},
		{"scattered points", heavyNode("ScatterND", 18, 3), tensors(batch, tensorOf(domain.Shape{5, 1}, make([]int64, 5)...), upTo(5, 3)), []bool{true, true, true}, false},
	} {
		op, values := parsed[Operator](t, c.node), inputsOf(c.inputs...)
		outputs, err := op.Infer(values)
		if err != nil {
			t.Fatal(c.name, err)
		}
		if got := KeepsRows(op, values, outputs, c.perRow); got != c.want {
			t.Errorf("%s: rows are kept apart: %v, want %v", c.name, got, c.want)
		}
	}
}
