package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestViews(t *testing.T) {
	x, none := upTo(1, 2, 1, 3), tensorOf[int32](domain.Shape{0, 3})
	reshaped := func(tensor domain.Tensor, shape ...int) domain.Tensor {
		other, err := tensor.Reshape(shape)
		if err != nil {
			t.Fatal(err)
		}
		return other
	}
	checkExamples(t, []example{
		{"", "Identity", 7, nil, tensors(vector("a", "b")), vector("a", "b")},
		{"default", "Flatten", 7, nil, tensors(x), reshaped(x, 1, 6)},
		{"at the front", "Flatten", 9, attrs(whole("axis", 0)), tensors(x), reshaped(x, 1, 6)},
		{"behind the last", "Flatten", 13, attrs(whole("axis", 4)), tensors(x), reshaped(x, 6, 1)},
		{"from the end, of old", "Flatten", 9, attrs(whole("axis", -1)), tensors(x), reshaped(x, 2, 3)},
		{"from the end", "Flatten", 11, attrs(whole("axis", -1)), tensors(x), reshaped(x, 2, 3)},
		{"a scalar", "Flatten", 13, attrs(whole("axis", 0)), tensors(tensorOf(domain.Shape{}, true)), tensorOf(domain.Shape{1, 1}, true)},
		{"what is left", "Reshape", 7, nil, tensors(x, vector[int64](3, -1)), reshaped(x, 3, 2)},
		{"what was there", "Reshape", 13, nil, tensors(x, vector[int64](0, 0, 3)), reshaped(x, 1, 2, 3)},
		{"to a scalar", "Reshape", 14, nil, tensors(upTo(1), vector[int64]()), reshaped(upTo(1))},
		{"0 of nothing", "Reshape", 14, nil, tensors(none, vector[int64](0, 1, 3)), reshaped(none, 0, 1, 3)},
		{"0 is 0", "Reshape", 14, attrs(whole("allowzero", 1)), tensors(none, vector[int64](3, 0)), reshaped(none, 3, 0)},
		{"all", "Squeeze", 7, nil, tensors(x), reshaped(x, 2, 3)},
		{"one", "Squeeze", 11, attrs(list("axes", -2)), tensors(x), reshaped(x, 1, 2, 3)},
		{"all", "Squeeze", 13, nil, tensors(x, domain.Tensor{}), reshaped(x, 2, 3)},
		{"one", "Squeeze", 13, nil, tensors(x, vector[int64](0)), reshaped(x, 2, 1, 3)},
		{"two", "Unsqueeze", 7, attrs(list("axes", 0, 2)), tensors(upTo(2, 3)), reshaped(x, 1, 2, 1, 3)},
		{"from the end", "Unsqueeze", 13, nil, tensors(upTo(2, 3), vector[int64](-2, 0)), reshaped(x, 1, 2, 1, 3)},
		{"none", "Unsqueeze", 13, nil, tensors(upTo(2), vector[int64]()), upTo(2)},
		{"a scalar", "Unsqueeze", 13, nil, tensors(tensorOf[int32](domain.Shape{}, 1), tensorOf[int64](domain.Shape{}, 0)), upTo(1)},
	})
}

func TestViewsRefuse(t *testing.T) {
	x := upTo(1, 2, 3)
	shape := func(lengths ...int64) []Value { return valuesOf(tensors(x, vector(lengths...)), 1) }
	for _, c := range []struct {
		node   Node
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{heavyNode("Flatten", 9, 1, whole("axis", -5)), inputsOf(x), domain.Invalid, "axis -5"},
		{heavyNode("Flatten", 13, 1, whole("axis", 4)), inputsOf(x), domain.Invalid, "axis 4"},
		{heavyNode("Reshape", 13, 2), inputsOf(x, vector[int64](6)), domain.Unsupported, "input shape is computed"},
		{heavyNode("Reshape", 13, 2), inputsOf(x, domain.Tensor{}), domain.Invalid, "input shape is missing"},
		{heavyNode("Reshape", 13, 2), valuesOf(tensors(x, vector[float32](6)), 1), domain.Invalid, "input shape has datatype FP32"},
		{heavyNode("Reshape", 13, 2), shape(4), domain.Invalid, "[1,2,3] cannot take the shape [4]"},
		{heavyNode("Reshape", 13, 2), shape(4, -1), domain.Invalid, "[1,2,3] cannot take the shape [4,-1]"},
		{heavyNode("Reshape", 13, 2), shape(-1, -1), domain.Invalid, "[-1 -1] is impossible"},
		{heavyNode("Reshape", 13, 2), shape(-2), domain.Invalid, "[-2] is impossible"},
		{heavyNode("Reshape", 13, 2), shape(1<<62, 1<<62, -1), domain.Invalid, "more elements than can be counted"},
		{heavyNode("Reshape", 13, 2), shape(1, 2, 3, 0), domain.Invalid, "keeps axis 3, which the input of shape [1,2,3] lacks"},
		{heavyNode("Reshape", 14, 2, whole("allowzero", 1)), shape(0, -1), domain.Invalid, "cannot take the shape [0,-1]"},
		{heavyNode("Squeeze", 7, 1, list("axes", 1)), inputsOf(x), domain.Invalid, "axis 1 of shape [1,2,3] has length 2"},
		{heavyNode("Squeeze", 13, 2), shape(3), domain.Invalid, "axis 3 is not one of 3"},
		{heavyNode("Squeeze", 13, 2), shape(), domain.Unsupported, "axes is empty"},
		{heavyNode("Squeeze", 13, 2), inputsOf(x, vector[int64](0)), domain.Unsupported, "input axes is computed"},
		{heavyNode("Unsqueeze", 13, 2), shape(0, -5), domain.Invalid, "named twice"},
		{heavyNode("Unsqueeze", 13, 2), inputsOf(x, domain.Tensor{}), domain.Invalid, "input axes is missing"},
		{heavyNode("Unsqueeze", 13, 2), valuesOf(tensors(x, upTo(129)), 1), domain.Unsupported, "more than the 64 axes"},
		{heavyNode("Identity", 13, 1), []Value{{Datatype: domain.FP32, Shape: make(domain.Shape, 65)}}, domain.Unsupported, "there are 65 axes"},
	} {
		_, err := parsed[Operator](t, c.node).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
	_, err := Parse(heavyNode("Unsqueeze", 11, 1))
	checkRefused(t, err, domain.Unsupported, `node "n" (Unsqueeze)`, "axes (left out) is required")
}

// What moves no elements says so; what does must not.
func TestAliasers(t *testing.T) {
	for opType, want := range map[string]bool{
		"Identity": true, "Flatten": true, "Reshape": true, "Squeeze": true, "Unsqueeze": true, "Dropout": true,
		"Relu": false, "Shape": false, "Slice": false,
	} {
		inputs := map[string]int{"Reshape": 2, "Unsqueeze": 2, "Slice": 3}[opType]
		op := parsed[Operator](t, heavyNode(opType, 13, max(1, inputs)))
		if _, got := op.(Aliaser); got != want {
			t.Errorf("%s: Aliaser is %v, want %v", opType, got, want)
		}
		if got := IsIdentity(op); got != (opType == "Identity" || opType == "Dropout") {
			t.Errorf("IsIdentity of %s is %v", opType, got)
		}
	}
}

func TestDropout(t *testing.T) {
	x := vector[float32](1, -2, notANumber)
	ratio, off := tensorOf[float32](domain.Shape{}, 0.9), tensorOf(domain.Shape{}, false)
	checkExamples(t, []example{
		{"ratio", "Dropout", 7, attrs(decimal("ratio", 0.9)), tensors(x), x},
		{"seed", "Dropout", 12, attrs(whole("seed", 3)), tensors(x, ratio), x},
		{"training_mode", "Dropout", 13, nil, tensors(x, ratio, off), x},
	})
	for opset, mask := range map[int]domain.Tensor{7: vector[float32](0, 0, 0), 9: vector[float32](0, 0, 0), 10: vector(true, true, true), 13: vector(true, true, true)} {
		node := heavyNode("Dropout", opset, 1)
		node.Outputs = []string{"y", "mask"}
		outputs, err := results(node, tensors(x), 1)
		if err != nil {
			t.Fatal(err)
		}
		if contents(outputs[0]) != contents(x) || contents(outputs[1]) != contents(mask) {
			t.Errorf("opset %d: got %s and %s", opset, contents(outputs[0]), contents(outputs[1]))
		}
		if op := parsed[Operator](t, node); IsIdentity(op) {
			t.Error("a Dropout with a mask is no identity")
		}
		node.Outputs[0] = ""
		if outputs, err = results(node, tensors(x), 1); err != nil || contents(outputs[1]) != contents(mask) {
			t.Errorf("opset %d: the mask alone is %v (%v)", opset, outputs, err)
		}
	}
}

// A ratio of 0 drops nothing in training either.
func TestDropoutThatDropsNothingInTraining(t *testing.T) {
	x, none, on := vector[float32](1, -2), vector[float32](0), vector(true)
	node := heavyNode("Dropout", 13, 3)
	node.Outputs = []string{"y", "mask"}
	for knownFrom := range 4 {
		outputs, err := results(node, tensors(x, none, on), knownFrom)
		if err != nil || contents(outputs[0]) != contents(x) || contents(outputs[1]) != contents(vector(true, true)) {
			t.Errorf("got %v, %v", outputs, err)
		}
	}
	if err := parsed[Checker](t, node).Check(tensors(x, none, on)); err != nil {
		t.Error(err)
	}
}

func TestDropoutRefusesTraining(t *testing.T) {
	x, on, nothing := vector[float32](1), tensorOf(domain.Shape{}, true), domain.Tensor{}
	node := heavyNode("Dropout", 13, 3)
	node.Inputs = []string{"x", "ratio", "training"}
	op := parsed[Operator](t, node)
	for _, c := range []struct {
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{valuesOf(tensors(x, nothing, on), 1), domain.Unsupported, "training_mode is true and ratio 0.5"},
		{valuesOf(tensors(x, vector[float32](0.25), on), 1), domain.Unsupported, "training_mode is true and ratio 0.25"},
		{inputsOf(x, nothing, vector[int32](0)), domain.Invalid, "input training_mode is INT32 [1], expected one BOOL"},
		{inputsOf(x, nothing, vector(true, false)), domain.Invalid, "input training_mode is BOOL [2]"},
		{inputsOf(x, vector[int32](0), on), domain.Invalid, "input ratio is INT32 [1], expected one FP32 or FP64"},
		{inputsOf(x, vector[float32](0, 0), on), domain.Invalid, "input ratio is FP32 [2]"},
	} {
		_, err := op.Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
	if _, err := op.Infer(inputsOf(x, nothing, on)); err != nil {
		t.Error(err) // whether it is training is known when there are inputs
	}
	check := op.(Checker).Check
	checkRefused(t, check(tensors(x, nothing, on)), domain.Unsupported, "training_mode is true and ratio 0.5")
	if err := check(tensors(x, nothing, vector(false))); err != nil {
		t.Error(err)
	}
}
