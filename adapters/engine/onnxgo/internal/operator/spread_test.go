package operator

import (
	"math"
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestSpreads(t *testing.T) {
	x, square := upTo(2, 3), upTo(1, 1, 4, 4)
	depth := upTo(1, 8, 1, 2)
	crop := func(lengths ...int64) []domain.Tensor { return tensors(x, vector(lengths...)) }
	checkExamples(t, []example{
		{"new axes", "Expand", 8, nil, tensors(upTo(2, 1), vector[int64](2, 1, 3)), tensorOf[int32](domain.Shape{2, 2, 3}, 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2)},
		{"1 stays what is there", "Expand", 13, nil, tensors(x, vector[int64](1)), x},
		{"strings", "Expand", 13, nil, tensors(tensorOf(domain.Shape{}, "a"), vector[int64](2)), vector("a", "a")},
		{"to nothing", "Expand", 13, nil, tensors(upTo(1), vector[int64](0)), vector[int32]()},
		{"both axes", "Tile", 7, nil, tensors(upTo(1, 2), vector[int64](2, 2)), tensorOf[int32](domain.Shape{2, 4}, 1, 2, 1, 2, 1, 2, 1, 2)},
		{"BOOL", "Tile", 13, nil, tensors(vector(true, false), vector[int64](2)), vector(true, false, true, false)},
		{"never", "Tile", 13, nil, tensors(upTo(2), vector[int64](0)), vector[int32]()},
		{"DCR", "DepthToSpace", 7, attrs(whole("blocksize", 2)), tensors(depth), tensorOf[int32](domain.Shape{1, 2, 2, 4}, 1, 5, 2, 6, 9, 13, 10, 14, 3, 7, 4, 8, 11, 15, 12, 16)},
		{"CRD", "DepthToSpace", 11, attrs(whole("blocksize", 2), text("mode", "CRD")), tensors(depth), tensorOf[int32](domain.Shape{1, 2, 2, 4}, 1, 3, 2, 4, 5, 7, 6, 8, 9, 11, 10, 12, 13, 15, 14, 16)},
		{"blocks", "SpaceToDepth", 13, attrs(whole("blocksize", 2)), tensors(square), tensorOf[int32](domain.Shape{1, 4, 2, 2}, 1, 3, 9, 11, 2, 4, 10, 12, 5, 7, 13, 15, 6, 8, 14, 16)},
		{"DCR", "SpaceToDepth", 28, attrs(whole("blocksize", 1), text("mode", "DCR")), tensors(square), square},
		{"CRD", "SpaceToDepth", 28, attrs(whole("blocksize", 2), text("mode", "CRD")), tensors(upTo(1, 2, 2, 2)), tensorOf[int32](domain.Shape{1, 8, 1, 1}, 1, 2, 3, 4, 5, 6, 7, 8)},
		{"DCR of two channels", "SpaceToDepth", 28, attrs(whole("blocksize", 2)), tensors(upTo(1, 2, 2, 2)), tensorOf[int32](domain.Shape{1, 8, 1, 1}, 1, 5, 2, 6, 3, 7, 4, 8)},
		{"crop and pad", "CenterCropPad", 18, nil, crop(1, 6), tensorOf[int32](domain.Shape{1, 6}, 0, 1, 2, 3, 0, 0)},
		{"axes", "CenterCropPad", 18, attrs(list("axes", -1)), crop(2), tensorOf[int32](domain.Shape{2, 2}, 1, 2, 4, 5)},
		{"rows", "Compress", 9, attrs(whole("axis", 0)), tensors(x, vector(false, true)), tensorOf[int32](domain.Shape{1, 3}, 4, 5, 6)},
		{"columns", "Compress", 11, attrs(whole("axis", -1)), tensors(x, vector(true, false, true)), tensorOf[int32](domain.Shape{2, 2}, 1, 3, 4, 6)},
		{"all", "Compress", 28, nil, tensors(x, vector(false, true, true, false, true)), vector[int32](2, 3, 5)},
		{"reverse steps", "ReverseSequence", 10, nil, tensors(upTo(3, 2), vector[int64](3, 2)), tensorOf[int32](domain.Shape{3, 2}, 5, 4, 3, 2, 1, 6)},
		{"reverse rows", "ReverseSequence", 28, attrs(whole("batch_axis", 0), whole("time_axis", 1)), tensors(upTo(2, 3), vector[int64](0, 3)), tensorOf[int32](domain.Shape{2, 3}, 1, 2, 3, 6, 5, 4)},
		{"cache", "TensorScatter", 24, attrs(whole("axis", 1)), tensors(upTo(2, 3), tensorOf[int32](domain.Shape{2, 1}, 70, 80), vector[int64](2, 0)), tensorOf[int32](domain.Shape{2, 3}, 1, 2, 70, 80, 5, 6)},
		{"cache in a circle", "TensorScatter", 24, attrs(text("mode", "circular")), tensors(upTo(1, 3, 1), tensorOf[int32](domain.Shape{1, 2, 1}, 70, 80), vector[int64](5)), tensorOf[int32](domain.Shape{1, 3, 1}, 80, 2, 70)},
		{"cache from its beginning", "TensorScatter", 24, attrs(whole("axis", 1)), tensors(upTo(1, 3), tensorOf[int32](domain.Shape{1, 2}, 70, 80)), tensorOf[int32](domain.Shape{1, 3}, 70, 80, 3)},
	})
}

func TestNonZero(t *testing.T) {
	checkAllKnown(t, []example{
		{"numbers", "NonZero", 9, nil, tensors(tensorOf(domain.Shape{2, 2}, 1, math.Copysign(0, -1), math.NaN(), 4)), tensorOf[int64](domain.Shape{2, 3}, 0, 1, 1, 0, 0, 1)},
		{"BOOL", "NonZero", 13, nil, tensors(vector(false, true)), tensorOf[int64](domain.Shape{1, 1}, 1)},
		{"nothing", "NonZero", 13, nil, tensors(tensorOf[int32](domain.Shape{2, 0})), tensorOf[int64](domain.Shape{2, 0})},
	})
	_, err := parsed[Operator](t, heavyNode("NonZero", 13, 1)).Infer(inputsOf(upTo(2)))
	if !DependsOnElements(err) {
		t.Errorf("error is %v", err)
	}
}

// checkAllKnown computes with all inputs known.
func checkAllKnown(t *testing.T, examples []example) {
	t.Helper()
	for _, e := range examples {
		t.Run(e.opType+" "+e.name, func(t *testing.T) {
			outputs, err := results(e.node(), e.inputs, 0)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := contents(outputs[0]), contents(e.want); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		name   string
		opset  int
		attrs  []Attribute
		inputs []domain.Tensor
		want   []domain.Tensor
	}{
		{"equal", 7, nil, tensors(upTo(4)), tensors(vector[int32](1, 2), vector[int32](3, 4))},
		{"split", 7, attrs(list("split", 1, 3)), tensors(upTo(4)), tensors(vector[int32](1), vector[int32](2, 3, 4))},
		{"axis", 11, attrs(whole("axis", -1)), tensors(upTo(2, 2)), tensors(tensorOf[int32](domain.Shape{2, 1}, 1, 3), tensorOf[int32](domain.Shape{2, 1}, 2, 4))},
		{"axis of old", 9, attrs(whole("axis", -1)), tensors(upTo(2, 2)), tensors(tensorOf[int32](domain.Shape{2, 1}, 1, 3), tensorOf[int32](domain.Shape{2, 1}, 2, 4))},
		{"input", 13, nil, tensors(vector("a", "b", "c"), vector[int64](3, 0)), tensors(vector("a", "b", "c"), vector[string]())},
		{"num_outputs", 18, attrs(whole("num_outputs", 2)), tensors(upTo(5)), tensors(vector[int32](1, 2, 3), vector[int32](4, 5))},
		{"the second of two", 18, attrs(whole("num_outputs", 2)), tensors(upTo(2)), tensors(domain.Tensor{}, vector[int32](2))},
	} {
		node := example{opType: "Split", opset: c.opset, attrs: c.attrs, inputs: c.inputs}.node()
		node.Outputs = []string{"a", "b"}
		if c.want[0].IsZero() {
			node.Outputs[0] = ""
		}
		outputs, err := results(node, c.inputs, 1)
		if err != nil {
			t.Fatal(c.name, err)
		}
		for i, want := range c.want {
			if !want.IsZero() && contents(outputs[i]) != contents(want) {
				t.Errorf("%s: output %d is %s, want %s", c.name, i, contents(outputs[i]), contents(want))
			}
		}
	}
}

func TestSpreadsRefuse(t *testing.T) {
	x := upTo(2, 3)
	ints := func(elements ...int64) []Value { return valuesOf(tensors(x, vector(elements...)), 1) }
	block := whole("blocksize", 2)
	for _, c := range []struct {
		node   Node
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{heavyNode("Expand", 13, 2), ints(4, 3), domain.Invalid, "shape [2,3] does not broadcast to the shape [4,3]"},
		{heavyNode("Expand", 13, 2), ints(-1), domain.Invalid, "input shape: shape: axis 0 of [-1]"},
		{heavyNode("Expand", 13, 2), inputsOf(x, vector[int64](1)), domain.Unsupported, "input shape is computed"},
		{heavyNode("Tile", 13, 2), ints(1), domain.Invalid, "1 repeats for the 2 axes"},
		{heavyNode("Tile", 13, 2), ints(1, -1), domain.Invalid, "repeats [1 -1]"},
		{heavyNode("Tile", 13, 2), ints(1, math.MaxInt64), domain.Invalid, "more elements than can be counted"},
		{heavyNode("DepthToSpace", 13, 1, block), inputsOf(upTo(1, 3, 1, 1)), domain.Invalid, "input input has shape [1,3,1,1], expected [N,C,H,W] with a multiple of 4 channels"},
		{heavyNode("SpaceToDepth", 13, 1, block), inputsOf(upTo(1, 1, 2, 3)), domain.Invalid, "multiples of 2"},
		{heavyNode("CenterCropPad", 18, 2), ints(2), domain.Invalid, "input shape [2] has 1 lengths for 2 axes"},
		{heavyNode("Compress", 11, 2), inputsOf(x, vector(true)), domain.Unsupported, "input condition is computed"},
		{heavyNode("Compress", 11, 2, whole("axis", 0)), valuesOf(tensors(x, vector(false, true, true)), 1), domain.Invalid, "element 2 keeps what an axis of 2 has not"},
		{heavyNode("Compress", 11, 2), ints(1), domain.Invalid, "input condition has datatype INT64, expected BOOL"},
		{heavyNode("Split", 13, 2), ints(1), domain.Invalid, "split [1] does not add up to the length 2"},
		{heavyNode("Split", 13, 2), ints(1, 1), domain.Invalid, "split [1 1] is for 2 outputs, there are 1"},
		{heavyNode("Split", 18, 2), inputsOf(x, domain.Tensor{}), domain.Invalid, "neither split nor num_outputs"},
		{heavyNode("Split", 18, 2, whole("num_outputs", 1)), ints(2), domain.Invalid, "both split and num_outputs"},
		{heavyNode("ReverseSequence", 10, 2), inputsOf(x, vector[int64](1)), domain.Invalid, "input sequence_lens is INT64 [1], expected INT64 [3]"},
		{heavyNode("TensorScatter", 24, 2, whole("axis", 0)), inputsOf(x, x), domain.Invalid, "axis 0 is that of the batch"},
		{heavyNode("TensorScatter", 24, 2, whole("axis", 1)), inputsOf(x, upTo(2, 4)), domain.Invalid, "input update has shape [2,4]"},
		{heavyNode("NonZero", 13, 1), valuesOf(tensors(tensorOf(domain.Shape{}, true)), 0), domain.Unsupported, "no axes"},
		{heavyNode("NonZero", 13, 1), valuesOf(tensors(vector("a")), 0), domain.Unsupported, "BYTES"},
	} {
		_, err := parsed[Operator](t, c.node).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
	node := heavyNode("Split", 13, 1)
	node.Outputs = []string{"a", "b"}
	_, err := parsed[Operator](t, node).Infer(inputsOf(upTo(3)))
	checkRefused(t, err, domain.Invalid, "a length of 3 cannot be split into 2 equal parts")
	for said, node := range map[string]Node{
		"blocksize (left out) is not a size": heavyNode("DepthToSpace", 13, 1),
		`mode = "RDC" is not supported`:      heavyNode("SpaceToDepth", 28, 1, block, text("mode", "RDC")),
		"mode = \"CRD\" is not known":        heavyNode("SpaceToDepth", 13, 1, block, text("mode", "CRD")),
		"num_outputs = 3 is not the number":  heavyNode("Split", 18, 1, whole("num_outputs", 3)),
		"time_axis (left out) is not":        heavyNode("ReverseSequence", 10, 2, whole("batch_axis", 0)),
	} {
		_, err := Parse(node)
		checkRefused(t, err, domain.Unsupported, said)
	}
}
