package vision

import (
	"fmt"
	"image"

	"github.com/portent-go/portent/domain"
)

// Preprocessor turns a picture into a model's input, in this order: to 8-bit RGB,
// Resize, Crop, Rescale, normalise. It is immutable and safe for concurrent use.
type Preprocessor struct {
	Resize       Size       // zero: the picture keeps its size
	Crop         Size       // cut from the middle; zero: nothing is cut off
	Resample     Filter     // how to resize
	Rescale      float64    // multiplies the 8-bit values; 0: they stay 0 to 255
	Mean         [3]float32 // subtracted, by channel
	Std          [3]float32 // divides afterwards, by channel; zero: no normalisation
	ChannelsLast bool       // shape [1, height, width, 3] instead of [1, 3, height, width]
}

// Size is a size in pixels. With ShortestEdge it is the shorter edge's length,
// and the longer keeps the proportion.
type Size struct {
	Width, Height int
	ShortestEdge  int
}

// Exactly returns the size of width x height pixels.
func Exactly(width, height int) Size { return Size{Width: width, Height: height} }

// Shortest returns the size whose shorter edge has n pixels.
func Shortest(n int) Size { return Size{ShortestEdge: n} }

// of returns what a picture of width x height becomes.
func (s Size) of(width, height int) (int, int) {
	switch {
	case s == Size{}:
		return width, height
	case s.ShortestEdge == 0:
		return s.Width, s.Height
	case width <= height:
		return s.ShortestEdge, int(float64(s.ShortestEdge*height) / float64(width))
	default:
		return int(float64(s.ShortestEdge*width) / float64(height)), s.ShortestEdge
	}
}

// fixed reports whether every picture comes out at one size.
func (s Size) fixed() bool { return s.ShortestEdge == 0 && s.Width > 0 && s.Height > 0 }

// Output returns what Tensor makes: FP32 of shape [1, 3, height, width], or
// [1, height, width, 3]. Lengths that depend on the picture are dynamic.
func (p *Preprocessor) Output() domain.TensorSpec {
	width, height := domain.Dynamic, domain.Dynamic
	if p.Resize.fixed() {
		width, height = p.Resize.Width, p.Resize.Height
	}
	if p.Crop.fixed() || width != domain.Dynamic {
		width, height = p.Crop.of(width, height)
	}
	return domain.TensorSpec{Name: "picture", Datatype: domain.FP32, Shape: p.shape(height, width)}
}

func (p *Preprocessor) shape(height, width int) domain.Shape {
	if p.ChannelsLast {
		return domain.Shape{1, height, width, 3}
	}
	return domain.Shape{1, 3, height, width}
}

// maxSide bounds the sides of a picture before and after resizing.
const maxSide = 1 << 16

// Tensor turns a picture into a model's input. A picture that is empty, larger
// than 65,536 pixels on a side, or smaller than what is to be cut from it is an
// error of kind Invalid.
func (p *Preprocessor) Tensor(picture image.Image) (domain.Tensor, error) {
	bounds := picture.Bounds()
	width, height := p.Resize.of(bounds.Dx(), bounds.Dy())
	for _, side := range []int{bounds.Dx(), bounds.Dy(), width, height} {
		if side < 1 || side > maxSide {
			return domain.Tensor{}, refuse("is %d x %d pixels and would be resized to %d x %d, which is too small or too large", bounds.Dx(), bounds.Dy(), width, height)
		}
	}
	cropWidth, cropHeight := p.Crop.of(width, height)
	if cropWidth > width || cropHeight > height {
		return domain.Tensor{}, refuse("is %d x %d pixels, too small to cut %d x %d from it", width, height, cropWidth, cropHeight)
	}
	pixels := resize(toRGB(picture), width, height, p.Resample)
	pixels = pixels.crop((width-cropWidth)/2, (height-cropHeight)/2, cropWidth, cropHeight)
	return domain.NewTensor(p.shape(cropHeight, cropWidth), p.values(pixels))
}

// values converts 8-bit pixels to numbers, laid out as the model wants them. A
// channel has 256 values, so each is worked out once.
func (p *Preprocessor) values(pixels *rgb) []float32 {
	var table [3][256]float32
	for channel := range table {
		for v := range table[channel] {
			table[channel][v] = p.value(channel, uint8(v))
		}
	}
	values := make([]float32, len(pixels.pix))
	plane := pixels.width * pixels.height
	for i, v := range pixels.pix {
		pixel, channel := i/3, i%3
		at := i
		if !p.ChannelsLast {
			at = channel*plane + pixel
		}
		values[at] = table[channel][v]
	}
	return values
}

// value rescales and normalises one 8-bit value. The rescaled value is rounded
// to FP32 before it is normalised in FP32, as numpy does.
func (p *Preprocessor) value(channel int, v uint8) float32 {
	x := float32(v)
	if p.Rescale != 0 {
		x = float32(float64(v) * p.Rescale)
	}
	if p.Std != ([3]float32{}) {
		x = float32(x-p.Mean[channel]) / p.Std[channel]
	}
	return x
}

func refuse(format string, args ...any) error {
	return &domain.Error{Kind: domain.Invalid, Field: "image", Msg: fmt.Sprintf(format, args...)}
}
