package operator

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/domain"
)

// The numbers are ONNX Runtime's; AffineGrid's are ONNX's reference's.
func TestGridSample(t *testing.T) {
	x := single(domain.Shape{1, 1, 2, 3}, 1, 2, 3, 4, 5, 6)
	grid := single(domain.Shape{1, 1, 4, 2}, -1, -1, 0.5, 0, 0, 3, 1, 1)
	sample := func(name string, opset int, mode, padding string, want ...float64) near {
		return near{name, "GridSample", opset, attrs(text("mode", mode), text("padding_mode", padding)), tensors(x, grid), domain.Shape{1, 1, 1, 4}, want}
	}
	checkNear(t, []near{
		sample("zeros", 16, "bilinear", "zeros", 0.25, 4.25, 0, 1.5),
		sample("border", 20, "linear", "border", 1, 4.25, 5, 6),
		sample("reflection", 22, "linear", "reflection", 1, 4.25, 2, 6),
		sample("nearest", 16, "nearest", "zeros", 1, 3, 0, 0),
		sample("nearest border", 20, "nearest", "border", 1, 3, 5, 6),
		sample("nearest reflection", 20, "nearest", "reflection", 1, 3, 2, 6),
		sample("cubic", 16, "bicubic", "zeros", 0.0625, 5.68005, 0, 1.6875),
		sample("cubic border", 20, "cubic", "border", 0.625, 4.30859, 5, 6.375),
		sample("cubic reflection", 20, "cubic", "reflection", 0.25, 4.30859, 1.4375, 6.75),
		{"corners", "GridSample", 20, attrs(whole("align_corners", 1)), tensors(x, grid), domain.Shape{1, 1, 1, 4}, []float64{1, 4, 0, 6}},
		{"volume", "GridSample", 20, nil, tensors(single(domain.Shape{1, 1, 2, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8), single(domain.Shape{1, 1, 1, 2, 3}, 0, 0, 0, -.5, .5, -1)), domain.Shape{1, 1, 1, 1, 2}, []float64{4.5, 1.5}},
		{"no number", "GridSample", 20, nil, tensors(x, single(domain.Shape{1, 1, 1, 2}, notANumber, 0)), domain.Shape{1, 1, 1, 1}, []float64{math.NaN()}},
		{"far off", "GridSample", 20, attrs(text("padding_mode", "border")), tensors(x, single(domain.Shape{1, 1, 1, 2}, 3e38, -3e38)), domain.Shape{1, 1, 1, 1}, []float64{3}},
		{"two dimensions", "AffineGrid", 20, nil, tensors(single(domain.Shape{1, 2, 3}, 1, 0, 0.5, 0, 2, 0), vector[int64](1, 1, 2, 2)), domain.Shape{1, 2, 2, 2}, []float64{0, -1, 1, -1, 0, 1, 1, 1}},
		{"corners", "AffineGrid", 20, attrs(whole("align_corners", 1)), tensors(single(domain.Shape{1, 2, 3}, 1, 0, 0.5, 0, 2, 0), vector[int64](1, 1, 2, 2)), domain.Shape{1, 2, 2, 2}, []float64{-0.5, -2, 1.5, -2, -0.5, 2, 1.5, 2}},
		{"three dimensions", "AffineGrid", 20, nil, tensors(single(domain.Shape{1, 3, 4}, 1, 0, 0, 0.5, 0, 2, 0, 0, 0, 0, 1, 1), vector[int64](1, 1, 1, 1, 2)), domain.Shape{1, 1, 1, 2, 3}, []float64{0, 0, 1, 1, 0, 1}},
	}, 1)
}

func TestRegionsAndColumns(t *testing.T) {
	x := single(domain.Shape{1, 1, 2, 3}, 1, 2, 3, 4, 5, 6)
	picture := single(domain.Shape{1, 1, 4, 4}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
	rois, first := single(domain.Shape{2, 4}, 0, 0, 3, 3, 1, 1.5, 3.5, 2), vector[int64](0, 0)
	size := attrs(whole("output_height", 2), whole("output_width", 2))
	kernel := single(domain.Shape{1, 1, 2, 2}, 1, -1, 2, 0.5)
	offset := single(domain.Shape{1, 8, 1, 2}, .5, .5, 0, 0, 0, 0, -1, -1, 0, 0, .25, .25, 0, 0, 0, 0)
	mask := single(domain.Shape{1, 4, 1, 2}, 1, 1, 2, 2, 0, 0, 1, 1)
	pooled := single(domain.Shape{1, 1, 1, 2}, 7, 8)
	checkNear(t, []near{
		{"mean", "RoiAlign", 16, size, tensors(picture, rois, first), domain.Shape{2, 1, 2, 2}, []float64{2.5625, 4, 8.3125, 9.75, 6.625, 7.875, 7.625, 8.875}},
		{"max", "RoiAlign", 22, append(size, text("mode", "max")), tensors(picture, rois, first), domain.Shape{2, 1, 2, 2}, []float64{3.125, 3.828125, 7.875, 8.421875, 4.265625, 5.7421875, 3.046875, 4.1015625}},
		{"whole pixels", "RoiAlign", 10, attrs(whole("output_width", 2), whole("sampling_ratio", 1), decimal("spatial_scale", 0.5)), tensors(picture, rois, first), domain.Shape{2, 1, 1, 2}, []float64{4.375, 5.125, 6.8125, 7.4375}},
		{"max", "MaxRoiPool", 7, attrs(list("pooled_shape", 2, 2)), tensors(picture, single(domain.Shape{2, 5}, 0, 0, 0, 2, 3, 0, 6, 6, 9, 9)), domain.Shape{2, 1, 2, 2}, []float64{6, 7, 14, 15, 0, 0, 0, 0}},
		{"bias", "DeformConv", 19, nil, tensors(x, kernel, offset, vector[float32](10)), domain.Shape{1, 1, 1, 2}, []float64{22.5, 25}},
		{"mask", "DeformConv", 22, nil, tensors(x, kernel, offset, domain.Tensor{}, mask), domain.Shape{1, 1, 1, 2}, []float64{3, 2.5}},
		{"overlap", "Col2Im", 18, nil, tensors(single(domain.Shape{1, 4, 4}, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16), vector[int64](3, 3), vector[int64](2, 2)), domain.Shape{1, 1, 3, 3}, []float64{1, 7, 6, 12, 34, 22, 11, 27, 16}},
		{"unpool", "MaxUnpool", 9, attrs(list("kernel_shape", 2, 2), list("strides", 2, 2)), tensors(pooled, tensorOf[int64](domain.Shape{1, 1, 1, 2}, 5, 2)), domain.Shape{1, 1, 2, 4}, []float64{0, 0, 8, 0, 0, 7, 0, 0}},
		{"unpool to a shape", "MaxUnpool", 22, attrs(list("kernel_shape", 1, 2), list("strides", 1, 2)), tensors(pooled, tensorOf[int64](domain.Shape{1, 1, 1, 2}, 3, 0), vector[int64](1, 1, 1, 4)), domain.Shape{1, 1, 1, 4}, []float64{8, 0, 0, 7}},
	}, 1)
}

func TestNonMaxSuppression(t *testing.T) {
	boxes := single(domain.Shape{1, 5, 4}, 0, 0, 1, 1, 0, .1, 1, 1.1, 0, -.1, 1, .9, 0, 10, 1, 11, 1, 10, 0, 11)
	centered := single(domain.Shape{1, 5, 4}, .5, .5, 1, 1, .6, .5, 1, 1, .4, .5, 1, 1, 10.5, .5, 1, 1, 10.5, .5, 1, 1)
	scores := single(domain.Shape{1, 2, 5}, .9, .75, .6, .95, .95, .1, .2, .3, .4, .5)
	most, overlap, least := vector[int64](2), vector[float32](0.5), vector[float32](0.25)
	kept := tensorOf[int64](domain.Shape{4, 3}, 0, 0, 3, 0, 0, 0, 0, 1, 4, 0, 1, 2)
	checkAllKnown(t, []example{
		{"corners", "NonMaxSuppression", 11, nil, tensors(boxes, scores, most, overlap, least), kept},
		{"centres", "NonMaxSuppression", 10, attrs(whole("center_point_box", 1)), tensors(centered, scores, most, overlap, least), kept},
		{"one", "NonMaxSuppression", 11, nil, tensors(boxes, scores, tensorOf[int64](domain.Shape{}, 1), domain.Tensor{}, vector[float32](0.5)), tensorOf[int64](domain.Shape{1, 3}, 0, 0, 3)},
		{"as much as may be", "NonMaxSuppression", 11, nil, tensors(single(domain.Shape{1, 2, 4}, 0, 0, 1, 1, 0, 0, 1, 2), single(domain.Shape{1, 1, 2}, .9, .8), most, overlap), tensorOf[int64](domain.Shape{2, 3}, 0, 0, 0, 0, 0, 1)},
		{"none", "NonMaxSuppression", 11, nil, tensors(boxes, scores), tensorOf[int64](domain.Shape{0, 3})},
	})
	op := parsed[Operator](t, heavyNode("NonMaxSuppression", 11, 5))
	_, err := op.Infer(inputsOf(boxes, scores))
	if !DependsOnElements(err) {
		t.Errorf("error is %v", err)
	}
	_, err = op.Infer(valuesOf(tensors(boxes, scores, most, vector[float32](1.5)), 0))
	checkRefused(t, err, domain.Invalid, "input iou_threshold is 1.5, expected 0 to 1")
	_, err = op.Infer(valuesOf(tensors(boxes, boxes), 0))
	checkRefused(t, err, domain.Invalid, "input scores has shape [1,5,4], expected [N,classes,boxes]")
}

func TestSamplingRefuses(t *testing.T) {
	x := ramp(t, 0, domain.Shape{1, 1, 2, 3})
	kernel := list("kernel_shape", 2, 2)
	indices := tensorOf(domain.Shape{1, 1, 2, 3}, make([]int64, 6)...)
	for _, c := range []struct {
		node   Node
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{heavyNode("GridSample", 20, 2), inputsOf(x, ramp(t, 0, domain.Shape{1, 2, 2, 3})), domain.Invalid, "input grid has shape [1,2,2,3]"},
		{heavyNode("GridSample", 16, 2), inputsOf(ramp(t, 0, domain.Shape{1, 1, 2, 2, 2}), x), domain.Unsupported, "1 to 2 axes after [N,C]"},
		{heavyNode("GridSample", 20, 2), inputsOf(upTo(1, 1, 2, 2), x), domain.Unsupported, "input X has datatype INT32"},
		{heavyNode("AffineGrid", 20, 2), valuesOf(tensors(ramp(t, 0, domain.Shape{1, 2, 3}), vector[int64](2, 1, 2, 2)), 1), domain.Invalid, "input theta has shape [1,2,3], expected [2,2,3]"},
		{heavyNode("RoiAlign", 16, 3), inputsOf(x, ramp(t, 0, domain.Shape{2, 5}), indices), domain.Invalid, "input rois has shape [2,5], expected [n,4]"},
		{heavyNode("DeformConv", 19, 3), inputsOf(x, ramp(t, 0, domain.Shape{1, 1, 2, 2}), x), domain.Invalid, "input offset has shape [1,1,2,3], expected [1,8,1,2]"},
		{heavyNode("Col2Im", 18, 3), valuesOf(tensors(ramp(t, 0, domain.Shape{1, 4, 3}), vector[int64](3, 3), vector[int64](2, 2)), 1), domain.Invalid, "input input has shape [1,4,3], expected [N,a multiple of 4,4]"},
		{heavyNode("Col2Im", 18, 3), valuesOf(tensors(ramp(t, 0, domain.Shape{1, 4, 3}), vector[int64](1, 3), vector[int64](2, 2)), 1), domain.Invalid, "a block of [2 2] does not fit an image of [1 3]"},
		{heavyNode("ConvTranspose", 11, 2, list("strides", 1, 3), list("output_shape", 2, 10)), inputsOf(x, ramp(t, 0, domain.Shape{1, 1, 1, 1})), domain.Unsupported, "output_shape gives spatial axis 1 a length of 10, where the kernel reaches over 7"},
		{heavyNode("MaxUnpool", 11, 3, kernel), valuesOf(tensors(x, indices, vector[int64](1, 1, 4, 4)), 1), domain.Unsupported, "output_shape is [1 1 4 4] where [1,1,3,4] follows from the attributes"},
	} {
		_, err := parsed[Operator](t, c.node).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
}

// strange returns numbers of which some are none, without end or far too big.
func strange(random *rand.Rand, shape domain.Shape) domain.Tensor {
	elements := make([]float32, product(shape))
	for i := range elements {
		elements[i] = []float32{0, 0.5, -1, 1, 2.5, 1e9, -3e38, notANumber, float32(math.Inf(1)), float32(math.Inf(-1))}[random.IntN(5+random.IntN(6))]
	}
	return tensorOf(shape, elements...)
}

// Whatever numbers stand in the inputs, an operator refuses them or computes.
func TestStrangeNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	picture := domain.Shape{1, 2, 3, 4}
	pick := func(names ...string) string { return names[random.IntN(len(names))] }
	for range 500 {
		strangely(t, heavyNode("GridSample", 16, 2, text("mode", pick("bilinear", "nearest", "bicubic")), text("padding_mode", pick("zeros", "border", "reflection")), whole("align_corners", int64(random.IntN(2)))),
			tensors(strange(random, picture), strange(random, domain.Shape{1, 2, 2, 2})), 2)
		strangely(t, heavyNode("RoiAlign", 16, 3, text("mode", pick("avg", "max")), whole("sampling_ratio", int64(random.IntN(2)))),
			tensors(strange(random, picture), strange(random, domain.Shape{2, 4}), vector(int64(random.IntN(3)-1), 0)), 3)
		strangely(t, heavyNode("MaxRoiPool", 7, 2, list("pooled_shape", 2, 1)), tensors(strange(random, picture), strange(random, domain.Shape{1, 5})), 2)
		strangely(t, heavyNode("DeformConv", 19, 3), tensors(strange(random, picture), strange(random, domain.Shape{1, 2, 1, 1}), strange(random, domain.Shape{1, 2, 3, 4})), 3)
		strangely(t, heavyNode("NonMaxSuppression", 11, 5), tensors(strange(random, domain.Shape{1, 4, 4}), strange(random, domain.Shape{1, 2, 4}), vector[int64](3), strange(random, domain.Shape{1}), strange(random, domain.Shape{})), 0)
		strangely(t, heavyNode("Resize", 19, 3, text("mode", pick("nearest", "linear", "cubic")), whole("antialias", int64(random.IntN(2))), whole("exclude_outside", int64(random.IntN(2))),
			text("coordinate_transformation_mode", pick("half_pixel", "align_corners", "tf_crop_and_resize", "half_pixel_symmetric"))),
			tensors(strange(random, domain.Shape{3, 2}), strange(random, domain.Shape{4}), strange(random, domain.Shape{2})), 1)
		if t.Failed() {
			return
		}
	}
}

func strangely(t *testing.T, node Node, inputs []domain.Tensor, knownFrom int) {
	t.Helper()
	hostile(t, node, valuesOf(inputs, knownFrom))
	op := parsed[Operator](t, node)
	if checker, ok := op.(Checker); ok && checker.Check(inputs) != nil {
		return
	}
	if _, err := results(node, inputs, knownFrom); err != nil && domain.KindOf(err) != domain.Invalid && domain.KindOf(err) != domain.Unsupported {
		t.Error(err)
	}
}
