package operator

var networkMinima = map[string]minimum{
	"ConvTranspose": always(2), "RNN": always(3), "GRU": always(3), "LSTM": always(3),
	"QuantizeLinear": from(10, always(2)), "DequantizeLinear": from(10, always(2)), "DynamicQuantizeLinear": from(11, always(1)),
	"ConvInteger": from(10, always(2)), "QLinearConv": from(10, always(8)), "MatMulInteger": from(10, always(2)), "QLinearMatMul": from(10, always(8)),
}

var networkKnown = map[string]AttributeKind{
	"output_padding": IntsAttribute, "block_size": IntAttribute, "output_dtype": IntAttribute, "precision": IntAttribute, "hidden_size": IntAttribute, "clip": FloatAttribute, "layout": IntAttribute,
	"linear_before_reset": IntAttribute, "input_forget": IntAttribute, "activations": StringsAttribute, "activation_alpha": FloatsAttribute, "activation_beta": FloatsAttribute,
}
