package httpapi

import "github.com/portent-go/portent/domain"

// modelsAnswer lists the models that are served.
type modelsAnswer struct {
	// The server's version.
	Server string `json:"server" example:"1.0.0"`
	// "ready", or why the server is not.
	State string `json:"state" example:"ready"`
	// Which model /predict asks; none if it is not loaded.
	Default string      `json:"default,omitempty"`
	Models  []modelLine `json:"models"`
} // @name Models

// modelLine is a model in the list.
type modelLine struct {
	Name string `json:"name"`
	// Those that are loaded, oldest first.
	Versions []string `json:"versions"`
} // @name ModelVersions

// cardAnswer is what a caller may know of a model.
type cardAnswer struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// "ready", or why the model is not.
	State string `json:"state" example:"ready"`
	// Of the model's file, in hexadecimal.
	SHA256 string `json:"sha256,omitempty"`
	// Under what terms the model may be used, as its makers say.
	License string `json:"license,omitempty" example:"Apache-2.0"`
	// How the test against the model's own vectors ended.
	SelfTest string `json:"self_test" example:"passed, largest difference 2.9e-06"`
	// What computes the model, and on what.
	Engine string `json:"engine,omitempty" example:"onnxgo"`
	Device string `json:"device,omitempty" example:"cpu (amd64, avx512)"`
	// The program that wrote the model's file.
	Producer string       `json:"producer,omitempty" example:"pytorch 1.13.0"`
	Opsets   []string     `json:"opsets,omitempty" example:"ai.onnx 17"`
	Inputs   []tensorLine `json:"inputs"`
	Outputs  []tensorLine `json:"outputs"`
	// The names of the classes, in order.
	Labels domain.Labels `json:"labels,omitempty" swaggertype:"array,string"`
	// Where a prediction is asked for; none if the model is no classifier.
	Predict string `json:"predict,omitempty" example:"/predict"`
	// The content types that it takes there.
	Takes []string `json:"takes,omitempty" example:"application/json,image/png"`
	// Where a picture can be seen as the model sees it; none if it takes no pictures.
	Preprocess string `json:"preprocess,omitempty" example:"/preprocess"`
	// Where the Open Inference Protocol asks it, if the server speaks that.
	Infer string `json:"infer,omitempty"`
	// Where pictures are that came with the model to try it.
	Samples []string `json:"samples,omitempty"`
	// The largest request, in bytes.
	MaxBody int64 `json:"max_body" example:"16777216"`
} // @name ModelCard

// tensorLine is an input or an output.
type tensorLine struct {
	Name     string `json:"name"`
	Datatype string `json:"datatype" example:"FP32"`
	// -1 is an axis of any length.
	Shape []int `json:"shape" example:"-1,3,32,32"`
} // @name ModelTensor
