package operator

import (
	"slices"

	"github.com/portent-go/portent/domain"
)

var resizeFamily = map[string][]definition{
	"Resize": {
		{since: 10, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseSimpleResize},
		{since: 11, inputs: arity{3, 4}, outputs: arity{1, 1}, parse: parseResize},
		{since: 13, inputs: arity{1, 4}, outputs: arity{1, 1}, parse: parseResize},
	},
	"Upsample": {
		{since: 7, inputs: arity{1, 1}, outputs: arity{1, 1}, parse: parseSimpleResize},
		{since: 9, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseSimpleResize},
	},
}

// resize stretches and shrinks axes: each element of the output is the nearest
// element of the input, or a weighted sum of near ones.
type resize struct {
	mode      string // nearest, linear, cubic
	transform string // what position in the input belongs to one in the output
	nearest   string // how a position is rounded
	coeffA    float64
	policy    string // what becomes of sizes that do not keep the picture's shape
	outside   float32
	axes      []int // nil: all
	exclude   bool  // what lies outside has no weight
	antialias bool
	scalesAt  int       // the input that holds the scales
	scales    []float32 // those of an attribute
}

// parseSimpleResize parses Upsample, and Resize as it was in opset 10: with scales
// alone, that say where elements begin.
func parseSimpleResize(node Node) (Operator, error) {
	a := attributesOf(node)
	r := simpleResize(a.text("mode", "nearest"))
	a.expect(r.mode == "nearest" || r.mode == "linear", "mode", "is not supported")
	if node.Opset < 9 {
		scales, _ := a.find("scales", FloatsAttribute)
		a.expect(a.has("scales"), "scales", "is required")
		r.scales, r.scalesAt = append([]float32{}, scales.Floats...), -1
	}
	return r, a.done()
}

func simpleResize(mode string) resize {
	return resize{mode: mode, transform: "asymmetric", nearest: "simple", policy: "stretch", scalesAt: 1}
}

func parseResize(node Node) (Operator, error) {
	a := attributesOf(node)
	choice := func(name string, values ...string) string {
		value := a.text(name, values[0])
		a.expect(slices.Contains(values, value), name, "is not supported")
		return value
	}
	transforms := []string{"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize"}
	if node.Opset < 13 {
		transforms = append(transforms, "tf_half_pixel_for_nn")
	}
	if node.Opset >= 19 {
		transforms = append(transforms, "half_pixel_symmetric")
	}
	r := resize{
		mode: choice("mode", "nearest", "linear", "cubic"), transform: choice("coordinate_transformation_mode", transforms...),
		nearest: choice("nearest_mode", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"),
		coeffA:  float64(a.float("cubic_coeff_a", -0.75)), outside: a.float("extrapolation_value", 0), exclude: a.bool("exclude_outside", false),
		policy: "stretch", scalesAt: 2,
	}
	if node.Opset >= 18 {
		r.axes, r.antialias = a.ints("axes"), a.bool("antialias", false)
		r.policy = choice("keep_aspect_ratio_policy", "stretch", "not_larger", "not_smaller")
	}
	return r, a.done()
}

// Infer returns the shape of the resized input.
func (r resize) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if r.mode != "nearest" && x.Datatype != domain.FP32 && x.Datatype != domain.FP64 {
		return nil, wrongDatatype("X", x.Datatype, "in mode "+r.mode+" FP32 or FP64")
	}
	if r.cuts() && x.Datatype == domain.BYTES {
		return nil, wrongDatatype("X", x.Datatype, "with coordinate_transformation_mode tf_crop_and_resize any but BYTES")
	}
	axes, err := r.resized(inputs)
	if err != nil {
		return nil, err
	}
	shape := make(domain.Shape, len(axes))
	for i, axis := range axes {
		shape[i] = axis.to
	}
	outputs, err := like(x, shape)
	if err != nil || product(shape) == 0 {
		return outputs, err
	}
	for i, axis := range axes {
		switch {
		case axis.from == 0:
			return nil, domain.Errorf(domain.Invalid, "axis %d of X of shape %v is empty and cannot get the length %d", i, x.Shape, axis.to)
		case axis.from != axis.to && max(axis.from, axis.to) > mostResized:
			return nil, domain.Errorf(domain.Unsupported, "axis %d is resized from %d to %d, at most %d are supported", i, axis.from, axis.to, mostResized)
		}
	}
	return outputs, nil
}

// mostResized bounds the length of an axis that is resized, of which every element
// is listed.
const mostResized = 1 << 24

// cuts reports whether a region of the input is what is resized.
func (r resize) cuts() bool { return r.transform == "tf_crop_and_resize" }

// Rows stay apart if the first axis is not resized, and the sizes are the same for
// all.
func (r resize) keepsRows(inputs, _ []Value, perRow []bool) bool {
	axes, err := r.resized(inputs)
	return err == nil && onlyFirst(perRow) && axes[0].untouched(r)
}
