package vision

import (
	"math"
	"slices"
	"testing"

	"github.com/portent-go/portent/domain"
)

// TestThePictureOfATensorGivesItAgain for every value of every channel.
func TestThePictureOfATensorGivesItAgain(t *testing.T) {
	shades := newRGB(16, 16)
	for i := range shades.pix {
		shades.pix[i] = uint8(i/3 + i%3*31)
	}
	for name, p := range map[string]*Preprocessor{
		"as they are":   {Resize: Exactly(16, 16)},
		"rescaled":      {Resize: Exactly(16, 16), Rescale: 1.0 / 255},
		"normalised":    {Resize: Exactly(16, 16), Rescale: 1.0 / 255, Mean: [3]float32{0.485, 0.456, 0.406}, Std: [3]float32{0.229, 0.224, 0.225}},
		"from -1":       {Resize: Exactly(16, 16), Rescale: 1.0 / 127.5, Mean: [3]float32{1, 1, 1}, Std: [3]float32{1, 1, 1}, ChannelsLast: true},
		"upside down":   {Resize: Exactly(16, 16), Rescale: -1.0 / 255},
		"of open sizes": {Resize: Shortest(16), Rescale: 1.0 / 255},
	} {
		tensor, err := domain.NewTensor(p.shape(16, 16), p.values(shades))
		if err != nil {
			t.Fatal(err)
		}
		picture, err := p.Picture(tensor)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(toRGB(picture).pix, shades.pix) {
			t.Errorf("%s: another picture", name)
		}
	}
}

func TestNumbersThatAreNoPixels(t *testing.T) {
	p := &Preprocessor{Resize: Exactly(2, 1), Rescale: 1.0 / 255}
	tensor, err := domain.NewTensor(domain.Shape{1, 3, 1, 2}, []float32{-5, 300, float32(math.NaN()), 0.5, float32(math.Inf(1)), float32(math.Inf(-1))})
	if err != nil {
		t.Fatal(err)
	}
	picture, err := p.Picture(tensor)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := toRGB(picture).pix, []uint8{0, 0, 255, 255, 128, 0}; !slices.Equal(got, want) {
		t.Errorf("%v, expected %v", got, want)
	}
	for _, shape := range []domain.Shape{{1, 3, 2, 1}, {3, 1, 2}, {1, 1, 2, 3}, {2, 3, 1, 2}} {
		other, err := domain.MakeTensor(domain.FP32, shape)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Picture(other); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%v: %v", shape, err)
		}
	}
	whole, err := domain.MakeTensor(domain.INT64, domain.Shape{1, 3, 1, 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Picture(whole); domain.KindOf(err) != domain.Invalid {
		t.Errorf("whole numbers: %v", err)
	}
}
