package serving

import (
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/vision"
)

// Card is what the people who made a model say about it, beyond what its
// signature shows.
type Card struct {
	Name         string
	Version      string
	SHA256       string               // of the model file, in hexadecimal; may be empty
	Labels       domain.Labels        // names of the classes, in order; nil where they have none, or the model itself names them
	Preprocessor *vision.Preprocessor // from a picture to the input; nil for a model that takes tensors only
	License      string               // under what terms the model may be used, such as "Apache-2.0"; empty if nobody says
}
