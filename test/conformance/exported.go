package conformance

// exportedOperators are those that PyTorch, TensorFlow and scikit-learn write when
// they export classifiers, detectors' backbones, transformers and tabular models.
var exportedOperators = setOf(
	"Add", "And", "ArgMax", "ArgMin", "Attention", "AveragePool", "BatchNormalization", "Cast", "Celu", "Clip",
	"Concat", "Constant", "ConstantOfShape", "Conv", "ConvInteger", "ConvTranspose", "CumSum", "DepthToSpace",
	"DequantizeLinear", "Div", "Dropout", "Einsum", "Elu", "Equal", "Erf", "Exp", "Expand", "Flatten", "Gather",
	"GatherElements", "GatherND", "Gelu", "Gemm", "GlobalAveragePool", "GlobalMaxPool", "Greater", "GroupNormalization",
	"GRU", "HardSigmoid", "HardSwish", "Identity", "If", "InstanceNormalization", "LayerNormalization", "LeakyRelu",
	"Less", "Log", "LogSoftmax", "Loop", "LRN", "LSTM", "MatMul", "MatMulInteger", "Max", "MaxPool", "Min", "Mish",
	"Mod", "Mul", "NonMaxSuppression", "Not", "OneHot", "Or", "Pad", "Pow", "PRelu", "QLinearConv", "QLinearMatMul",
	"QuantizeLinear", "Range", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
	"ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Resize", "RMSNormalization", "RNN",
	"Scatter", "ScatterElements", "ScatterND", "Selu", "Shape", "Sigmoid", "Slice", "Softmax", "Softplus", "Softsign",
	"SpaceToDepth", "Split", "Sqrt", "Squeeze", "Sub", "Tanh", "ThresholdedRelu", "Tile", "TopK", "Transpose", "Trilu",
	"Unsqueeze", "Upsample", "Where",
)

func setOf(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// exported reports whether a case is of a single operator that exported networks
// use.
func (r result) exported() bool {
	return len(r.about.Operators) == 1 && exportedOperators[r.about.Operators[0]]
}
