package operator

import (
	"strings"

	"github.com/portent-go/portent/domain"
)

// parseOldSelu reads constants that opset 6 gave more digits.
func parseOldSelu(node Node) (Operator, error) {
	return seluOf(node, 1.6732, 1.0507)
}

// parseOldDropout refuses to drop anything: before opset 7 an attribute says that
// nothing is.
func parseOldDropout(node Node) (Operator, error) {
	a := attributesOf(node)
	inference, ratio := a.bool("is_test", false), a.float("ratio", 0.5)
	a.expect(inference || ratio == 0, "is_test", "is training, which is not supported unless ratio is 0")
	if err := a.done(); err != nil {
		return nil, err
	}
	node.Attributes = nil
	return parseDropout(node)
}

// parseOldGemm is Gemm before opset 7, which spreads C if an attribute asks for it.
func parseOldGemm(node Node) (Operator, error) {
	a := attributesOf(node)
	spreads := a.int("broadcast", 0) != 0 // ONNX calls every value but 0 true here
	parsed, err := parseGemm(node.without(func(a Attribute) bool { return a.Name == "broadcast" && a.Kind == IntAttribute }))
	if err != nil {
		return nil, err
	}
	parsed.(*gemm).wholeAddend = !spreads
	return parsed, a.err
}

// parseOldCast is Cast before opset 6, which names the datatype.
func parseOldCast(node Node) (Operator, error) {
	a := attributesOf(node)
	to, ok := namedDatatypes[strings.ToUpper(a.text("to", ""))]
	a.expect(ok, "to", "is not a datatype that is supported here")
	return cast{to}, a.done()
}

// namedDatatypes are the datatypes by the names that ONNX has for them. Texts could
// not be cast before opset 9.
var namedDatatypes = map[string]domain.Datatype{
	"FLOAT": domain.FP32, "DOUBLE": domain.FP64, "FLOAT16": domain.FP16, "BOOL": domain.BOOL,
	"INT8": domain.INT8, "INT16": domain.INT16, "INT32": domain.INT32, "INT64": domain.INT64,
	"UINT8": domain.UINT8, "UINT16": domain.UINT16, "UINT32": domain.UINT32, "UINT64": domain.UINT64,
}

// parseOldReshape is Reshape before opset 5, which has the shape in an attribute.
func parseOldReshape(node Node) (Operator, error) {
	a := attributesOf(node)
	target := a.ints("shape")
	a.expect(target != nil, "shape", "is required")
	return &view{"Reshape", func(in []Value) (domain.Shape, error) { return reshaped(in[0].Shape, target, false) }}, a.done()
}

// parseOldSplit is Split of opset 1, which does not say what axis it means if none
// is given.
func parseOldSplit(node Node) (Operator, error) {
	if len(node.Inputs) > 1 && node.Inputs[1] != "" {
		return nil, node.Unsupported("input split is not supported before opset 13, the attribute is")
	}
	a := attributesOf(node)
	a.expect(a.has("axis"), "axis", "has no default in opset 1")
	if a.err != nil {
		return nil, a.err
	}
	return parseSplit(node)
}

// parseOldTile is Tile before opset 6, which repeats along one axis.
func parseOldTile(node Node) (Operator, error) {
	return &selection{plan: func(in []Value) (picks, error) {
		tiles, err := wholeNumber(in, 1, "tiles")
		if err != nil {
			return picks{}, err
		}
		axis, err := wholeNumber(in, 2, "axis")
		if err != nil {
			return picks{}, err
		}
		if axis, err = axisOf(axis, len(in[0].Shape)); err != nil {
			return picks{}, err
		}
		repeats := make([]int, len(in[0].Shape))
		for i := range repeats {
			repeats[i] = 1
		}
		repeats[axis] = tiles
		return tiled(in[0].Shape, repeats)
	}}, attributesOf(node).done()
}

// wholeNumber returns the only element of an input of any datatype, which must be
// known.
func wholeNumber(inputs []Value, at int, name string) (int, error) {
	v, err := present(inputs, at, name)
	if err != nil {
		return 0, err
	}
	if product(v.Shape) != 1 {
		return 0, misshapen(name, v.Shape, "one element")
	}
	if !v.Known() {
		return 0, unknownElements(name)
	}
	number, ok := domain.Number(v.Const, 0)
	if !ok || number != float64(int32(number)) {
		return 0, domain.Errorf(domain.Invalid, "input %s is %v, expected a whole number", name, number)
	}
	return int(number), nil
}

// parseOldUpsample is Upsample before opset 7, of pictures alone.
func parseOldUpsample(node Node) (Operator, error) {
	a := attributesOf(node)
	mode := a.text("mode", "nearest")
	a.expect(mode == "nearest" || mode == "bilinear", "mode", "is not supported")
	height, width := a.float("height_scale", 0), a.float("width_scale", 0)
	a.expect(height >= 1, "height_scale", "is not a scale of 1 or more")
	a.expect(width >= 1, "width_scale", "is not a scale of 1 or more")
	r := simpleResize(strings.TrimPrefix(mode, "bi"))
	r.scales, r.scalesAt = []float32{1, 1, height, width}, -1
	return r, a.done()
}

// withWholeNorm parses a pool whose norm was a float before opset 2.
func withWholeNorm(parse func(Node) (Operator, error)) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		a := attributesOf(node)
		p := a.float("p", 2)
		a.expect(p == float32(int32(p)), "p", "is not a whole number, which is not supported")
		if a.err != nil {
			return nil, a.err
		}
		node = node.without(func(a Attribute) bool { return a.Name == "p" })
		node.Attributes = append(node.Attributes, Attribute{Name: "p", Kind: IntAttribute, Int: int64(p)})
		return parse(node)
	}
}
