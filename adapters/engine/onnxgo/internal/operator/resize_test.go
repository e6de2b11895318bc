package operator

import (
	"math"
	"testing"

	"github.com/portent-go/portent/domain"
)

// near is a node of which numbers are expected up to a little.
type near struct {
	name   string
	opType string
	opset  int
	attrs  []Attribute
	inputs []domain.Tensor
	shape  domain.Shape
	want   []float64
}

// checkNear computes in FP32 and in FP64, with all inputs but the first known.
func checkNear(t *testing.T, cases []near, knownFrom int) {
	t.Helper()
	for _, c := range cases {
		for _, wide := range []bool{false, true} {
			e := example{opType: c.opType, opset: c.opset, attrs: c.attrs, inputs: append([]domain.Tensor{}, c.inputs...)}
			if wide {
				widen(e.inputs, c.opType)
			}
			outputs, err := results(e.node(), e.inputs, knownFrom)
			if err != nil {
				t.Errorf("%s %s: %v", c.opType, c.name, err)
				continue
			}
			if !outputs[0].Shape().Equal(c.shape) {
				t.Errorf("%s %s: shape %v, want %v", c.opType, c.name, outputs[0].Shape(), c.shape)
				continue
			}
			for i, want := range c.want {
				got, _ := domain.Number(outputs[0], i)
				if math.Abs(got-want) > 1e-5*(1+math.Abs(want)) || math.IsNaN(got) != math.IsNaN(want) {
					t.Errorf("%s %s (FP64: %v): element %d is %v, want %v", c.opType, c.name, wide, i, got, want)
				}
			}
		}
	}
}

// widen turns FP32 inputs into FP64, except those that are always FP32.
func widen(inputs []domain.Tensor, opType string) {
	for i, input := range inputs {
		if input.Datatype() != domain.FP32 || i > 0 && (opType == "Resize" || opType == "Upsample") {
			continue
		}
		inputs[i], _ = domain.MakeTensor(domain.FP64, input.Shape())
		convertTo(inputs[i], input)
	}
}

func single(shape domain.Shape, elements ...float32) domain.Tensor {
	return tensorOf(shape, elements...)
}

// The numbers are ONNX Runtime's, and for antialias those of ONNX's reference.
func TestResize(t *testing.T) {
	x := single(domain.Shape{1, 1, 2, 3}, 1, 2, 3, 4, 5, 6)
	none := domain.Tensor{}
	to := func(lengths ...int64) []domain.Tensor { return tensors(x, none, none, vector(lengths...)) }
	by := func(scales ...float32) []domain.Tensor { return tensors(x, none, vector(scales...)) }
	mode := func(name, transform string, more ...Attribute) []Attribute {
		return append(more, text("mode", name), text("coordinate_transformation_mode", transform))
	}
	axes := list("axes", 2, -1)
	checkNear(t, []near{
		{"nearest", "Resize", 13, nil, to(1, 1, 3, 4), domain.Shape{1, 1, 3, 4}, []float64{1, 2, 2, 3, 1, 2, 2, 3, 4, 5, 5, 6}},
		{"linear", "Resize", 13, mode("linear", "half_pixel"), to(1, 1, 3, 4), domain.Shape{1, 1, 3, 4}, []float64{1, 1.625, 2.375, 3, 2.5, 3.125, 3.875, 4.5, 4, 4.625, 5.375, 6}},
		{"cubic", "Resize", 11, mode("cubic", "half_pixel"), to(1, 1, 3, 4), domain.Shape{1, 1, 3, 4}, []float64{0.667806, 1.26937, 2.2098, 2.81136, 2.42822, 3.02979, 3.97021, 4.57178, 4.18864, 4.7902, 5.73063, 6.3322}},
		{"exclude_outside", "Resize", 13, mode("cubic", "half_pixel", whole("exclude_outside", 1), decimal("cubic_coeff_a", -0.5)), to(1, 1, 2, 4), domain.Shape{1, 1, 2, 4}, []float64{0.947761, 1.55659, 2.44341, 3.05224, 3.94776, 4.55659, 5.44341, 6.05224}},
		{"corners", "Resize", 13, mode("linear", "align_corners"), to(1, 1, 3, 5), domain.Shape{1, 1, 3, 5}, []float64{1, 1.5, 2, 2.5, 3, 2.5, 3, 3.5, 4, 4.5, 4, 4.5, 5, 5.5, 6}},
		{"asymmetric", "Resize", 13, mode("linear", "asymmetric"), to(1, 1, 2, 5), domain.Shape{1, 1, 2, 5}, []float64{1, 1.6, 2.2, 2.8, 3, 4, 4.6, 5.2, 5.8, 6}},
		{"PyTorch", "Resize", 13, mode("linear", "pytorch_half_pixel"), to(1, 1, 1, 2), domain.Shape{1, 1, 1, 2}, []float64{1.25, 2.75}},
		{"symmetric", "Resize", 19, mode("linear", "half_pixel_symmetric"), by(1, 1, 1, 0.7), domain.Shape{1, 1, 2, 2}, []float64{9.0 / 7, 19.0 / 7, 30.0 / 7, 40.0 / 7}},
		{"TensorFlow's nearest", "Resize", 11, mode("nearest", "tf_half_pixel_for_nn"), to(1, 1, 2, 2), domain.Shape{1, 1, 2, 2}, []float64{2, 3, 5, 6}},
		{"antialias", "Resize", 18, mode("linear", "half_pixel", whole("antialias", 1)), to(1, 1, 2, 2), domain.Shape{1, 1, 2, 2}, []float64{4.0 / 3, 8.0 / 3, 13.0 / 3, 17.0 / 3}},
		{"antialias, cubic", "Resize", 18, mode("cubic", "half_pixel", whole("antialias", 1)), to(1, 1, 1, 2), domain.Shape{1, 1, 1, 2}, []float64{2.75695, 4.24305}},
		{"not_larger", "Resize", 18, attrs(axes, text("keep_aspect_ratio_policy", "not_larger")), to(4, 4), domain.Shape{1, 1, 3, 4}, []float64{1, 2, 2, 3, 4, 5, 5, 6, 4, 5, 5, 6}},
		{"not_smaller", "Resize", 18, attrs(axes, text("keep_aspect_ratio_policy", "not_smaller")), to(4, 4), domain.Shape{1, 1, 4, 6}, []float64{1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4}},
		{"round_prefer_floor", "Resize", 13, nil, by(1, 1, 0.5, 2), domain.Shape{1, 1, 1, 6}, []float64{1, 1, 2, 2, 3, 3}},
		{"round_prefer_ceil", "Resize", 13, attrs(text("nearest_mode", "round_prefer_ceil")), by(1, 1, 0.5, 2), domain.Shape{1, 1, 1, 6}, []float64{4, 4, 5, 5, 6, 6}},
		{"floor", "Resize", 13, attrs(text("nearest_mode", "floor")), by(1, 1, 0.5, 2), domain.Shape{1, 1, 1, 6}, []float64{1, 1, 1, 2, 2, 3}},
		{"ceil", "Resize", 13, attrs(text("nearest_mode", "ceil")), by(1, 1, 0.5, 2), domain.Shape{1, 1, 1, 6}, []float64{4, 5, 5, 6, 6, 6}},
		{"in FP32", "Resize", 13, nil, tensors(single(domain.Shape{10}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), none, vector[float32](0.7)), domain.Shape{7}, []float64{0, 2, 3, 4, 6, 7, 9}},
		{"the same", "Resize", 13, mode("cubic", "half_pixel"), by(1, 1, 1, 1), domain.Shape{1, 1, 2, 3}, []float64{1, 2, 3, 4, 5, 6}},
		{"before opset 11", "Resize", 10, nil, tensors(x, vector[float32](1, 1, 2, 0.6)), domain.Shape{1, 1, 4, 1}, []float64{1, 1, 4, 4}},
		{"linear before opset 11", "Resize", 10, attrs(text("mode", "linear")), tensors(x, vector[float32](1, 1, 1, 2)), domain.Shape{1, 1, 2, 6}, []float64{1, 1.5, 2, 2.5, 3, 3, 4, 4.5, 5, 5.5, 6, 6}},
		{"nearest", "Upsample", 7, attrs(Attribute{Name: "scales", Kind: FloatsAttribute, Floats: []float32{1, 1, 1, 2}}), tensors(x), domain.Shape{1, 1, 2, 6}, []float64{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}},
		{"linear", "Upsample", 9, attrs(text("mode", "linear")), tensors(x, vector[float32](1, 1, 2, 1)), domain.Shape{1, 1, 4, 3}, []float64{1, 2, 3, 2.5, 3.5, 4.5, 4, 5, 6, 4, 5, 6}},
	}, 1)
}

func TestResizeOfARegion(t *testing.T) {
	x := single(domain.Shape{1, 1, 2, 3}, 1, 2, 3, 4, 5, 6)
	region := func(mode string) []Attribute {
		return attrs(text("mode", mode), text("coordinate_transformation_mode", "tf_crop_and_resize"), decimal("extrapolation_value", 9))
	}
	roi, to := vector[float32](0, 0, 0.5, -0.5, 1, 1, 1, 1), vector[int64](1, 1, 2, 4)
	checkNear(t, []near{
		{"linear region", "Resize", 13, region("linear"), tensors(x, roi, domain.Tensor{}, to), domain.Shape{1, 1, 2, 4}, []float64{9, 2.5, 3.5, 4.5, 9, 4, 5, 6}},
		{"nearest region", "Resize", 13, region("nearest"), tensors(x, roi, domain.Tensor{}, to), domain.Shape{1, 1, 2, 4}, []float64{9, 1, 2, 3, 9, 4, 5, 6}},
		{"up to the last element", "Resize", 13, region("linear"), tensors(single(domain.Shape{5}, 1, 2, 3, 4, 5), vector[float32](-0.1, 1), domain.Tensor{}, vector[int64](3)), domain.Shape{3}, []float64{9, 2.8, 5}},
		{"half way", "Resize", 13, region("nearest"), tensors(single(domain.Shape{6}, 1, 2, 3, 4, 5, 6), vector[float32](0, 0.4), domain.Tensor{}, vector[int64](5)), domain.Shape{5}, []float64{1, 1, 2, 2, 3}},
		{"one element", "Resize", 13, region("linear"), tensors(x, vector[float32](0, 0, 0, 0, 1, 1, 1, 1), domain.Tensor{}, vector[int64](1, 1, 1, 1)), domain.Shape{1, 1, 1, 1}, []float64{3.5}},
	}, 1)
}

// Other datatypes are picked from, and other axes than the last two are resized.
func TestResizeNearestOfAnything(t *testing.T) {
	none := domain.Tensor{}
	checkExamples(t, []example{
		{"UINT8", "Resize", 13, nil, tensors(vector[uint8](1, 2), none, vector[float32](2)), vector[uint8](1, 1, 2, 2)},
		{"strings", "Resize", 13, nil, tensors(vector("a", "b"), none, none, vector[int64](1)), vector("a")},
		{"BOOL", "Upsample", 9, nil, tensors(vector(true, false), vector[float32](1.5)), vector(true, true, false)},
		{"channels last", "Resize", 18, attrs(list("axes", 1)), tensors(upTo(1, 2, 2), none, vector[float32](2)), tensorOf[int32](domain.Shape{1, 4, 2}, 1, 2, 1, 2, 3, 4, 3, 4)},
		{"the first axis", "Resize", 13, nil, tensors(upTo(2, 2), none, vector[float32](2, 1)), tensorOf[int32](domain.Shape{4, 2}, 1, 2, 1, 2, 3, 4, 3, 4)},
		{"to nothing", "Resize", 13, nil, tensors(upTo(2, 2), none, vector[float32](0.1, 1)), tensorOf[int32](domain.Shape{0, 2})},
		{"a region of integers", "Resize", 13, attrs(text("coordinate_transformation_mode", "tf_crop_and_resize"), decimal("extrapolation_value", 7)),
			tensors(upTo(3), vector[float32](0.5, 1.5), none, vector[int64](3)), vector[int32](2, 3, 7)},
	})
}

func TestResizeRefuses(t *testing.T) {
	x, none := ramp(t, 0, domain.Shape{1, 1, 2, 3}), domain.Tensor{}
	for _, c := range []struct {
		attrs  []Attribute
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{nil, inputsOf(x, none, vector[float32](1, 1, 2, 2)), domain.Unsupported, "input scales is computed"},
		{nil, inputsOf(x, none, none, vector[int64](1, 1, 2, 2)), domain.Unsupported, "input sizes is computed"},
		{nil, inputsOf(x, none, none), domain.Invalid, "there are both scales and sizes or none"},
		{nil, valuesOf(tensors(x, none, vector[float32](1, 1, 2, 2), vector[int64](1, 1, 2, 2)), 1), domain.Invalid, "there are both scales and sizes or none"},
		{nil, valuesOf(tensors(x, none, vector[float32](2, 2)), 1), domain.Invalid, "there are 2 scales or sizes for 4 axes"},
		{nil, valuesOf(tensors(x, none, vector[float32](1, 1, 0, 2)), 1), domain.Invalid, "scale 0 of axis 2 is not a positive number"},
		{nil, valuesOf(tensors(x, none, vector(1, 1, notANumber, 2)), 1), domain.Invalid, "scale NaN of axis 2"},
		{nil, valuesOf(tensors(x, none, vector[float32](1, 1, 1, 1e30)), 1), domain.Unsupported, "scale 1e+30 of axis 3"},
		{nil, valuesOf(tensors(x, none, none, vector[int64](1, 1, 1, -1)), 1), domain.Invalid, "size -1 of axis 3"},
		{nil, valuesOf(tensors(x, none, none, vector[int64](1, 1, 1, 1<<30)), 1), domain.Unsupported, "axis 3 is resized from 3 to 1073741824"},
		{attrs(text("mode", "linear")), valuesOf(tensors(upTo(2), none, vector[float32](2)), 1), domain.Unsupported, "input X has datatype INT32"},
		{attrs(text("coordinate_transformation_mode", "tf_crop_and_resize")), valuesOf(tensors(x, none, vector[float32](1, 1, 2, 2)), 1), domain.Invalid, "input roi is missing"},
		{attrs(text("coordinate_transformation_mode", "tf_crop_and_resize")), valuesOf(tensors(x, vector[float32](0, 1), vector[float32](1, 1, 2, 2)), 1), domain.Invalid, "input roi has shape [2], expected [8]"},
		{attrs(list("axes", 4)), valuesOf(tensors(x, none, vector[float32](1)), 1), domain.Invalid, "axis 4 is not one of 4"},
	} {
		_, err := parsed[Operator](t, heavyNode("Resize", 18, 4, c.attrs...)).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
	for opset, attribute := range map[int]Attribute{11: text("mode", "area"), 13: text("coordinate_transformation_mode", "tf_half_pixel_for_nn"), 18: text("nearest_mode", "up"), 10: text("mode", "cubic")} {
		node := heavyNode("Resize", opset, 3, attribute)
		if opset == 10 {
			node.Inputs = node.Inputs[:2]
		}
		_, err := Parse(node)
		checkRefused(t, err, domain.Unsupported, attribute.Name, "is not supported")
	}
}

// A picture of a batch is resized as if it stood alone.
func TestResizeKeepsRows(t *testing.T) {
	op := parsed[Operator](t, heavyNode("Resize", 13, 3, text("mode", "linear")))
	values := valuesOf(tensors(ramp(t, 1, domain.Shape{3, 2, 4, 5}), domain.Tensor{}, vector[float32](1, 1, 1.5, 2)), 1)
	outputs, err := op.Infer(values)
	if err != nil {
		t.Fatal(err)
	}
	if !KeepsRows(op, values, outputs, []bool{true, false, false}) {
		t.Error("rows are not kept apart")
	}
	batch := floats(compute(t, op, tensors(ramp(t, 1, domain.Shape{3, 2, 4, 5}), domain.Tensor{}, vector[float32](1, 1, 1.5, 2)), 1))
	one := single(domain.Shape{1, 2, 4, 5}, floats(ramp(t, 1, domain.Shape{3, 2, 4, 5}))[40:80]...)
	for i, v := range floats(compute(t, op, tensors(one, domain.Tensor{}, vector[float32](1, 1, 1.5, 2)), 1)) {
		if batch[120+i] != v {
			t.Fatalf("element %d is %v alone, %v in the batch", i, v, batch[120+i])
		}
	}
}
