package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestPoolsAgainstONNXRuntime(t *testing.T) {
	checkGolden(t, []golden{
		{"max", "MaxPool", 7, attrs(list("kernel_shape", 2, 3)), shapes{{1, 2, 3, 4}},
			domain.Shape{1, 2, 2, 2}, []float32{1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5}},
		{"max storage_order", "MaxPool", 8, attrs(list("kernel_shape", 2, 2), list("strides", 2, 2), whole("storage_order", 1)), shapes{{1, 1, 4, 5}},
			domain.Shape{1, 1, 2, 2}, []float32{1.5, 1.25, 1.25, 1.5}},
		{"max pads", "MaxPool", 12, attrs(list("kernel_shape", 3, 3), list("strides", 2, 2), list("pads", 1, 2, 0, 1)), shapes{{1, 1, 4, 5}},
			domain.Shape{1, 1, 2, 3}, []float32{1.5, 1.5, 1.25, 1.5, 1.5, 1.5}},
		{"max dilations", "MaxPool", 10, attrs(list("kernel_shape", 2, 2), list("dilations", 3, 2)), shapes{{1, 1, 4, 5}},
			domain.Shape{1, 1, 1, 3}, []float32{-0.25, 1.5, 0}},
		{"max ceil", "MaxPool", 10, attrs(list("kernel_shape", 3, 2), list("strides", 2, 2), whole("ceil_mode", 1)), shapes{{1, 1, 4, 5}},
			domain.Shape{1, 1, 2, 3}, []float32{1.5, 1.25, 1, 1.25, 1.5, 1}},
		{"max ceil where the windows fit", "MaxPool", 12, attrs(list("kernel_shape", 4), list("strides", 2), whole("ceil_mode", 1)), shapes{{1, 1, 6}},
			domain.Shape{1, 1, 2}, []float32{1.25, 1.5}},
		{"max ceil drops a window that begins in the padding", "MaxPool", 12, attrs(list("kernel_shape", 2), list("strides", 3), whole("ceil_mode", 1), list("pads", 0, 1)), shapes{{1, 1, 5}},
			domain.Shape{1, 1, 2}, []float32{1, 1.25}},
		{"max SAME_UPPER", "MaxPool", 12, attrs(list("kernel_shape", 2, 2), list("strides", 2, 2), text("auto_pad", "SAME_UPPER")), shapes{{1, 1, 3, 5}},
			domain.Shape{1, 1, 2, 3}, []float32{1.5, 1.25, -0.25, 0.5, 0.75, 1}},
		{"max SAME_LOWER", "MaxPool", 12, attrs(list("kernel_shape", 2, 2), list("strides", 2, 2), text("auto_pad", "SAME_LOWER")), shapes{{1, 1, 3, 5}},
			domain.Shape{1, 1, 2, 3}, []float32{-0.75, 1, 1.25, 1.5, 0.75, 1}},
		{"max VALID", "MaxPool", 12, attrs(list("kernel_shape", 3), list("strides", 2), text("auto_pad", "VALID")), shapes{{2, 1, 6}},
			domain.Shape{2, 1, 2}, []float32{1, 1.25, 0.25, 0.5}},
		{"average", "AveragePool", 7, attrs(list("kernel_shape", 2, 2)), shapes{{1, 1, 3, 3}},
			domain.Shape{1, 1, 2, 2}, []float32{0.3125, 0.4375, -0.125, 0}},
		{"average pads", "AveragePool", 7, attrs(list("kernel_shape", 3, 2), list("strides", 2, 2), list("pads", 1, 0, 0, 1)), shapes{{1, 1, 4, 5}},
			domain.Shape{1, 1, 2, 3}, []float32{0.4375, -0.125, -0.75, 0.2916667, 0, -0.08333334}},
		{"average counts the padding", "AveragePool", 7, attrs(list("kernel_shape", 3, 2), list("strides", 2, 2), list("pads", 1, 0, 0, 1), whole("count_include_pad", 1)), shapes{{1, 1, 4, 5}},
			domain.Shape{1, 1, 2, 3}, []float32{0.2916667, -0.08333334, -0.25, 0.2916667, 0, -0.04166667}},
		{"average ceil", "AveragePool", 10, attrs(list("kernel_shape", 3), list("strides", 2), whole("ceil_mode", 1), list("pads", 1, 1)), shapes{{1, 1, 4}},
			domain.Shape{1, 1, 3}, []float32{0.125, 0.5833333, 1.25}},
		{"average ceil counts the padding only", "AveragePool", 10, attrs(list("kernel_shape", 3), list("strides", 2), whole("ceil_mode", 1), list("pads", 1, 1), whole("count_include_pad", 1)), shapes{{1, 1, 4}},
			domain.Shape{1, 1, 3}, []float32{0.08333334, 0.5833333, 0.625}},
		{"average SAME_UPPER counts the padding", "AveragePool", 11, attrs(list("kernel_shape", 4), list("strides", 2), text("auto_pad", "SAME_UPPER"), whole("count_include_pad", 1)), shapes{{1, 1, 5}},
			domain.Shape{1, 1, 3}, []float32{-0.0625, 0.375, 0.25}},
		{"average SAME_LOWER", "AveragePool", 11, attrs(list("kernel_shape", 4), list("strides", 2), text("auto_pad", "SAME_LOWER")), shapes{{1, 1, 5}},
			domain.Shape{1, 1, 3}, []float32{0.125, 0.25, 0.1666667}},
		{"average dilations", "AveragePool", 19, attrs(list("kernel_shape", 2), list("dilations", 2), list("strides", 3), list("pads", 1, 1), whole("count_include_pad", 1), whole("ceil_mode", 1)), shapes{{1, 1, 6}},
			domain.Shape{1, 1, 3}, []float32{0.5, -0.375, 1.5}},
		{"global average", "GlobalAveragePool", 7, attrs(), shapes{{2, 2, 2, 3}},
			domain.Shape{2, 2, 1, 1}, []float32{0.375, -0.5, 0.25, -0.08333334}},
		{"global average of three axes", "GlobalAveragePool", 7, attrs(), shapes{{1, 2, 2, 2, 2}},
			domain.Shape{1, 2, 1, 1, 1}, []float32{0.09375, -0.125}},
		{"global max", "GlobalMaxPool", 21, attrs(), shapes{{2, 2, 3}},
			domain.Shape{2, 2, 1}, []float32{1, 1.5, 0.25, 0.5}},
	})
}

func TestPoolsRefuseAttributes(t *testing.T) {
	kernel := list("kernel_shape", 2)
	for _, c := range []struct {
		opType     string
		opset      int
		attributes []Attribute
		said       string
	}{
		{"MaxPool", 12, nil, "kernel_shape (left out)"},
		{"MaxPool", 12, attrs(list("kernel_shape", 1, 1, 1, 1)), "has 4 spatial axes"},
		{"MaxPool", 7, attrs(kernel, whole("storage_order", 0)), "storage_order = 0 is not known to MaxPool in opset 7"},
		{"MaxPool", 8, attrs(kernel, list("dilations", 1)), "dilations = [1] is not known to MaxPool in opset 8"},
		{"MaxPool", 9, attrs(kernel, whole("ceil_mode", 0)), "ceil_mode = 0 is not known to MaxPool in opset 9"},
		{"MaxPool", 12, attrs(kernel, whole("ceil_mode", 2)), "ceil_mode = 2"},
		{"MaxPool", 12, attrs(kernel, whole("storage_order", 2)), "storage_order = 2"},
		{"MaxPool", 12, attrs(kernel, whole("count_include_pad", 1)), "count_include_pad = 1 is not known"},
		{"MaxPool", 12, attrs(kernel, whole("ceil_mode", 1), text("auto_pad", "VALID")), "ceil_mode = 1 is not supported together with auto_pad VALID"},
		{"AveragePool", 9, attrs(kernel, whole("ceil_mode", 1)), "ceil_mode = 1 is not known to AveragePool in opset 9"},
		{"AveragePool", 18, attrs(kernel, list("dilations", 2)), "dilations = [2] is not known to AveragePool in opset 18"},
		{"AveragePool", 19, attrs(kernel, list("dilations", 2), text("auto_pad", "SAME_UPPER")), "dilations = [2] is not supported together"},
		{"AveragePool", 19, attrs(kernel, whole("count_include_pad", -1)), "count_include_pad = -1"},
		{"GlobalAveragePool", 19, attrs(kernel), "kernel_shape = [2] is not known to GlobalAveragePool"},
	} {
		_, err := Parse(heavyNode(c.opType, c.opset, 1, c.attributes...))
		checkRefused(t, err, domain.Unsupported, "("+c.opType+")", c.said)
	}
}

func TestMaxPoolTellsWhereTheMaximaAre(t *testing.T) {
	x := tensorOf[float32](domain.Shape{1, 2, 2, 3}, 1, 5, 5, 4, notANumber, 2, -1, -2, -3, -4, -5, -6)
	for order, want := range map[int64][]int64{0: {4, 4, 6, 7}, 1: {3, 3, 6, 8}} {
		node := heavyNode("MaxPool", 12, 1, list("kernel_shape", 2, 2), whole("storage_order", order))
		node.Outputs = []string{"y", "indices"}
		outputs, err := results(node, tensors(x), 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := contents(outputs[1]); got != contents(tensorOf(domain.Shape{1, 2, 1, 2}, want...)) {
			t.Errorf("storage_order %d: %s, expected %v", order, got, want)
		}
		if got := contents(outputs[0]); got != contents(tensorOf[float32](domain.Shape{1, 2, 1, 2}, notANumber, notANumber, -1, -2)) {
			t.Errorf("storage_order %d: %s", order, got)
		}
	}
	node := heavyNode("MaxPool", 7, 1, list("kernel_shape", 2))
	node.Outputs = []string{"y", ""}
	_, err := Parse(node)
	checkRefused(t, err, domain.Invalid, "has 2 outputs")
}

// What general kernels compute, checked by hand.
func TestWindowsOverVolumes(t *testing.T) {
	cube := tensorOf(domain.Shape{1, 1, 2, 2, 2}, 1.0, 2, 3, 4, 5, 6, 7, 8)
	checkExamples(t, []example{
		{"3-D", "MaxPool", 12, attrs(list("kernel_shape", 2, 1, 2)), tensors(cube), tensorOf(domain.Shape{1, 1, 1, 2, 1}, 6.0, 8)},
		{"3-D", "AveragePool", 19, attrs(list("kernel_shape", 2, 2, 1), list("strides", 1, 1, 2)), tensors(cube), tensorOf(domain.Shape{1, 1, 1, 1, 1}, 4.0)},
		{"padding", "AveragePool", 19, attrs(list("kernel_shape", 2, 2, 2), list("pads", 1, 0, 0, 0, 0, 0)), tensors(cube), tensorOf(domain.Shape{1, 1, 2, 1, 1}, 2.5, 4.5)},
		{"padding counted", "AveragePool", 19, attrs(list("kernel_shape", 2, 2, 2), list("pads", 1, 0, 0, 0, 0, 0), whole("count_include_pad", 1)), tensors(cube), tensorOf(domain.Shape{1, 1, 2, 1, 1}, 1.25, 4.5)},
		{"3-D", "LpPool", 18, attrs(list("kernel_shape", 2, 1, 2), whole("p", 1)), tensors(cube), tensorOf(domain.Shape{1, 1, 1, 2, 1}, 14.0, 22)},
		{"INT8", "MaxPool", 12, attrs(list("kernel_shape", 2)), tensors(tensorOf[int8](domain.Shape{1, 1, 3}, -128, -7, 5)), tensorOf[int8](domain.Shape{1, 1, 2}, -7, 5)},
		{"3-D", "Conv", 22, nil, tensors(cube, tensorOf(domain.Shape{2, 1, 1, 2, 1}, 1.0, 10, 0, 1), vector(0.5, -1)), tensorOf(domain.Shape{1, 2, 2, 1, 2}, 31.5, 42.5, 75.5, 86.5, 2.0, 3, 6, 7)},
		{"groups", "Conv", 22, attrs(whole("group", 2), list("dilations", 2), list("pads", 1, 1)), tensors(tensorOf(domain.Shape{1, 2, 3}, 1.0, 2, 3, 4, 5, 6), tensorOf(domain.Shape{2, 1, 2}, 1.0, 1, 1, -1)), tensorOf(domain.Shape{1, 2, 3}, 2.0, 4, 2, -5, -2, 5)},
	})
}

func TestPoolsRefuseInputs(t *testing.T) {
	for _, c := range []struct {
		name  string
		attrs []Attribute
		shape domain.Shape
		kind  domain.Kind
		said  string
	}{
		{"no spatial axis", attrs(list("kernel_shape", 1)), domain.Shape{1, 1}, domain.Invalid, "input X has shape [1,1]"},
		{"4-D", attrs(list("kernel_shape", 1, 1, 1)), domain.Shape{1, 1, 1, 1, 1, 1}, domain.Unsupported, "has 4 spatial axes"},
		{"rank", attrs(list("kernel_shape", 1)), domain.Shape{1, 1, 1, 1}, domain.Invalid, "kernel_shape [1] has 1 values, expected 2"},
		{"kernel too large", attrs(list("kernel_shape", 3)), domain.Shape{1, 1, 2}, domain.Invalid, "reaches over 3 elements"},
		{"empty axis", attrs(list("kernel_shape", 1)), domain.Shape{1, 1, 0}, domain.Invalid, "spatial axis 0 has length 0"},
		{"padding in front only", attrs(list("kernel_shape", 2), list("pads", 2, 0)), domain.Shape{1, 1, 3}, domain.Invalid, "nothing but padding"},
		{"padding behind only", attrs(list("kernel_shape", 2), list("pads", 0, 2)), domain.Shape{1, 1, 3}, domain.Invalid, "nothing but padding"},
		{"gaps", attrs(list("kernel_shape", 2), list("pads", 1, 1), list("dilations", 2)), domain.Shape{1, 1, 1}, domain.Unsupported, "dilation of 2"},
		{"SAME that skips", attrs(list("kernel_shape", 1), list("strides", 2), text("auto_pad", "SAME_UPPER")), domain.Shape{1, 1, 4}, domain.Unsupported, "leaves out the last 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			checkRefused(t, inferring(t, heavyNode("MaxPool", 12, 1, c.attrs...), c.shape), c.kind, c.said)
		})
	}
	checkRefused(t, inferring(t, heavyNode("GlobalMaxPool", 12, 1), domain.Shape{1, 1}), domain.Invalid, "input X has shape [1,1]")
	checkRefused(t, inferring(t, heavyNode("GlobalAveragePool", 12, 1), domain.Shape{1, 1, 0}), domain.Invalid, "not empty")
}
