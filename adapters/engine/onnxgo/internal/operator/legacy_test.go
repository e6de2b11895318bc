package operator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/domain"
)

// ofOpsetOne are all operators that ONNX had before opset 7, by how many inputs
// they take at least. Each was there in opset 1.
var ofOpsetOne = map[int]string{
	0: "Constant RandomNormal RandomUniform",
	1: `Abs ArgMax ArgMin AveragePool Cast Ceil Clip Concat DepthToSpace Dropout Elu Exp Flatten Floor GlobalAveragePool GlobalLpPool GlobalMaxPool
		HardSigmoid Hardmax Identity LRN LeakyRelu Log LogSoftmax LpNormalization LpPool Max MaxPool Mean Min Neg Not Pad RandomNormalLike
		RandomUniformLike Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum
		ReduceSumSquare Relu Reshape Selu Shape Sigmoid Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sum Tanh TopK
		Transpose Unsqueeze Upsample`,
	2: "Add And Conv ConvTranspose Div Equal Gather Greater Less MatMul MaxRoiPool Mul Or PRelu Pow Sub Tile Xor",
	3: "GRU Gemm InstanceNormalization LSTM RNN",
	5: "BatchNormalization",
}

// legacyNode returns the least node of an operator before opset 7.
func legacyNode(opType string, opset, inputs int) Node {
	required := minima[opType].attrs
	node := heavyNode(opType, opset, inputs)
	if required != nil {
		node.Attributes = required(firstTested)
	}
	switch {
	case opType == "Reshape" && opset >= 5:
		node.Inputs = make([]string, 2)
	case opType == "Reshape":
		node.Attributes = attrs(list("shape", 0))
	case opType == "Tile" && opset < 6:
		node.Inputs = make([]string, 3)
	case opType == "Cast" && opset < 6:
		node.Attributes = attrs(text("to", "FLOAT"))
	case opType == "Pad" && opset < 2:
		node.Attributes = attrs(list("paddings", 0))
	case opType == "Upsample":
		node.Attributes = attrs(decimal("height_scale", 1), decimal("width_scale", 1))
	case opType == "Split" && opset < 2:
		node.Attributes = attrs(whole("axis", 0))
	case opType == "Dropout" || opType == "BatchNormalization":
		node.Attributes = attrs(whole("is_test", 1))
	}
	return node
}

func TestEveryOperatorOfOpsetOneIsReadOrRefusedByName(t *testing.T) {
	refused := map[string]bool{"RNN": true, "GRU": true, "LSTM": true, "RandomNormal": true, "RandomUniform": true, "RandomNormalLike": true, "RandomUniformLike": true}
	for inputs, names := range ofOpsetOne {
		for _, opType := range strings.Fields(names) {
			for opset := 1; opset < firstTested; opset++ {
				_, err := Parse(legacyNode(opType, opset, inputs))
				if refused[opType] {
					checkRefused(t, err, domain.Unsupported, fmt.Sprintf("operator %s of opset %d is not supported", opType, opset))
				} else if err != nil {
					t.Error(opset, err)
				}
			}
		}
	}
	for opType := range legacyFamily {
		if !strings.Contains(fmt.Sprint(ofOpsetOne)+" ", opType+" ") && !strings.Contains(fmt.Sprint(ofOpsetOne), opType+"]") {
			t.Errorf("%s is in no row of this test", opType)
		}
	}
}

func TestWhatOpsetSixTookAwayIsReadBefore(t *testing.T) {
	for _, opType := range strings.Fields(`Abs Add BatchNormalization Ceil Clip Div Dropout Elu Exp Floor HardSigmoid InstanceNormalization LeakyRelu Log Max Mean
		Min Mul Neg PRelu Reciprocal Relu Selu Sigmoid Sqrt Sub Sum Tanh`) {
		inputs := minima[opType].inputs(firstTested)
		node := legacyNode(opType, 5, inputs)
		node.Attributes = append(attrs(list("consumed_inputs", 0, 0)), node.Attributes...)
		if _, err := Parse(node); err != nil {
			t.Error(err)
		}
		node.Opset = 6
		_, err := Parse(node)
		checkRefused(t, err, domain.Unsupported, opType, "consumed_inputs = [0 0] is not known")
		node.Opset, node.Attributes[0] = 5, whole("consumed_inputs", 0)
		_, err = Parse(node)
		checkRefused(t, err, domain.Unsupported, opType, "consumed_inputs = 0")
	}
}

func TestLegacy(t *testing.T) {
	x := rows([]float32{1, -2, 3}, []float32{-4, 5, -6})
	three := tensorOf[float32](domain.Shape{1, 3, 2}, -1, 2, -3, 4, -5, 6)
	checkExamples(t, []example{
		{"FLOAT", "Cast", 1, attrs(text("to", "FLOAT")), tensors(upTo(2)), vector[float32](1, 2)},
		{"INT64", "Cast", 5, attrs(text("to", "INT64")), tensors(vector[float32](-1.5)), vector[int64](-1)},
		{"attribute", "Reshape", 1, attrs(list("shape", 0, -1, 1)), tensors(upTo(2, 3)), tensorOf[int32](domain.Shape{2, 3, 1}, 1, 2, 3, 4, 5, 6)},
		{"scalar", "Reshape", 4, attrs(list("shape")), tensors(upTo(1)), tensorOf[int32](domain.Shape{}, 1)},
		{"input", "Reshape", 5, nil, tensors(upTo(2), vector[int64](2, 1)), tensorOf[int32](domain.Shape{2, 1}, 1, 2)},
		{"paddings", "Pad", 1, attrs(list("paddings", 0, 1, 0, 0), decimal("value", 7)), tensors(rows([]float32{1, 2})), rows([]float32{7, 1, 2})},
		{"channels", "Concat", 3, nil, tensors(upTo(1, 2), upTo(1, 1)), tensorOf[int32](domain.Shape{1, 3}, 1, 2, 1)},
		{"along an axis", "Tile", 5, nil, tensors(upTo(2, 2), vector[float32](2), vector[float32](1)), tensorOf[int32](domain.Shape{2, 4}, 1, 2, 1, 2, 3, 4, 3, 4)},
		{"nearest", "Upsample", 1, attrs(decimal("height_scale", 1), decimal("width_scale", 2)), tensors(tensorOf[float32](domain.Shape{1, 1, 2, 2}, 1, 2, 3, 4)), tensorOf[float32](domain.Shape{1, 1, 2, 4}, 1, 1, 2, 2, 3, 3, 4, 4)},
		{"bilinear", "Upsample", 6, attrs(decimal("height_scale", 1), decimal("width_scale", 2), text("mode", "bilinear")), tensors(tensorOf[float32](domain.Shape{1, 1, 1, 2}, 1, 2)), tensorOf[float32](domain.Shape{1, 1, 1, 4}, 1, 1.5, 2, 2)},
		{"the constants of old", "Selu", 1, nil, tensors(vector[float32](1, -1)), vector[float32](1.0507, -1.1112876)},
		{"inference", "Dropout", 1, attrs(whole("is_test", 1), decimal("ratio", 0.3)), tensors(x), x},
		{"nothing dropped", "Dropout", 6, attrs(decimal("ratio", 0)), tensors(x), x},
		{"for each channel", "PRelu", 6, nil, tensors(three, vector[float32](1, 10, 100)), tensorOf[float32](domain.Shape{1, 3, 2}, -1, 2, -30, 4, -500, 6)},
		{"for all", "PRelu", 1, nil, tensors(three, vector[float32](2)), tensorOf[float32](domain.Shape{1, 3, 2}, -2, 2, -6, 4, -10, 6)},
		{"spread", "Gemm", 6, attrs(whole("broadcast", 1)), tensors(rows([]float32{1, 2}), rows([]float32{1, 0}, []float32{0, 1}), vector[float32](10, 20)), rows([]float32{11, 22})},
		{"whole", "Gemm", 1, nil, tensors(rows([]float32{1, 2}), rows([]float32{1, 0}, []float32{0, 1}), rows([]float32{10, 20})), rows([]float32{11, 22})},
		{"2-norm", "GlobalLpPool", 1, nil, tensors(tensorOf[float32](domain.Shape{1, 1, 2}, 3, 4)), tensorOf[float32](domain.Shape{1, 1, 1}, 5)},
		{"1-norm", "LpPool", 1, attrs(decimal("p", 1), list("kernel_shape", 2)), tensors(tensorOf[float32](domain.Shape{1, 1, 2}, 3, -4)), tensorOf[float32](domain.Shape{1, 1, 1}, 7)},
		{"learnt", "BatchNormalization", 1, attrs(whole("is_test", 1), decimal("epsilon", 0)), tensors(x, vector[float32](1, 2, 1), vector[float32](0, 0, 1), vector[float32](0, 1, 0), vector[float32](1, 4, 1)), rows([]float32{1, -3, 4}, []float32{-4, 4, -5})},
		{"as before opset 11", "OneHot", 9, nil, tensors(vector[int64](1, -1), scalar[int64](2), vector[float32](0, 1)), rows([]float32{0, 1}, []float32{0, 0})},
	})
}

func TestLegacyRefuses(t *testing.T) {
	for said, node := range map[string]Node{
		`to = "STRING" is not a datatype`:                      heavyNode("Cast", 1, 1, text("to", "STRING")),
		"shape (left out) is required":                         heavyNode("Reshape", 4, 1),
		"pads = [0] is not known":                              heavyNode("Pad", 1, 1, list("paddings", 0), list("pads", 0)),
		"paddings (left out) is required":                      heavyNode("Pad", 1, 1),
		"is_test (left out) is training":                       heavyNode("Dropout", 6, 1),
		"is_test = 0 is training":                              heavyNode("Dropout", 1, 1, whole("is_test", 0)),
		"axis (left out) has no default in opset 1":            heavyNode("Split", 1, 1),
		"input split is not supported":                         {Name: "n", OpType: "Split", Opset: 1, Inputs: []string{"x", "split"}, Outputs: []string{"y"}, Attributes: attrs(whole("axis", 0))},
		"p = 1.5 is not a whole number":                        heavyNode("LpPool", 1, 1, decimal("p", 1.5), list("kernel_shape", 1)),
		"kernel_shape":                                         heavyNode("LpPool", 1, 1),
		"p = 2 is of another type":                             heavyNode("GlobalLpPool", 1, 1, whole("p", 2)),
		"width_scale (left out) is not a scale":                heavyNode("Upsample", 1, 1, decimal("height_scale", 1)),
		"height_scale = 0.5 is not a scale":                    heavyNode("Upsample", 6, 1, decimal("height_scale", 0.5), decimal("width_scale", 1)),
		`mode = "linear" is not supported`:                     heavyNode("Upsample", 1, 1, decimal("height_scale", 1), decimal("width_scale", 1), text("mode", "linear")),
		"broadcast = a value of a type that is not read":       heavyNode("Gemm", 6, 3, Attribute{Name: "broadcast"}),
		"axis = -1 counts from the end":                        heavyNode("Add", 6, 2, whole("axis", -1), whole("broadcast", 1)),
		"broadcast = 2 is neither 0 nor 1":                     heavyNode("Add", 1, 2, whole("broadcast", 2)),
		"axis = 1 is not known to Add in opset 7":              heavyNode("Add", 7, 2, whole("axis", 1)),
		"consumed_inputs = [0] is not known to And in opset 1": heavyNode("And", 1, 2, list("consumed_inputs", 0)),
		"axis = 1 is not known to PRelu":                       heavyNode("PRelu", 6, 2, whole("axis", 1)),
	} {
		_, err := Parse(node)
		checkRefused(t, err, domain.Unsupported, said)
	}
	square := rows([]float32{1, 2}, []float32{3, 4})
	for said, c := range map[string]struct {
		node   Node
		inputs []domain.Tensor
	}{
		"input C has shape [2], expected [2,2] where the attribute broadcast is 0": {heavyNode("Gemm", 6, 3), tensors(square, square, vector[float32](1, 2))},
		"input tiles is 1.5, expected a whole number":                              {heavyNode("Tile", 1, 3), tensors(square, vector[float32](1.5), vector[float32](0))},
		"axis 2 is not one of 2":                                                   {heavyNode("Tile", 1, 3), tensors(square, vector[float32](2), vector[float32](2))},
		"input axis has shape [2], expected one element":                           {heavyNode("Tile", 1, 3), tensors(square, vector[float32](2), vector[float32](0, 1))},
	} {
		_, err := parsed[Operator](t, c.node).Infer(valuesOf(c.inputs, 1))
		checkRefused(t, err, domain.Invalid, said)
	}
	_, err := parsed[Operator](t, heavyNode("Tile", 1, 3)).Infer(inputsOf(square, vector[float32](2), vector[float32](0)))
	checkRefused(t, err, domain.Unsupported, "input tiles is computed")
}

// Whatever the inputs are, what is older than the other tests' opsets refuses them
// or gives outputs that can be computed.
func TestHostileInputsOfOld(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	for inputs, names := range ofOpsetOne {
		for _, opType := range strings.Fields(names) {
			for range 300 {
				opset := 1 + random.IntN(firstTested-1)
				node := legacyNode(opType, opset, inputs)
				if _, known := lookup("", opType, opset); !known {
					continue
				}
				if random.IntN(2) == 0 && parses(node, whole("broadcast", 1)) {
					node.Attributes = append(node.Attributes, whole("broadcast", 1))
					if parses(node, fromSecond) && random.IntN(2) == 0 {
						node.Attributes = append(node.Attributes, fromSecond)
					}
				}
				values := make([]Value, len(node.Inputs))
				for i := range values {
					values[i] = randomValue(random)
				}
				hostile(t, node, values)
				if t.Failed() {
					return
				}
			}
		}
	}
}

// parses reports whether a node may have one more attribute.
func parses(node Node, more Attribute) bool {
	node.Attributes = append(slices.Clone(node.Attributes), more)
	_, err := Parse(node)
	return err == nil
}
