package operator

import (
	"math"

	"github.com/portent-go/portent/domain"
)

// resizedAxis is one axis of a resize.
type resizedAxis struct {
	from, to   int
	scale      float64
	single     bool    // the scale is of FP32, and so is what is divided by it
	start, end float32 // the part that is resized, 0 to 1 for all
}

// resized works out all axes from the inputs.
func (r resize) resized(inputs []Value) ([]resizedAxis, error) {
	shape := inputs[0].Shape
	axes := make([]resizedAxis, len(shape))
	for i, n := range shape {
		axes[i] = resizedAxis{from: n, to: n, scale: 1, end: 1}
	}
	named, err := axesOf(r.axes, len(shape))
	if err != nil {
		return nil, err
	}
	if r.axes == nil {
		named = allAxes(shape)
	}
	if r.cuts() {
		if err := cutOut(inputs, axes, named); err != nil {
			return nil, err
		}
	}
	scales, err := r.scalesOf(inputs)
	if err != nil {
		return nil, err
	}
	sizes, err := r.sizesOf(inputs)
	switch {
	case err != nil:
		return nil, err
	case (scales == nil) == (sizes == nil):
		return nil, domain.Errorf(domain.Invalid, "there are both scales and sizes or none, expected one of them")
	case max(len(scales), len(sizes)) != len(named):
		return nil, domain.Errorf(domain.Invalid, "there are %d scales or sizes for %d axes", max(len(scales), len(sizes)), len(named))
	case scales != nil:
		return axes, byScales(axes, named, scales)
	default:
		return axes, r.bySizes(axes, named, sizes)
	}
}

// scalesOf returns nil where there are none.
func (r resize) scalesOf(inputs []Value) ([]float32, error) {
	if r.scalesAt < 0 {
		return r.scales, nil
	}
	v, ok := optional(inputs, r.scalesAt)
	switch {
	case !ok || product(v.Shape) == 0:
		return nil, nil
	case v.Datatype != domain.FP32:
		return nil, domain.Errorf(domain.Invalid, "input scales has datatype %v, expected FP32", v.Datatype)
	case len(v.Shape) != 1:
		return nil, misshapen("scales", v.Shape, "[n]")
	case !v.Known():
		return nil, unknownElements("scales")
	}
	return dataOf[float32](v.Const), nil
}

func (r resize) sizesOf(inputs []Value) ([]int, error) {
	sizes, _, err := knownInts(inputs, 3, "sizes")
	if len(sizes) == 0 {
		return nil, err
	}
	return sizes, err
}

// byScales multiplies lengths, in FP32 as ONNX does. A region does not count for
// its part only, whatever ONNX's text says: neither its reference nor ONNX Runtime
// has it so.
func byScales(axes []resizedAxis, named []int, scales []float32) error {
	for i, axis := range named {
		a := &axes[axis]
		if !(scales[i] > 0) || math.IsInf(float64(scales[i]), 1) {
			return domain.Errorf(domain.Invalid, "scale %v of axis %d is not a positive number", scales[i], axis)
		}
		a.scale, a.single = float64(scales[i]), true
		length := math.Floor(float64(float32(a.from) * scales[i]))
		if length > mostPads {
			return domain.Errorf(domain.Unsupported, "scale %v of axis %d gives a length of %v, at most %d is supported", scales[i], axis, length, mostPads)
		}
		a.to = max(0, int(length))
	}
	return nil
}

// bySizes sets lengths. Where the picture's shape is to be kept, one scale is for
// all axes.
func (r resize) bySizes(axes []resizedAxis, named, sizes []int) error {
	common := math.NaN()
	for i, axis := range named {
		a := &axes[axis]
		if sizes[i] < 0 || sizes[i] > mostPads {
			return domain.Errorf(domain.Invalid, "size %d of axis %d is not a length of 0 to %d", sizes[i], axis, mostPads)
		}
		a.to, a.scale = sizes[i], float64(sizes[i])/float64(a.from)
		switch {
		case math.IsNaN(common):
			common = a.scale
		case r.policy == "not_larger":
			common = min(common, a.scale)
		default:
			common = max(common, a.scale)
		}
	}
	if r.policy == "stretch" {
		return nil
	}
	for _, axis := range named {
		a := &axes[axis]
		length := math.Floor(common*float64(a.from) + 0.5)
		if !(length <= mostPads) {
			return domain.Errorf(domain.Unsupported, "sizes %v give axis %d a length of %v, at most %d is supported", sizes, axis, length, mostPads)
		}
		a.to, a.scale = int(length), common
	}
	return nil
}

// cutOut reads the region that is resized.
func cutOut(inputs []Value, axes []resizedAxis, named []int) error {
	roi, err := present(inputs, 1, "roi")
	switch {
	case err != nil:
		return err
	case roi.Datatype != domain.FP32 && roi.Datatype != domain.FP64:
		return wrongDatatype("roi", roi.Datatype, "FP32 or FP64")
	case !roi.Shape.Equal(domain.Shape{2 * len(named)}):
		return misshapen("roi", roi.Shape, domain.Shape{2 * len(named)}.String())
	case !roi.Known():
		return unknownElements("roi")
	}
	for i, axis := range named {
		start, _ := domain.Number(roi.Const, i)
		end, _ := domain.Number(roi.Const, i+len(named))
		axes[axis].start, axes[axis].end = float32(start), float32(end)
	}
	return nil
}

// position returns where an element of the resized axis lies on the axis as it
// was.
func (a resizedAxis) position(transform string, at int) float64 {
	x, exact := float64(at), a.scale*float64(a.from)
	switch transform {
	case "align_corners":
		if exact == 1 {
			return 0
		}
		return x * float64(a.from-1) / (exact - 1)
	case "asymmetric":
		return a.divided(x)
	case "tf_crop_and_resize":
		last := float32(a.from - 1)
		if a.to == 1 {
			return float64((a.start + a.end) * last / 2)
		}
		// In FP32, as ONNX Runtime has it: an end of 0.4 is meant, though FP32 has
		// only one beside it, and what is meant may lie on the last element.
		along := float32(float32(at)*(a.end-a.start)) * last / float32(a.to-1)
		return float64(float32(a.start*last) + along)
	case "tf_half_pixel_for_nn":
		return a.divided(x + 0.5)
	case "pytorch_half_pixel":
		if a.to == 1 {
			return 0
		}
	case "half_pixel_symmetric":
		offset := float64(a.from) / 2 * (1 - float64(a.to)/exact)
		return offset + a.divided(x+0.5) - 0.5
	}
	return a.divided(x+0.5) - 0.5
}

// divided returns a number divided by the scale. A scale such as 0.7 is meant,
// though FP32 has only one beside it: in FP32 3.5 / 0.7 is 5, as ONNX Runtime has
// it.
func (a resizedAxis) divided(x float64) float64 {
	if a.single {
		return float64(float32(x) / float32(a.scale))
	}
	return x / a.scale
}

// untouched reports whether the axis stays as it is.
func (a resizedAxis) untouched(r resize) bool {
	if a.from != a.to || a.scale != 1 {
		return false
	}
	return !r.cuts() || a.start == 0 && a.end == 1
}

// outsideOf reports whether a position of a region lies outside of the axis.
func (a resizedAxis) outsideOf(r resize, position float64) bool {
	return r.cuts() && !(position >= 0 && position <= float64(a.from-1))
}
