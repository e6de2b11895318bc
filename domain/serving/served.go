package serving

// Served is one version of a model that can be asked for predictions.
type Served struct {
	Name       string
	Version    string
	Card       Card
	Model      *Model
	Classifier *Classifier // over Model; nil where the model is no classifier
	Stats      *Statistics // of the requests that went through Model
}
