package operator

import "slices"

// legacyFamily are operators before opset 7, as far as they were others than they
// became. What is in no table here is refused: RNN, GRU and LSTM, whose text said
// then that R is not transposed, which no implementation did.
var legacyFamily = map[string][]definition{
	"Abs": consuming(unaryFamily, "Abs"), "Ceil": consuming(unaryFamily, "Ceil"), "Elu": consuming(unaryFamily, "Elu"), "Exp": consuming(unaryFamily, "Exp"),
	"Floor": consuming(unaryFamily, "Floor"), "Log": consuming(unaryFamily, "Log"), "Neg": consuming(unaryFamily, "Neg"), "Sqrt": consuming(unaryFamily, "Sqrt"),
	"Reciprocal": consuming(unaryFamily, "Reciprocal"), "Relu": consuming(activationFamily, "Relu"), "LeakyRelu": consuming(activationFamily, "LeakyRelu"),
	"Sigmoid": consuming(activationFamily, "Sigmoid"), "HardSigmoid": consuming(activationFamily, "HardSigmoid"), "Tanh": consuming(activationFamily, "Tanh"),
	"Clip": consuming(activationFamily, "Clip"), "Selu": {unary(1, withoutConsumed(parseOldSelu))},
	"Max": consuming(manyFamily, "Max"), "Min": consuming(manyFamily, "Min"), "Sum": consuming(manyFamily, "Sum"), "Mean": consuming(manyFamily, "Mean"),
	"InstanceNormalization": consuming(normalizationFamily, "InstanceNormalization"),
	"BatchNormalization":    {{since: 1, inputs: arity{5, 5}, outputs: arity{1, 5}, parse: withoutConsumed(parseBatchNormalization)}},
	"Dropout": {
		{since: 1, inputs: arity{1, 1}, outputs: arity{1, 2}, parse: withoutConsumed(parseOldDropout)},
		{since: 6, inputs: arity{1, 1}, outputs: arity{1, 2}, parse: parseOldDropout},
	},

	"Add": {pairs(1, withoutConsumed(limitedAs(elementwiseFamily, "Add"))), pairs(6, limitedAs(elementwiseFamily, "Add"))},
	"Sub": {pairs(1, withoutConsumed(limitedAs(elementwiseFamily, "Sub"))), pairs(6, limitedAs(elementwiseFamily, "Sub"))},
	"Mul": {pairs(1, withoutConsumed(limitedAs(elementwiseFamily, "Mul"))), pairs(6, limitedAs(elementwiseFamily, "Mul"))},
	"Div": {pairs(1, withoutConsumed(limitedAs(elementwiseFamily, "Div"))), pairs(6, limitedAs(elementwiseFamily, "Div"))},
	"Pow": {pairs(1, limitedTo(parsePow))},
	"And": {pairs(1, limitedAs(pairFamily, "And"))}, "Or": {pairs(1, limitedAs(pairFamily, "Or"))}, "Xor": {pairs(1, limitedAs(pairFamily, "Xor"))},
	"Equal": {pairs(1, limitedAs(pairFamily, "Equal"))}, "Less": {pairs(1, limitedAs(pairFamily, "Less"))}, "Greater": {pairs(1, limitedAs(pairFamily, "Greater"))},
	"PRelu": {pairs(1, withoutConsumed(slopedChannels)), pairs(6, slopedChannels)},
	"Gemm":  {{since: 1, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseOldGemm}},

	"Cast": {unary(1, parseOldCast)}, "Reshape": {unary(1, withoutConsumed(parseOldReshape))}, "Pad": {unary(1, parsePad)},
	"Concat":   {{since: 1, inputs: arity{1, variadic}, outputs: arity{1, 1}, parse: parseConcat}},
	"Split":    {{since: 1, inputs: arity{1, 2}, outputs: arity{1, variadic}, parse: parseOldSplit}},
	"Tile":     {{since: 1, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseOldTile}},
	"Upsample": {unary(1, parseOldUpsample)},
	"LpPool":   {unary(1, withWholeNorm(parsePowerPool))}, "GlobalLpPool": {unary(1, withWholeNorm(parseGlobalPowerPool))},
}

// consuming returns the definition from opset 1 on of an operator that opset 6 took
// an attribute from, and nothing else.
func consuming(family map[string][]definition, opType string) []definition {
	first := family[opType][0]
	return []definition{{since: 1, inputs: first.inputs, outputs: first.outputs, parse: withoutConsumed(first.parse)}}
}

func limitedAs(family map[string][]definition, opType string) func(Node) (Operator, error) {
	return limitedTo(family[opType][0].parse)
}

// withoutConsumed parses a node without the attribute that said which inputs'
// memory the outputs may take. It never changed an answer.
func withoutConsumed(parse func(Node) (Operator, error)) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		return parse(node.without(func(a Attribute) bool { return a.Name == "consumed_inputs" && a.Kind == IntsAttribute }))
	}
}

// without returns the node without some attributes.
func (n Node) without(some func(Attribute) bool) Node {
	n.Attributes = slices.DeleteFunc(slices.Clone(n.Attributes), some)
	return n
}
