package operator

import (
	"math"
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestConvAgainstONNXRuntime(t *testing.T) {
	checkGolden(t, []golden{
		{"plain", "Conv", 7, attrs(), shapes{{1, 2, 3, 3}, {2, 2, 2, 2}},
			domain.Shape{1, 2, 2, 2}, []float32{5.8125, -4.9375, -3.6875, 3.4375, -2.25, 3.375, 0, 2.375}},
		{"bias", "Conv", 11, attrs(), shapes{{1, 1, 2, 3}, {2, 1, 1, 2}, {2}},
			domain.Shape{1, 2, 2, 2}, []float32{1.3125, -2.25, -2.0625, 1.6875, -2.125, -0.5, -0.5, -2.125}},
		{"1-D", "Conv", 11, attrs(list("kernel_shape", 3), list("strides", 2), list("pads", 2, 0)), shapes{{2, 2, 5}, {1, 2, 3}, {1}},
			domain.Shape{2, 1, 3}, []float32{0, -0.8125, 0.8125, -0.875, -4.0625, -4.0625}},
		{"pads: all begins, then all ends", "Conv", 11, attrs(list("pads", 1, 0, 0, 2)), shapes{{1, 1, 2, 2}, {1, 1, 2, 3}},
			domain.Shape{1, 1, 2, 2}, []float32{-1.125, -0.5, 0.4375, -1.375}},
		{"strides and dilations", "Conv", 11, attrs(list("strides", 2, 1), list("dilations", 1, 2)), shapes{{1, 1, 5, 5}, {1, 1, 2, 2}},
			domain.Shape{1, 1, 2, 3}, []float32{1.3125, 1, -0.125, 0.625, -0.5, 0.8125}},
		{"groups", "Conv", 11, attrs(whole("group", 2)), shapes{{1, 4, 1, 2}, {4, 2, 1, 1}},
			domain.Shape{1, 4, 1, 2}, []float32{-0.1875, 1.125, -0.125, -0.125, 0.375, -3.375, 0.0625, 1.5}},
		{"depthwise with a multiplier", "Conv", 21, attrs(whole("group", 2), list("pads", 0, 1, 0, 1)), shapes{{1, 2, 1, 3}, {4, 1, 1, 3}},
			domain.Shape{1, 4, 1, 3}, []float32{-0.625, 1.8125, -1.5, 1.875, -1.5, 0.25, -1.8125, 1.5, -1.8125, -1.5625, 2.125, -1.5}},
		{"SAME_UPPER", "Conv", 11, attrs(text("auto_pad", "SAME_UPPER"), list("strides", 2, 2)), shapes{{1, 1, 4, 5}, {1, 1, 3, 2}},
			domain.Shape{1, 1, 2, 3}, []float32{1.3125, -0.3125, -1.9375, -2.75, -2.5625, -0.75}},
		{"SAME_LOWER", "Conv", 11, attrs(text("auto_pad", "SAME_LOWER"), list("strides", 2, 2)), shapes{{1, 1, 4, 5}, {1, 1, 3, 2}},
			domain.Shape{1, 1, 2, 3}, []float32{1.5, -0.375, -0.5625, 1.625, -5.1875, -5.1875}},
		{"SAME_UPPER leaves one out", "Conv", 11, attrs(text("auto_pad", "SAME_UPPER"), list("strides", 2, 2)), shapes{{1, 1, 2, 4}, {1, 1, 1, 1}},
			domain.Shape{1, 1, 1, 2}, []float32{0.5625, 0.375}},
		{"VALID", "Conv", 11, attrs(text("auto_pad", "VALID"), list("strides", 1, 2)), shapes{{1, 1, 2, 6}, {1, 1, 1, 3}},
			domain.Shape{1, 1, 2, 2}, []float32{1.8125, 2.125, -2.125, -1.8125}},
		{"windows of padding only", "Conv", 11, attrs(list("pads", 3, 3)), shapes{{1, 1, 1}, {1, 1, 2}, {1}},
			domain.Shape{1, 1, 6}, []float32{-0.75, -0.75, -1.875, -0.1875, -0.75, -0.75}},
	})
}

func TestConvTakesPadsOfZeroWithAutoPad(t *testing.T) {
	node := heavyNode("Conv", 11, 2, text("auto_pad", "SAME_UPPER"), list("pads", 0, 0, 0, 0), list("dilations", 1, 1))
	if err := inferring(t, node, domain.Shape{1, 1, 4, 4}, domain.Shape{1, 1, 3, 3}); err != nil {
		t.Error(err)
	}
}

func parsed[T Operator](t *testing.T, node Node) T {
	t.Helper()
	op, err := Parse(node)
	if err != nil {
		t.Fatal(err)
	}
	return op.(T)
}

func TestConvAddsTheResidualAndThenClamps(t *testing.T) {
	plain := parsed[*Conv](t, heavyNode("Conv", 11, 2))
	fused := plain.WithClamp(0, 2).WithResidual()
	if plain.HasClamp() || plain.HasResidual() || !fused.HasClamp() || !fused.HasResidual() {
		t.Fatal("a convolution must not change, and its copy must")
	}
	nan := float32(math.NaN())
	shape := domain.Shape{1, 1, 4}
	x, w := fp32(t, shape, 1, -2, 3, nan), fp32(t, domain.Shape{1, 1, 1}, 2)
	residual := fp32(t, shape, -1, 4.5, -7, 1)
	for _, bias := range []domain.Tensor{{}, fp32(t, domain.Shape{1}, 0.25)} {
		add := float32(0)
		if !bias.IsZero() {
			add = 0.25
		}
		got := floats(compute(t, fused, []domain.Tensor{x, w, bias, residual}, 1))
		if got[0] != 1+add || got[1] != 0.5+add || got[2] != 0 || got[3] == got[3] {
			t.Errorf("bias %v: got %v", add, got)
		}
	}
	got := floats(compute(t, plain.WithClamp(-3, 2), []domain.Tensor{x, w}, 1))
	if got[0] != 2 || got[1] != -3 || got[2] != 2 || got[3] == got[3] {
		t.Errorf("clamped to [-3, 2]: %v", got)
	}
	_, err := plain.WithResidual().Infer(valuesOf([]domain.Tensor{x, w, {}, fp32(t, domain.Shape{1}, 1)}, 4))
	checkRefused(t, err, domain.Invalid, "residual", "[1]", "[1,1,4]")
	_, err = plain.WithResidual().Infer(valuesOf([]domain.Tensor{x, w}, 4))
	checkRefused(t, err, domain.Invalid, "residual is missing")
}

func TestConvSharesItsPackedWeights(t *testing.T) {
	conv := parsed[*Conv](t, heavyNode("Conv", 11, 2))
	x := fp32(t, domain.Shape{1, 1, 1}, 1)
	for _, weight := range []float32{2, 3} { // other weights are packed anew
		w := fp32(t, domain.Shape{2, 1, 1}, weight, weight)
		values := valuesOf([]domain.Tensor{x, w}, 1)
		var first any
		for _, op := range []*Conv{conv, conv.WithClamp(0, 9)} {
			if got := floats(compute(t, op, []domain.Tensor{x, w}, 1)); got[0] != weight || got[1] != weight {
				t.Errorf("got %v, want %v", got, weight)
			}
			if _, err := op.Compile(values, nil); err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = op.packed.forms[nil]
			} else if first != any(op.packed.forms[nil]) {
				t.Error("the same weights are packed twice")
			}
		}
	}
}

func TestConvRefusesAttributes(t *testing.T) {
	for _, c := range []struct {
		attribute Attribute
		said      string
	}{
		{whole("group", 0), "group = 0"},
		{list("kernel_shape", 3, 3, 3, 3), "has 4 spatial axes, 1 to 3 are supported"},
		{list("kernel_shape", 0), "kernel_shape = [0]"},
		{list("strides", 1, 0), "strides = [1 0]"},
		{list("strides", 1<<40), "strides = [1099511627776]"},
		{list("dilations", -1), "dilations = [-1]"},
		{list("pads", 0, -1), "pads = [0 -1]"},
		{text("auto_pad", "SAME"), `auto_pad = "SAME"`},
		{whole("auto_pad", 1), "auto_pad = 1"},
		{whole("ceil_mode", 1), "ceil_mode = 1 is not known to Conv in opset 11"},
	} {
		_, err := Parse(heavyNode("Conv", 11, 2, c.attribute))
		checkRefused(t, err, domain.Unsupported, `node "n" (Conv)`, c.said)
	}
	_, err := Parse(heavyNode("Conv", 11, 2, text("auto_pad", "VALID"), list("pads", 1, 1)))
	checkRefused(t, err, domain.Unsupported, "pads = [1 1] does not go together with auto_pad VALID")
	_, err = Parse(heavyNode("Conv", 11, 2, text("auto_pad", "SAME_LOWER"), list("dilations", 2)))
	checkRefused(t, err, domain.Unsupported, "dilations = [2] is not supported together with auto_pad SAME_LOWER")
}

func TestConvRefusesInputs(t *testing.T) {
	for _, c := range []struct {
		name   string
		attrs  []Attribute
		inputs shapes
		kind   domain.Kind
		said   string
	}{
		{"no axes", nil, shapes{{}, {}}, domain.Invalid, "input X has shape []"},
		{"no spatial axis", nil, shapes{{1, 1}, {1, 1}}, domain.Invalid, "input X has shape [1,1]"},
		{"4-D", nil, shapes{{1, 1, 2, 2, 2, 2}, {1, 1, 1, 1, 1, 1}}, domain.Unsupported, "has 4 spatial axes"},
		{"ranks", nil, shapes{{1, 1, 2, 2}, {1, 1, 1}}, domain.Invalid, "input W has shape [1,1,1], expected as many axes as X [1,1,2,2]"},
		{"channels", nil, shapes{{1, 3, 2}, {1, 2, 1}}, domain.Invalid, "input W has shape [1,2,1], expected axis 1 to be the 3 channels"},
		{"group and X", attrs(whole("group", 2)), shapes{{1, 3, 2}, {2, 1, 1}}, domain.Invalid, "divided by group 2"},
		{"group and W", attrs(whole("group", 2)), shapes{{1, 4, 2}, {3, 2, 1}}, domain.Invalid, "a multiple of group 2"},
		{"bias", nil, shapes{{1, 1, 2}, {2, 1, 1}, {1}}, domain.Invalid, "input B has shape [1], expected [2]"},
		{"no weights", nil, shapes{{1, 0, 2}, {2, 0, 1}}, domain.Invalid, "input W"},
		{"kernel_shape", attrs(list("kernel_shape", 2)), shapes{{1, 1, 2}, {1, 1, 1}}, domain.Invalid, "kernel_shape [2] is not that of the weights, [1]"},
		{"strides", attrs(list("strides", 2)), shapes{{1, 1, 2, 2}, {1, 1, 1, 1}}, domain.Invalid, "strides [2] has 1 values, expected 2"},
		{"pads", attrs(list("pads", 1, 1)), shapes{{1, 1, 2, 2}, {1, 1, 1, 1}}, domain.Invalid, "pads [1 1] has 2 values, expected 4"},
		{"kernel too large", attrs(list("pads", 1, 0)), shapes{{1, 1, 2}, {1, 1, 4}}, domain.Invalid, "reaches over 4 elements of spatial axis 0, which has 3"},
		{"empty axis", attrs(list("pads", 1, 1)), shapes{{1, 1, 0}, {1, 1, 1}}, domain.Invalid, "spatial axis 0 has length 0"},
		{"SAME that skips", attrs(text("auto_pad", "SAME_UPPER"), list("strides", 4)), shapes{{1, 1, 8}, {1, 1, 1}}, domain.Unsupported, "leaves out the last 3"},
		{"output beyond measure", nil, shapes{{1 << 31, 1, 1}, {1 << 40, 1, 1}}, domain.Invalid, "output"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := inferring(t, heavyNode("Conv", 11, max(2, len(c.inputs)), c.attrs...), c.inputs...)
			checkRefused(t, err, c.kind, c.said)
		})
	}
}

func TestHeavyOperatorsTakeOnlyFP32(t *testing.T) {
	for opType, inputs := range map[string]int{
		"Conv": 3, "BatchNormalization": 5, "LRN": 1, "MaxPool": 1, "AveragePool": 1,
		"GlobalAveragePool": 1, "GlobalMaxPool": 1,
	} {
		node := heavyNode(opType, 13, inputs)
		switch opType {
		case "LRN":
			node.Attributes = attrs(whole("size", 3))
		case "MaxPool", "AveragePool":
			node.Attributes = attrs(list("kernel_shape", 1))
		}
		op := parsed[Operator](t, node)
		shape := domain.Shape{1, 1, 1}
		for bad := range inputs {
			values := make([]Value, inputs)
			for i := range values {
				values[i] = Value{Datatype: domain.FP32, Shape: shape}
				if opType == "BatchNormalization" && i > 0 || opType == "Conv" && i == 2 {
					values[i].Shape = domain.Shape{1}
				}
			}
			if _, err := op.Infer(values); err != nil {
				t.Errorf("%s: %v", opType, err)
			}
			values[bad].Datatype = domain.INT32
			_, err := op.Infer(values)
			checkRefused(t, err, domain.Unsupported, "INT32")
		}
		_, err := op.Infer(nil)
		checkRefused(t, err, domain.Invalid, "is missing")
	}
}

func TestHeavyOperatorsRefuseHugeScratch(t *testing.T) {
	value := func(shape ...int) Value { return Value{Datatype: domain.FP32, Shape: shape} }
	for _, c := range []struct {
		node   Node
		inputs []Value
	}{
		{heavyNode("Conv", 11, 2, list("pads", 1<<30, 0), list("strides", 1<<30)), []Value{value(1, 1, 1), value(1, 1, 1)}},
		{heavyNode("Conv", 11, 2), []Value{value(1, 1<<40, 1), value(1, 1<<40, 1)}},
		{heavyNode("Gemm", 11, 2), []Value{value(1, 1<<40), value(1<<40, 1)}},
		{heavyNode("Gemm", 11, 2), []Value{value(1, 1<<40), value(1<<40, 0)}},
		{heavyNode("MatMul", 13, 2), []Value{value(1, 1<<40), value(1<<40, 1)}},
		{heavyNode("BatchNormalization", 13, 5), []Value{value(1, 1<<40), value(1 << 40), value(1 << 40), value(1 << 40), value(1 << 40)}},
	} {
		op := parsed[Operator](t, c.node)
		outputs, err := op.Infer(c.inputs)
		if err != nil {
			t.Fatal(err)
		}
		_, err = op.Compile(c.inputs, outputs)
		checkRefused(t, err, domain.Unsupported, "scratch memory")
	}
}

func TestConvOfAnEmptyBatch(t *testing.T) {
	conv := parsed[*Conv](t, heavyNode("Conv", 11, 2, list("pads", 1, 1)))
	checkOutput(t, compute(t, conv, []domain.Tensor{fp32(t, domain.Shape{0, 1, 3}), fp32(t, domain.Shape{1, 1, 2}, 1, 1)}, 1),
		domain.Shape{0, 1, 4}, nil)
}
