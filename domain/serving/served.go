package serving

import "github.com/portent-go/portent/domain"

// Served is one version of a model that can be asked for predictions.
type Served struct {
	Name       string
	Version    string
	Card       Card
	Model      *Model
	Classifier *Classifier // over Model; nil where the model is no classifier
	Stats      *Statistics // of the requests that went through Model
}

// Labels returns the names of the classes that an output's columns are scores of; nil
// where it has none. Models that take several inputs, as those of texts do, are no
// classifiers here, and their scores have the card's labels nevertheless.
func (s *Served) Labels(output domain.TensorSpec) domain.Labels {
	if s.Classifier != nil {
		if s.Classifier.Scores().Name == output.Name {
			return s.Card.Labels
		}
		return output.Labels
	}
	signature := s.Model.Signature()
	at, ok := scoresOf(signature)
	if ok && signature.Outputs[at].Name == output.Name && len(s.Card.Labels) > 0 && output.Shape[1] == len(s.Card.Labels) {
		return s.Card.Labels
	}
	return output.Labels
}
