package operator

var elementaryMinima = map[string]minimum{
	"Ceil": always(1), "Floor": always(1), "Round": from(11, always(1)), "Exp": always(1), "Log": always(1), "Erf": from(9, always(1)),
	"Sqrt": always(1), "Reciprocal": always(1), "Sin": always(1), "Cos": always(1), "Tan": always(1), "Asin": always(1),
	"Acos": always(1), "Atan": always(1), "Sinh": from(9, always(1)), "Cosh": from(9, always(1)), "Asinh": from(9, always(1)), "Acosh": from(9, always(1)),
	"Atanh": from(9, always(1)), "Softplus": always(1), "Softsign": always(1), "Mish": from(18, always(1)), "Gelu": from(20, always(1)), "Elu": always(1),
	"Celu": from(12, always(1)), "Swish": from(24, always(1)), "Selu": always(1), "ThresholdedRelu": from(10, always(1)), "Shrink": from(9, always(1)), "Abs": always(1),
	"Neg": always(1), "Sign": from(9, always(1)), "Not": always(1), "BitwiseNot": from(18, always(1)), "IsNaN": from(9, always(1)), "IsInf": from(10, always(1)),
	"And": always(2), "Or": always(2), "Xor": always(2), "BitwiseAnd": from(18, always(2)), "BitwiseOr": from(18, always(2)), "BitwiseXor": from(18, always(2)),
	"Equal": always(2), "Less": always(2), "Greater": always(2), "LessOrEqual": from(12, always(2)), "GreaterOrEqual": from(12, always(2)), "Mod": from(10, always(2)),
	"PRelu": always(2), "SwiGLU": from(28, always(2)), "Pow": always(2),
	"Max": always(1), "Min": always(1), "Sum": always(1), "Mean": always(1),
	"CastLike": from(15, always(2)), "BitCast": from(26, always(1, whole("to", 1))),
	"BitShift": from(11, always(2, Attribute{Name: "direction", Kind: StringAttribute, String: "LEFT"})), "Where": from(9, always(3)),
}

var elementaryKnown = map[string]AttributeKind{
	"round_mode": StringAttribute, "direction": StringAttribute, "approximate": StringAttribute, "gamma": FloatAttribute, "lambd": FloatAttribute, "fmod": IntAttribute,
	"detect_negative": IntAttribute, "detect_positive": IntAttribute,
}
