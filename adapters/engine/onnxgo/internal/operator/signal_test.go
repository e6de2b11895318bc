package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

// checkKnown computes a node with all inputs known and compares with what ONNX's
// reference gives.
func checkKnown(t *testing.T, node Node, inputs []domain.Tensor, shape domain.Shape, want ...float32) {
	t.Helper()
	outputs, err := results(node, inputs, 0)
	if err != nil {
		t.Fatalf("%v: %v", node, err)
	}
	checkOutput(t, outputs[0], shape, want)
}

func TestWindowsAgainstTheReference(t *testing.T) {
	four, symmetric := tensors(scalar[int64](4)), whole("periodic", 0)
	checkKnown(t, heavyNode("HannWindow", 17, 1), four, domain.Shape{4}, 0, 0.5, 1, 0.5)
	checkKnown(t, heavyNode("HannWindow", 17, 1, symmetric), four, domain.Shape{4}, 0, 0.75, 0.75, 0)
	checkKnown(t, heavyNode("HammingWindow", 17, 1), four, domain.Shape{4}, 0.0869565234, 0.54347831, 1, 0.543478251)
	checkKnown(t, heavyNode("HammingWindow", 17, 1, symmetric), four, domain.Shape{4}, 0.0869565234, 0.771739125, 0.771739066, 0.0869565234)
	checkKnown(t, heavyNode("BlackmanWindow", 17, 1), four, domain.Shape{4}, 0, 0.34, 1, 0.34)
	checkKnown(t, heavyNode("BlackmanWindow", 17, 1, symmetric), four, domain.Shape{4}, 0, 0.63, 0.63, 0)
	checkAllKnown(t, []example{
		{"cut off", "HannWindow", 17, attrs(whole("output_datatype", 7)), tensors(scalar[int32](4)), vector[int64](0, 0, 1, 0)},
		{"FP64", "HannWindow", 17, attrs(whole("output_datatype", 11)), tensors(vector[int64](2)), vector(0.0, 1)},
		{"nothing", "HannWindow", 17, nil, tensors(scalar[int64](0)), vector[float32]()},
	})
	for _, c := range []struct {
		input Value
		kind  domain.Kind
		said  string
	}{
		{inputsOf(scalar[int64](3))[0], domain.Unsupported, "input size is computed"},
		{elementsKnown(scalar[int64](-3)), domain.Invalid, "input size is -3"},
		{elementsKnown(vector[int64](1, 2)), domain.Invalid, "input size has shape [2]"},
		{elementsKnown(scalar[float32](1)), domain.Invalid, "input size has datatype FP32"},
	} {
		_, err := parsed[Operator](t, heavyNode("HannWindow", 17, 1)).Infer([]Value{c.input})
		checkRefused(t, err, c.kind, c.said)
	}
	_, err := Parse(heavyNode("HannWindow", 17, 1, whole("output_datatype", 8)))
	checkRefused(t, err, domain.Unsupported, "output_datatype = 8")
}

func melInputs(bins, length, rate int64, low, high float32) []domain.Tensor {
	return tensors(scalar(bins), scalar(length), scalar(rate), scalar(low), scalar(high))
}

func TestMelWeightsAgainstTheReference(t *testing.T) {
	node := heavyNode("MelWeightMatrix", 17, 5)
	checkKnown(t, node, melInputs(2, 8, 8000, 0, 4000), domain.Shape{5, 2}, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0)
	for said, inputs := range map[string][]domain.Tensor{
		"input upper_edge_hertz 20000 is beyond the 5 bins": melInputs(2, 8, 8000, 0, 20000),
		"are no part of a spectrum":                         melInputs(2, 8, 8000, 10, 5),
		"input sample_rate is 0":                            melInputs(2, 8, 0, 0, 5),
		"input num_mel_bins is -1":                          melInputs(-1, 8, 8000, 0, 5),
		"lower_edge_hertz NaN":                              melInputs(1, 8, 8000, notANumber, 5),
	} {
		_, err := parsed[Operator](t, node).Infer(valuesOf(inputs, 0))
		checkRefused(t, err, domain.Invalid, said)
	}
	_, err := parsed[Operator](t, node).Infer(valuesOf(melInputs(1, 8, 8000, 0, 5), 4))
	checkRefused(t, err, domain.Unsupported, "input num_mel_bins is computed")
}

func TestFourierTransformsAgainstTheReference(t *testing.T) {
	lines, pairs := ramp(t, 0, domain.Shape{1, 4, 1}), ramp(t, 0, domain.Shape{1, 3, 2})
	back, half := whole("inverse", 1), whole("onesided", 1)
	left := domain.Tensor{}
	checkKnown(t, heavyNode("DFT", 17, 1), tensors(lines), domain.Shape{1, 4, 2}, 1, 0, -0.25, 0.25, -3.5, 0, -0.25, -0.25)
	checkKnown(t, heavyNode("DFT", 20, 2, half), tensors(lines, scalar[int64](3)), domain.Shape{1, 2, 2}, -0.25, 0, -1, -1.29903805)
	checkKnown(t, heavyNode("DFT", 20, 3), tensors(ramp(t, 0, domain.Shape{3, 2, 2}), scalar[int64](5), scalar[int64](0)), domain.Shape{5, 2, 2},
		-0.75, 1.25, 0, -1.25, -0.337655276, 2.56561446, -2.91887856, 1.30159891, 1.60000706, -0.215086296, -0.276112854, 2.63003683,
		-2.54099011, -0.984507203, -0.414870143, 1.67898023, -1.72136176, 2.38397884, 1.10986149, 1.88938415)
	checkKnown(t, heavyNode("DFT", 20, 3, back), tensors(pairs, left, scalar[int64](-2)), domain.Shape{1, 3, 2}, -0.5, 1.25, -0.0528312176, -0.197168797, -0.197168797, -0.0528312176)
	checkKnown(t, heavyNode("DFT", 20, 1, back, half), tensors(pairs), domain.Shape{1, 4, 1}, -0.5, -0.75, 0, 0.5)
	checkKnown(t, heavyNode("DFT", 19, 2, back, half), tensors(pairs, scalar[int32](5)), domain.Shape{1, 5, 1}, -0.450000018, -0.95910114, 0.257643014, -0.295839638, 0.697297692)
	checkExamples(t, []example{
		{"FP64", "DFT", 17, nil, tensors(tensorOf(domain.Shape{1, 2, 1}, 1.0, 3)), tensorOf(domain.Shape{1, 2, 2}, 4.0, 0, -2, 0)},
	})
}

func TestFramesAgainstTheReference(t *testing.T) {
	signal, window := ramp(t, 0, domain.Shape{1, 6, 1}), ramp(t, 1, domain.Shape{4})
	want := []float32{1.1875, 0, 0.8125, -2.125, -0.5625, 0, 1.375, 0, 0.5, -2.625, -0.875, 0}
	checkKnown(t, heavyNode("STFT", 17, 3), tensors(signal, scalar[int64](2), window), domain.Shape{1, 2, 3, 2}, want...)
	checkKnown(t, heavyNode("STFT", 17, 4), tensors(signal, scalar[int64](2), window, scalar[int64](4)), domain.Shape{1, 2, 3, 2}, want...)
	checkKnown(t, heavyNode("STFT", 17, 3, whole("onesided", 0)), tensors(ramp(t, 0, domain.Shape{1, 3, 2}), scalar[int64](1), ramp(t, 1, domain.Shape{2})), domain.Shape{1, 2, 2, 2},
		-0.1875, 1.125, 1.3125, -2.625, 0, 1.3125, 0.75, -3.1875)
	checkKnown(t, heavyNode("STFT", 17, 2), tensors(fp32(t, domain.Shape{1, 2, 1}, 1, 3), scalar[int64](1)), domain.Shape{1, 1, 2, 2}, 4, 0, -2, 0)
}

func TestTransformsRefuse(t *testing.T) {
	real4, complex4, one := tensorOf[float32](domain.Shape{1, 4, 1}, 1, 2, 3, 4), tensorOf[float32](domain.Shape{1, 2, 2}, 1, 2, 3, 4), scalar[int64](1)
	for _, c := range []struct {
		node   Node
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{heavyNode("DFT", 20, 3), inputsOf(real4, one, one), domain.Unsupported, "input axis is computed"},
		{heavyNode("DFT", 20, 2), inputsOf(real4, one), domain.Unsupported, "input dft_length is computed"},
		{heavyNode("DFT", 20, 3), valuesOf(tensors(real4, domain.Tensor{}, scalar[int64](2)), 1), domain.Invalid, "axis 2 is that of the numbers' parts"},
		{heavyNode("DFT", 17, 1, whole("axis", 3)), inputsOf(real4), domain.Invalid, "axis 3 is not one of 3"},
		{heavyNode("DFT", 17, 2), valuesOf(tensors(real4, scalar[int64](0)), 1), domain.Invalid, "the transform has 0 elements"},
		{heavyNode("DFT", 17, 1, whole("onesided", 1)), inputsOf(complex4), domain.Invalid, "real numbers"},
		{heavyNode("DFT", 17, 1), inputsOf(vector[float32](1, 2)), domain.Invalid, "input input has shape [2]"},
		{heavyNode("STFT", 17, 2), inputsOf(real4, one), domain.Unsupported, "input frame_step is computed"},
		{heavyNode("STFT", 17, 2), valuesOf(tensors(real4, scalar[int64](0)), 1), domain.Invalid, "in steps of 0"},
		{heavyNode("STFT", 17, 2), valuesOf(tensors(complex4, one), 1), domain.Invalid, "real numbers, for a onesided transform"},
		{heavyNode("STFT", 17, 3), valuesOf(tensors(real4, one, vector[float32](1, 2, 3, 4, 5)), 1), domain.Invalid, "frames of 5 in steps of 1 do not fit a signal of 4"},
		{heavyNode("STFT", 17, 4), valuesOf(tensors(real4, one, vector[float32](1, 2), scalar[int64](3)), 1), domain.Invalid, "input window has shape [2], expected [3] as frame_length says"},
		{heavyNode("STFT", 17, 3), valuesOf(tensors(real4, one, vector(1.0, 2)), 1), domain.Unsupported, "input window has datatype FP64"},
	} {
		_, err := parsed[Operator](t, c.node).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
}
