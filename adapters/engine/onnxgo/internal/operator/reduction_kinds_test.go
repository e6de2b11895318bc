package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestReductionsAgainstONNXRuntime(t *testing.T) {
	checkGolden(t, []golden{
		{"last", "ReduceSum", 11, attrs(list("axes", -1), whole("keepdims", 0)), shapes{{2, 2, 3}},
			domain.Shape{2, 2}, []float32{-0.25, 2.5, -1.25, -1.75}},
		{"outer", "ReduceSum", 12, attrs(list("axes", 0)), shapes{{3, 2}},
			domain.Shape{1, 2}, []float32{-1.5, 3.75}},
		{"last", "ReduceMax", 11, attrs(list("axes", -1), whole("keepdims", 0)), shapes{{2, 2, 3}},
			domain.Shape{2, 2}, []float32{1, 1.5, 0.25, 0.5}},
		{"outer", "ReduceMax", 12, attrs(list("axes", 0)), shapes{{3, 2}},
			domain.Shape{1, 2}, []float32{-0.25, 1.5}},
		{"last", "ReduceMin", 11, attrs(list("axes", -1), whole("keepdims", 0)), shapes{{2, 2, 3}},
			domain.Shape{2, 2}, []float32{-0.75, -0.25, -1.5, -1.25}},
		{"outer", "ReduceMin", 12, attrs(list("axes", 0)), shapes{{3, 2}},
			domain.Shape{1, 2}, []float32{-0.75, 1}},
		{"last", "ReduceProd", 11, attrs(list("axes", -1), whole("keepdims", 0)), shapes{{2, 2, 3}},
			domain.Shape{2, 2}, []float32{0.375, -0.46875, -0, 0.625}},
		{"outer", "ReduceProd", 12, attrs(list("axes", 0)), shapes{{3, 2}},
			domain.Shape{1, 2}, []float32{-0.09375, 1.875}},
		{"last", "ReduceL1", 11, attrs(list("axes", -1), whole("keepdims", 0)), shapes{{2, 2, 3}},
			domain.Shape{2, 2}, []float32{2.25, 3, 1.75, 2.75}},
		{"outer", "ReduceL1", 12, attrs(list("axes", 0)), shapes{{3, 2}},
			domain.Shape{1, 2}, []float32{1.5, 3.75}},
		{"last", "ReduceL2", 11, attrs(list("axes", -1), whole("keepdims", 0)), shapes{{2, 2, 3}},
			domain.Shape{2, 2}, []float32{1.3462912, 1.9685019, 1.5206907, 1.6770509}},
		{"outer", "ReduceL2", 12, attrs(list("axes", 0)), shapes{{3, 2}},
			domain.Shape{1, 2}, []float32{0.93541437, 2.1937411}},
		{"last", "ReduceLogSumExp", 11, attrs(list("axes", -1), whole("keepdims", 0)), shapes{{2, 2, 3}},
			domain.Shape{2, 2}, []float32{1.3342586, 2.1691489, 0.91914886, 0.83425856}},
		{"outer", "ReduceLogSumExp", 12, attrs(list("axes", 0)), shapes{{3, 2}},
			domain.Shape{1, 2}, []float32{0.61933804, 2.369338}},
		{"last", "ReduceSumSquare", 11, attrs(list("axes", -1), whole("keepdims", 0)), shapes{{2, 2, 3}},
			domain.Shape{2, 2}, []float32{1.8125, 3.875, 2.3125, 2.8125}},
		{"outer", "ReduceSumSquare", 12, attrs(list("axes", 0)), shapes{{3, 2}},
			domain.Shape{1, 2}, []float32{0.875, 4.8125}},
		{"middle", "ReduceSum", 11, attrs(list("axes", 1)), shapes{{2, 3, 2}},
			domain.Shape{2, 1, 2}, []float32{-1.5, 3.75, 0.75, -3.75}},
		{"ends", "ReduceL2", 13, attrs(list("axes", 0, 2)), shapes{{2, 3, 2}},
			domain.Shape{1, 3, 1}, []float32{1.9525625, 1.8540496, 1.8874586}},
		{"none", "ReduceLogSumExp", 18, attrs(whole("noop_with_empty_axes", 1)), shapes{{2, 2}},
			domain.Shape{2, 2}, []float32{-0.75, 1, -0.5, 1.25}},
		{"none", "ReduceL1", 18, attrs(whole("noop_with_empty_axes", 1)), shapes{{2, 2}},
			domain.Shape{2, 2}, []float32{0.75, 1, 0.5, 1.25}},
	})
}

func TestReductionsOfIntegers(t *testing.T) {
	all := attrs(whole("keepdims", 0))
	one := scalar[int32]
	x := vector[int32](-3, 4, 2)
	checkExamples(t, []example{
		{"", "ReduceSum", 11, all, tensors(x), one(3)},
		{"", "ReduceMean", 11, all, tensors(vector[int32](-3, 4, -4)), one(-1)},
		{"", "ReduceMax", 11, all, tensors(x), one(4)},
		{"", "ReduceMin", 11, all, tensors(x), one(-3)},
		{"", "ReduceProd", 11, all, tensors(x), one(-24)},
		{"", "ReduceL1", 11, all, tensors(x), one(9)},
		{"", "ReduceL2", 11, all, tensors(vector[int32](3, -4)), one(5)},
		{"cut off", "ReduceL2", 11, all, tensors(x), one(5)},
		{"", "ReduceSumSquare", 11, all, tensors(x), one(29)},
		{"", "ReduceLogSum", 11, all, tensors(x), one(1)},
		{"", "ReduceLogSumExp", 11, all, tensors(x), one(4)},
		{"loses high bits", "ReduceSum", 11, all, tensors(vector[int32](1<<31-1, 1)), one(-1 << 31)},
		{"UINT32", "ReduceL1", 11, all, tensors(vector[uint32](1, 2)), scalar[uint32](3)},
		{"UINT64", "ReduceMean", 11, all, tensors(vector[uint64](1<<63, 1<<62)), scalar[uint64](3 << 61)},
		{"INT64", "ReduceMax", 18, all, tensors(vector[int64](1<<62, 1<<62+1)), scalar[int64](1<<62 + 1)},
		{"INT8", "ReduceMin", 12, all, tensors(vector[int8](3, -7)), scalar[int8](-7)},
		{"UINT8", "ReduceMax", 12, all, tensors(vector[uint8](3, 250)), scalar[uint8](250)},
		{"BOOL", "ReduceMax", 20, attrs(whole("keepdims", 0)), tensors(tensorOf(domain.Shape{2, 2}, false, true, false, false), vector[int64](1)), vector(true, false)},
		{"BOOL", "ReduceMin", 20, attrs(whole("keepdims", 0)), tensors(tensorOf(domain.Shape{2, 2}, true, true, true, false), vector[int64](-1)), vector(true, false)},
	})
}

func TestReductionsOfNothing(t *testing.T) {
	nothing, along := tensorOf[float32](domain.Shape{2, 0, 1}), vector[int64](1)
	two := func(v float32) domain.Tensor { return tensorOf(domain.Shape{2, 1, 1}, v, v) }
	checkExamples(t, []example{
		{"", "ReduceSum", 13, nil, tensors(nothing, along), two(0)},
		{"", "ReduceProd", 18, nil, tensors(nothing, along), two(1)},
		{"", "ReduceMax", 20, nil, tensors(nothing, along), two(-infinite)},
		{"", "ReduceMin", 20, nil, tensors(nothing, along), two(infinite)},
		{"", "ReduceL2", 18, nil, tensors(nothing, along), two(0)},
		{"", "ReduceLogSum", 18, nil, tensors(nothing, along), two(-infinite)},
		{"", "ReduceLogSumExp", 18, nil, tensors(nothing, along), two(-infinite)},
		{"of INT32", "ReduceMax", 20, nil, tensors(tensorOf[int32](domain.Shape{0})), vector[int32](-1 << 31)},
		{"of BOOL", "ReduceMin", 20, nil, tensors(tensorOf[bool](domain.Shape{0})), vector(true)},
		{"an empty result", "ReduceSum", 13, nil, tensors(nothing, vector[int64](0)), tensorOf[float32](domain.Shape{1, 0, 1})},
	})
}

func TestReductionsOfWhatIsNotFinite(t *testing.T) {
	all := attrs(whole("keepdims", 0))
	checkExamples(t, []example{
		{"NaN", "ReduceMax", 13, all, tensors(vector(1, notANumber, 2)), scalar(notANumber)},
		{"NaN", "ReduceMin", 13, all, tensors(vector(1, notANumber, 2)), scalar(notANumber)},
		{"infinity", "ReduceLogSumExp", 13, all, tensors(vector(1, infinite)), scalar(infinite)},
		{"less infinity", "ReduceLogSumExp", 13, all, tensors(vector(-infinite, -infinite)), scalar(-infinite)},
		{"large", "ReduceLogSumExp", 13, all, tensors(vector[float32](3e38, 1)), scalar[float32](3e38)},
		{"no overflow on the way", "ReduceL2", 13, all, tensors(vector[float32](3e30, -4e30)), scalar[float32](5e30)},
		{"FP64", "ReduceProd", 13, all, tensors(vector(1e200, 1e100)), scalar(1e300)},
	})
}

func TestArgumentsAgainstNumpy(t *testing.T) {
	x := tensorOf[float32](domain.Shape{2, 3}, 1, 3, 3, 0, -1, -1)
	last, no := whole("select_last_index", 1), whole("keepdims", 0)
	checkExamples(t, []example{
		{"", "ArgMax", 7, nil, tensors(x), tensorOf[int64](domain.Shape{1, 3}, 0, 0, 0)},
		{"axis", "ArgMax", 11, attrs(whole("axis", -1), no), tensors(x), vector[int64](1, 0)},
		{"last", "ArgMax", 12, attrs(whole("axis", 1), last), tensors(x), tensorOf[int64](domain.Shape{2, 1}, 2, 0)},
		{"", "ArgMin", 13, attrs(whole("axis", 1), no), tensors(x), vector[int64](0, 1)},
		{"last", "ArgMin", 13, attrs(whole("axis", 1), no, last), tensors(x), vector[int64](0, 2)},
		{"NaN", "ArgMax", 13, attrs(no), tensors(vector(1, notANumber, 2, notANumber)), scalar[int64](1)},
		{"NaN", "ArgMin", 13, attrs(no), tensors(vector(1, notANumber, 2, notANumber)), scalar[int64](1)},
		{"last NaN", "ArgMax", 13, attrs(no, last), tensors(vector(1, notANumber, 2, notANumber, infinite)), scalar[int64](3)},
		{"UINT64", "ArgMax", 13, attrs(no), tensors(vector[uint64](1<<63, 1<<63+1)), scalar[int64](1)},
		{"nothing", "ArgMax", 13, attrs(whole("axis", 1)), tensors(tensorOf[float32](domain.Shape{0, 3})), tensorOf[int64](domain.Shape{0, 1})},
	})
	checkRefused(t, inferring(t, heavyNode("ArgMax", 13, 1), domain.Shape{0, 2}), domain.Invalid, "input data has shape [0,2], expected an axis that is not empty")
	checkRefused(t, inferring(t, heavyNode("ArgMin", 13, 1, whole("axis", 2)), domain.Shape{1, 2}), domain.Invalid, "axis 2 is not one of 2")
	_, err := Parse(heavyNode("ArgMax", 11, 1, last))
	checkRefused(t, err, domain.Unsupported, "select_last_index = 1 is not known")
}

// checkOutputs computes a node with several outputs and all inputs known.
func checkOutputs(t *testing.T, node Node, inputs []domain.Tensor, want ...domain.Tensor) {
	t.Helper()
	node.Outputs = []string{"a", "b", "c", "d"}[:len(want)]
	outputs, err := results(node, inputs, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, output := range outputs {
		if contents(output) != contents(want[i]) {
			t.Errorf("%v: output %d is %s, want %s", node, i, contents(output), contents(want[i]))
		}
	}
}

func TestTopK(t *testing.T) {
	x := tensorOf[float32](domain.Shape{2, 4}, 1, 3, 3, 2, 5, -1, 5, 0)
	checkOutputs(t, heavyNode("TopK", 7, 1, whole("k", 2)), tensors(x),
		tensorOf[float32](domain.Shape{2, 2}, 3, 3, 5, 5), tensorOf[int64](domain.Shape{2, 2}, 1, 2, 0, 2))
	checkOutputs(t, heavyNode("TopK", 10, 2, whole("axis", 0)), tensors(x, vector[int64](1)),
		tensorOf[float32](domain.Shape{1, 4}, 5, 3, 5, 2), tensorOf[int64](domain.Shape{1, 4}, 1, 0, 1, 0))
	checkOutputs(t, heavyNode("TopK", 11, 2, whole("largest", 0), whole("sorted", 0)), tensors(x, vector[int64](3)),
		tensorOf[float32](domain.Shape{2, 3}, 1, 2, 3, -1, 0, 5), tensorOf[int64](domain.Shape{2, 3}, 0, 3, 1, 1, 3, 0))
	checkOutputs(t, heavyNode("TopK", 24, 2), tensors(vector[int8](-5, 7), vector[int64](0)), vector[int8](), vector[int64]())
	for _, c := range []struct {
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{inputsOf(x, vector[int64](1)), domain.Unsupported, "input K is computed"},
		{valuesOf(tensors(x, vector[int64](5)), 1), domain.Invalid, "K is [5], expected one number from 0 to 4, the length of axis 1"},
		{valuesOf(tensors(x, vector[int64](-1)), 1), domain.Invalid, "K is [-1]"},
		{valuesOf(tensors(x, vector[int64](1, 1)), 1), domain.Invalid, "K is [1 1]"},
		{valuesOf(tensors(vector(true), vector[int64](1)), 1), domain.Unsupported, "BOOL"},
	} {
		_, err := parsed[Operator](t, heavyNode("TopK", 11, 2)).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
}
