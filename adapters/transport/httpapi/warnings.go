package httpapi

import (
	"fmt"
	"image"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/vision"
)

// span is the least and the largest number of a tensor.
type span struct{ low, high float32 }

// usualSpan returns the numbers between which the preprocessing of any picture
// lies: rescaling and normalising are linear, so that black and white give the
// ends. It is nil where there is no preprocessing.
func usualSpan(preprocessor *vision.Preprocessor) (*span, error) {
	if preprocessor == nil {
		return nil, nil
	}
	width, height := exampleSize(preprocessor)
	picture := image.NewGray(image.Rect(0, 0, width, height))
	black, err := preprocessor.Tensor(picture)
	if err != nil {
		return nil, err
	}
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	white, err := preprocessor.Tensor(picture)
	if err != nil {
		return nil, err
	}
	b, ok := spanOf(black)
	w, _ := spanOf(white)
	if !ok {
		return nil, nil
	}
	return &span{min(b.low, w.low), max(b.high, w.high)}, nil
}

// spanOf returns the span of an FP32 tensor; others have none.
func spanOf(tensor domain.Tensor) (span, bool) {
	values, ok := domain.Data[float32](tensor)
	if !ok || len(values) == 0 {
		return span{}, false
	}
	s := span{values[0], values[0]}
	for _, v := range values {
		if v < s.low {
			s.low = v
		}
		if v > s.high {
			s.high = v
		}
	}
	return s, true
}

// warnings names what is allowed but looks like a known mistake: numbers of
// pixels, 0 to 255, where the model was trained with smaller ones. The
// prediction is what the numbers give.
func (h *facts) warnings(tensor domain.Tensor) []string {
	if h.usual == nil {
		return nil
	}
	s, ok := spanOf(tensor)
	if !ok || s.low < 0 || s.high > 255 || s.high <= 2*max(h.usual.high, 1) {
		return nil
	}
	return []string{fmt.Sprintf(
		"the numbers go up to %v and look like pixels of 0 to 255; the model was trained with numbers from %v to %v: prepare them as preprocessor_config.json says, or send the picture itself",
		s.high, h.usual.low, h.usual.high)}
}
