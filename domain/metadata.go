package domain

// Metadata says where a model comes from and what runs it, as far as its
// Predictor knows.
type Metadata struct {
	Platform   string            // <project>_<format>, as the Open Inference Protocol has it, such as "onnx_onnxv1"
	Engine     string            // the adapter that runs it, such as "onnxgo"
	Device     string            // what it computes on, such as "cpu (pure Go)"
	Producer   string            // the program that wrote the model, with its version; may be empty
	Opsets     []Opset           // operator sets the model asks for
	Properties map[string]string // what the model's author wrote into it; may be nil
}

// Opset is a version of a domain's operator set. The ai.onnx domain's name is
// the empty string.
type Opset struct {
	Domain  string
	Version int
}
