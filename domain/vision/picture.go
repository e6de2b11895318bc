package vision

import (
	"fmt"
	"image"
	"math"

	"github.com/portent-go/portent/domain"
)

// Picture is Tensor the other way round: the picture for which a model's input
// stands, after resizing and cropping. The input is FP32 of the shape that Tensor
// makes; another is an error of kind Invalid. Of a picture's tensor it is what the
// model sees, bit for bit; other numbers become the nearest of the 256 that a
// channel can have.
func (p *Preprocessor) Picture(tensor domain.Tensor) (image.Image, error) {
	values, ok := domain.Data[float32](tensor)
	if !ok || !p.Output().Shape.Accepts(tensor.Shape()) {
		return nil, &domain.Error{
			Kind: domain.Invalid, Msg: "the tensor stands for no picture",
			Expected: p.Output().String(), Got: fmt.Sprintf("%v %v", tensor.Datatype(), tensor.Shape()),
		}
	}
	height, width := tensor.Shape()[2], tensor.Shape()[3]
	if p.ChannelsLast {
		height, width = tensor.Shape()[1], tensor.Shape()[2]
	}
	picture, plane := image.NewNRGBA(image.Rect(0, 0, width, height)), width*height
	for pixel := range plane {
		for channel := range 3 {
			at := channel*plane + pixel
			if p.ChannelsLast {
				at = 3*pixel + channel
			}
			picture.Pix[4*pixel+channel] = p.pixel(channel, values[at])
		}
		picture.Pix[4*pixel+3] = math.MaxUint8
	}
	return picture, nil
}

// pixel is value the other way round.
func (p *Preprocessor) pixel(channel int, value float32) uint8 {
	x := float64(value)
	if p.Std != ([3]float32{}) {
		x = x*float64(p.Std[channel]) + float64(p.Mean[channel])
	}
	if p.Rescale != 0 {
		x /= p.Rescale
	}
	if !(x > 0) { // which NaN is not either
		return 0
	}
	return uint8(math.Round(min(x, math.MaxUint8)))
}
