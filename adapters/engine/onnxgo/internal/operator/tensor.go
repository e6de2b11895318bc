package operator

var tensorFamily = map[string][]definition{
	"Identity":  {unary(1, parseIdentity)},
	"Flatten":   {unary(1, parseFlatten)},
	"Transpose": {unary(1, parseTranspose)},
	"Shape":     {unary(1, parseShape)},
	"Size":      {unary(1, parseSize)},
	"Cast":      {unary(6, parseCast)},
	"CastLike":  {{since: 15, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseCastLike}},
	"BitCast":   {unary(26, parseBitCast)},

	"ConstantOfShape": {unary(9, parseConstantOfShape)},

	"Reshape": {{since: 5, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseReshape}},
	"Concat":  {{since: 4, inputs: arity{1, variadic}, outputs: arity{1, 1}, parse: parseConcat}},

	"Constant": {{since: 1, inputs: arity{0, 0}, outputs: arity{1, 1}, parse: parseConstant}},

	"Squeeze": {
		unary(1, parseSqueeze),
		{since: 13, inputs: arity{1, 2}, outputs: arity{1, 1}, parse: parseSqueeze},
	},
	"Unsqueeze": {
		unary(1, parseUnsqueeze),
		{since: 13, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseUnsqueeze},
	},
	"Slice": {
		unary(1, parseSlice),
		{since: 10, inputs: arity{3, 5}, outputs: arity{1, 1}, parse: parseSlice},
	},
	"Pad": {
		unary(2, parsePad),
		{since: 11, inputs: arity{2, 3}, outputs: arity{1, 1}, parse: parsePad},
		{since: 18, inputs: arity{2, 4}, outputs: arity{1, 1}, parse: parsePad},
	},
	"Dropout": {
		{since: 7, inputs: arity{1, 1}, outputs: arity{1, 2}, parse: parseDropout},
		{since: 12, inputs: arity{1, 3}, outputs: arity{1, 2}, parse: parseDropout},
	},
}
