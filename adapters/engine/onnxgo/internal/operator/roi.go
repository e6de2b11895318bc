package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// roi pools regions of pictures into bins. RoiAlign samples between elements and
// has the pictures' numbers in an input of their own; MaxRoiPool takes whole
// elements and has the numbers before the regions' coordinates.
type roi struct {
	bins  kernels.Bins
	align bool
}

func parseRoiAlign(node Node) (Operator, error) {
	a := attributesOf(node)
	r := roi{align: true}
	if node.Opset >= 16 {
		mode := a.text("coordinate_transformation_mode", "half_pixel")
		a.expect(mode == "half_pixel" || mode == "output_half_pixel", "coordinate_transformation_mode", "is not supported")
		r.bins.HalfPixel = mode == "half_pixel"
	}
	mode := a.text("mode", "avg")
	a.expect(mode == "avg" || mode == "max", "mode", "is not supported")
	r.bins.Max = mode == "max"
	r.bins.Rows, r.bins.Columns = a.int("output_height", 1), a.int("output_width", 1)
	a.expect(r.bins.Rows > 0 && r.bins.Rows < mostBins, "output_height", "is not a length")
	a.expect(r.bins.Columns > 0 && r.bins.Columns < mostBins, "output_width", "is not a length")
	r.bins.Samples = a.int("sampling_ratio", 0)
	a.expect(r.bins.Samples >= 0 && r.bins.Samples < mostBins, "sampling_ratio", "is not a number of samples")
	r.bins.Scale = float64(a.float("spatial_scale", 1))
	return r, a.done()
}

// mostBins bounds bins and samples, so that they can be multiplied.
const mostBins = 1 << 15

func parseMaxRoiPool(node Node) (Operator, error) {
	a := attributesOf(node)
	shape := a.ints("pooled_shape")
	ok := len(shape) == 2 && min(shape[0], shape[1]) > 0 && max(shape[0], shape[1]) < mostBins
	a.expect(ok, "pooled_shape", "is not two lengths")
	r := roi{}
	if ok {
		r.bins.Rows, r.bins.Columns = shape[0], shape[1]
	}
	r.bins.Scale = float64(a.float("spatial_scale", 1))
	return r, a.done()
}

// Infer returns the bins of each channel of each region.
func (r roi) Infer(inputs []Value) ([]Value, error) {
	x, err := floatingInput(inputs, "X")
	if err != nil {
		return nil, err
	}
	rois, err := present(inputs, 1, "rois")
	if err != nil {
		return nil, err
	}
	numbers := 5
	if r.align {
		numbers = 4
	}
	switch {
	case len(x.Shape) != 4:
		return nil, misshapen("X", x.Shape, "[N,C,H,W]")
	case rois.Datatype != x.Datatype:
		return nil, domain.Errorf(domain.Invalid, "input rois has datatype %v, expected that of X, %v", rois.Datatype, x.Datatype)
	case len(rois.Shape) != 2 || rois.Shape[1] != numbers:
		return nil, misshapen("rois", rois.Shape, fmt.Sprintf("[n,%d]", numbers))
	}
	if r.align {
		pictures, err := present(inputs, 2, "batch_indices")
		if err != nil {
			return nil, err
		}
		if pictures.Datatype != domain.INT64 || !pictures.Shape.Equal(rois.Shape[:1]) {
			return nil, domain.Errorf(domain.Invalid, "input batch_indices is %v %v, expected INT64 %v", pictures.Datatype, pictures.Shape, rois.Shape[:1])
		}
	}
	outputs, err := like(x, domain.Shape{rois.Shape[0], x.Shape[1], r.bins.Rows, r.bins.Columns})
	if err == nil && product(outputs[0].Shape) > 0 && product(x.Shape) == 0 {
		err = misshapen("X", x.Shape, "axes that are not empty")
	}
	return outputs, err
}

// Check refuses regions of pictures that there are not, and such as are no numbers
// or out of all proportion.
func (r roi) Check(inputs []domain.Tensor) error {
	x := inputs[0].Shape()
	bins := r.of(x)
	for i := range inputs[1].Shape()[0] {
		picture, box := r.region(inputs, i)
		if !(picture >= 0 && picture < float64(x[0])) {
			return domain.Errorf(domain.Invalid, "region %d is of picture %v, there are %d", i, picture, x[0])
		}
		if !bins.Samplable(box) {
			return domain.Errorf(domain.Invalid, "region %d, %v, is no part of a picture of %d x %d that can be cut into %d x %d", i, box, x[2], x[3], bins.Rows, bins.Columns)
		}
	}
	return nil
}

// of returns the bins in pictures of a shape.
func (r roi) of(x domain.Shape) kernels.Bins {
	b := r.bins
	b.Channels, b.Height, b.Width = x[1], x[2], x[3]
	if !r.align {
		b.Samples = 1 // of which there are none; the bins' elements are bounded by the picture's
	}
	return b
}

// region returns the picture and the left, top, right and bottom of a region.
func (r roi) region(inputs []domain.Tensor, i int) (picture float64, box [4]float64) {
	first := 4 * i
	if r.align {
		picture = float64(dataOf[int64](inputs[2])[i])
	} else {
		picture, _ = domain.Number(inputs[1], 5*i)
		first = 5*i + 1
	}
	for k := range box {
		box[k], _ = domain.Number(inputs[1], first+k)
	}
	return picture, box
}

// Compile returns what pools one region after another.
func (r roi) Compile(inputs, outputs []Value) (Run, error) {
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	bins := r.of(inputs[0].Shape)
	if inputs[0].Datatype == domain.FP64 {
		return poolRegions[float64](r, &bins), nil
	}
	return poolRegions[float32](r, &bins), nil
}

func poolRegions[T fractional](r roi, bins *kernels.Bins) Run {
	pool := kernels.MaxRegion[T]
	if r.align {
		pool = kernels.AlignRegion[T]
	}
	return func(in, out []domain.Tensor) {
		dst, src := dataOf[T](out[0]), dataOf[T](in[0])
		regions, pictures := in[1].Shape()[0], in[0].Shape()[0]
		for i := range regions {
			picture, box := r.region(in, i)
			pool(pictureOf(dst, i, regions), pictureOf(src, int(picture), pictures), box, bins)
		}
	}
}
