package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestNormalisationsAgainstONNXRuntime(t *testing.T) {
	checkGolden(t, []golden{
		{"last", "LayerNormalization", 17, attrs(), shapes{{2, 4}, {4}, {4}},
			domain.Shape{2, 4}, []float32{0.098522723, 0.022784114, 1.0757387, 0.43431818, -0.61810327, 0.94827914, 1.5293103, 1.674139}},
		{"two axes", "LayerNormalization", 17, attrs(whole("axis", 1), decimal("epsilon", 0.5)), shapes{{2, 2, 3}, {2, 3}},
			domain.Shape{2, 2, 3}, []float32{0.73795098, 0.81994557, -0.38264126, -0.38264126, 0.81994557, 0.73795098, -0.35687321, -1.4274929, 0.35687324, 0.35687324, -1.4274929, -0.35687321}},
		{"stretched scale", "LayerNormalization", 17, attrs(whole("axis", -2)), shapes{{2, 2, 3}, {2, 1}, {3}},
			domain.Shape{2, 2, 3}, []float32{0.18906546, -1.771703, 2.2303843, 0.71076846, -2.293406, 3.3781309, -1.2324467, -0.28510666, 0.77632999, -2.19734, 0.67978668, 0.53510666}},
		{"last", "RMSNormalization", 23, attrs(), shapes{{2, 4}, {4}},
			domain.Shape{2, 4}, []float32{0.61236882, 1.6329836, -0.27216393, -0.68040979, 0.17556094, 2.1067312, 0, 0.70224375}},
		{"two axes", "RMSNormalization", 23, attrs(whole("axis", 1), decimal("epsilon", 0.25)), shapes{{1, 2, 3}, {2, 3}},
			domain.Shape{1, 2, 3}, []float32{0.51393616, 1.3704965, -0.22841609, -0.57104021, 0.34262413, 1.0278723}},
		{"pictures", "InstanceNormalization", 7, attrs(decimal("epsilon", 0.125)), shapes{{2, 2, 3}, {2}, {2}},
			domain.Shape{2, 2, 3}, []float32{-0.16165161, -1.7060661, -0.38228226, -0.51456428, -3.1621323, -0.073302746, -1.1177177, 0.20606613, -1.3383484, -2.4266968, 0.6621325, -1.9854356}},
		{"per group", "GroupNormalization", 18, attrs(whole("num_groups", 2)), shapes{{1, 4, 2}, {2}, {2}},
			domain.Shape{1, 4, 2}, []float32{0.098522723, -1.3863921, -0.11360794, -1.5985227, -1.5137935, 0.94827914, -1.1620688, -3.2724168}},
		{"per channel", "GroupNormalization", 21, attrs(whole("num_groups", 2), decimal("epsilon", 0.5)), shapes{{1, 4, 2}, {4}, {4}},
			domain.Shape{1, 4, 2}, []float32{-0.087410867, -1.2469418, -2.2438836, 0.075178266, 1.4267203, 2.1106648, 0.97557342, 1.5618117}},
		{"channels", "MeanVarianceNormalization", 9, attrs(), shapes{{2, 2, 1, 3}},
			domain.Shape{2, 2, 1, 3}, []float32{-0.63245553, 1.5811388, -0.31622776, 1.0731536, -0.35771787, 1.3116322, 0.31622776, -1.5811388, 0.63245553, -1.3116322, 0.35771787, -1.0731536}},
		{"axis", "MeanVarianceNormalization", 13, attrs(list("axes", -1)), shapes{{2, 3}},
			domain.Shape{2, 3}, []float32{-0.8626622, 1.401826, -0.53916383, 0.53916389, -1.401826, 0.86266226}},
		{"squares", "LpNormalization", 7, attrs(), shapes{{2, 3}},
			domain.Shape{2, 3}, []float32{-0.55708605, 0.74278134, -0.37139067, 0.63500065, -0.12700012, 0.7620008}},
		{"magnitudes", "LpNormalization", 22, attrs(whole("axis", 0), whole("p", 1)), shapes{{2, 3}},
			domain.Shape{2, 3}, []float32{-0.375, 0.80000001, -0.25, 0.625, -0.2, 0.75}},
		{"flattens", "Hardmax", 11, attrs(), shapes{{2, 2, 2}},
			domain.Shape{2, 2, 2}, []float32{0, 0, 0, 1, 0, 1, 0, 0}},
		{"along one", "Hardmax", 13, attrs(whole("axis", 1)), shapes{{2, 3, 2}},
			domain.Shape{2, 3, 2}, []float32{0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1}},
	})
}

func TestLayerNormalizationGivesItsMoments(t *testing.T) {
	one := vector(1.0, 2)
	node := heavyNode("LayerNormalization", 17, 3, decimal("epsilon", 0.25))
	x := tensorOf(domain.Shape{2, 2}, 1.0, 1, -2, -2)
	checkOutputs(t, node, tensors(x, one, vector(0.5, 1)), tensorOf(domain.Shape{2, 2}, 0.5, 1, 0.5, 1),
		tensorOf[float32](domain.Shape{2, 1}, 1, -2), tensorOf[float32](domain.Shape{2, 1}, 2, 2))
	for output, want := range []bool{false, true, true} {
		if StaysWide(parsed[Operator](t, node), output) != want {
			t.Errorf("output %d stays wide: %v", output, !want)
		}
	}
}

func TestNormalisationsOfOtherInputs(t *testing.T) {
	flat := vector(2.0, 2)
	checkExamples(t, []example{
		{"FP64", "LayerNormalization", 17, nil, tensors(flat, vector(1.0, 1), vector(3.0, 4)), vector(3.0, 4)},
		{"B left out", "LayerNormalization", 17, nil, tensors(flat, vector(1.0, 1), domain.Tensor{}), vector(0.0, 0)},
		{"no rows", "LayerNormalization", 17, nil, tensors(tensorOf[float32](domain.Shape{0, 2}), vector[float32](1, 1)), tensorOf[float32](domain.Shape{0, 2})},
		{"FP64", "RMSNormalization", 23, attrs(decimal("epsilon", 0)), tensors(flat, vector(3.0, 4)), vector(3.0, 4)},
		{"FP64", "LpNormalization", 7, nil, tensors(vector(3.0, 4)), vector(0.6, 0.8)},
		{"nothing but zeros", "LpNormalization", 7, nil, tensors(vector[float32](0, 0)), vector[float32](0, 0)},
		{"FP64", "Softmax", 13, nil, tensors(vector(1.0, 1)), vector(0.5, 0.5)},
		{"NaN", "Hardmax", 13, nil, tensors(vector(1, notANumber)), vector[float32](0, 1)},
		{"FP64", "MeanVarianceNormalization", 13, attrs(list("axes", 0)), tensors(vector(1.0, 1)), vector(0.0, 0)},
		{"FP64", "InstanceNormalization", 6 + 1, nil, tensors(tensorOf(domain.Shape{1, 1, 2}, 2.0, 2), vector(5.0), vector(7.0)), tensorOf(domain.Shape{1, 1, 2}, 7.0, 7)},
		{"FP64", "BatchNormalization", 9, attrs(decimal("epsilon", 0)), tensors(tensorOf(domain.Shape{1, 1}, 3.0), vector(2.0), vector(1.0), vector(1.0), vector(4.0)), tensorOf(domain.Shape{1, 1}, 3.0)},
	})
}

func TestTrainingOfBatches(t *testing.T) {
	x := tensorOf[float32](domain.Shape{2, 2, 1}, 1, 5, 3, 5)
	checkOutputs(t, heavyNode("BatchNormalization", 14, 5, whole("training_mode", 1), decimal("momentum", 0.5), decimal("epsilon", 0)),
		tensors(x, vector[float32](2, 1), vector[float32](0.5, 0), vector[float32](4, 5), vector[float32](3, 1)),
		tensorOf(domain.Shape{2, 2, 1}, -1.5, notANumber, 2.5, notANumber), vector[float32](3, 5), vector[float32](2, 0.5))
}

func TestNormalisationsRefuse(t *testing.T) {
	x := domain.Shape{2, 4, 3}
	for _, c := range []struct {
		node   Node
		inputs shapes
		said   string
	}{
		{heavyNode("LayerNormalization", 17, 2), shapes{x, {4}}, "input Scale has shape [4], expected one that stretches to [2,4,3]"},
		{heavyNode("LayerNormalization", 17, 2), shapes{x, {1, 1, 1, 3}}, "input Scale has shape [1,1,1,3]"},
		{heavyNode("LayerNormalization", 17, 3), shapes{x, {3}, {2}}, "input B has shape [2]"},
		{heavyNode("LayerNormalization", 17, 2, whole("axis", 3)), shapes{x, {3}}, "axis 3 is not one of 3"},
		{heavyNode("GroupNormalization", 18, 3, whole("num_groups", 3)), shapes{x, {3}, {3}}, "num_groups 3 does not divide the 4 channels"},
		{heavyNode("GroupNormalization", 18, 3, whole("num_groups", 2)), shapes{x, {4}, {4}}, "input scale has shape [4], expected [2]"},
		{heavyNode("GroupNormalization", 21, 3, whole("num_groups", 2)), shapes{x, {2}, {2}}, "input scale has shape [2], expected [4]"},
		{heavyNode("InstanceNormalization", 7, 3), shapes{x, {4}, {3}}, "input bias has shape [3], expected [4]"},
		{heavyNode("MeanVarianceNormalization", 9, 1), shapes{x}, "axis 3 is not one of 3"},
	} {
		checkRefused(t, inferring(t, c.node, c.inputs...), domain.Invalid, c.said)
	}
	for said, node := range map[string]Node{
		"stash_type = 16 is not supported": heavyNode("LayerNormalization", 17, 2, whole("stash_type", 16)),
		"num_groups (left out)":            heavyNode("GroupNormalization", 18, 3),
		"stash_type = 1 is not known":      heavyNode("GroupNormalization", 18, 3, whole("num_groups", 1), whole("stash_type", 1)),
		"p = 3 is not supported":           heavyNode("LpNormalization", 7, 1, whole("p", 3)),
	} {
		_, err := Parse(node)
		checkRefused(t, err, domain.Unsupported, said)
	}
	_, err := parsed[Operator](t, heavyNode("LayerNormalization", 17, 2)).Infer(inputsOf(vector(1.0), vector[float32](1)))
	checkRefused(t, err, domain.Unsupported, "input Scale has datatype FP32")
}
