package httpapi

import "github.com/portent-go/portent/domain"

// predictRequest is what /predict takes as JSON: an input or an image.
//
//nolint:unused // swag reads it; what a body holds is decoded field by field
type predictRequest struct {
	// The numbers, nested as the model's signature says, with or without a leading batch axis of 1, or flat.
	Input []any `json:"input,omitempty"`
	// A picture's file in base64; "data:image/png;base64," may stand before it.
	Image string `json:"image,omitempty" format:"byte"`
	// The shape of the input; needed only where it is flat and an axis of the model is dynamic.
	Shape []int `json:"shape,omitempty"`
	// How many of the most probable classes to name in "top"; 5 if left out.
	TopK int `json:"top_k,omitempty" minimum:"1"`
	// Comes back in the answer.
	ID string `json:"id,omitempty" maxLength:"256"`
} // @name PredictRequest

// batchRequest is what /predict/batch takes as JSON: inputs or images.
//
//nolint:unused // as above
type batchRequest struct {
	// One input after the other, each as in /predict.
	Inputs []any `json:"inputs,omitempty"`
	// Pictures' files in base64.
	Images []string `json:"images,omitempty" format:"byte"`
	// How many of the most probable classes to name in "top"; 5 if left out.
	TopK int `json:"top_k,omitempty" minimum:"1"`
	// Comes back in the answer.
	ID string `json:"id,omitempty" maxLength:"256"`
} // @name BatchRequest

// prediction is one input's answer.
type prediction struct {
	// The index of the most probable class.
	PredictedClass int `json:"predicted_class" example:"3"`
	// Its name.
	Label string `json:"label" example:"cat"`
	// Its probability, 0 to 1.
	Probability float32 `json:"probability" example:"0.98"`
	// The probability of every class, in order.
	Probabilities []float32 `json:"probabilities"`
	// The most probable classes, best first.
	Top []rankedAnswer `json:"top"`
} // @name Prediction

// rankedAnswer is a class with its probability.
type rankedAnswer struct {
	Class       int     `json:"class" example:"3"`
	Label       string  `json:"label" example:"cat"`
	Probability float32 `json:"probability" example:"0.98"`
} // @name RankedClass

// modelAnswer says which model has answered.
type modelAnswer struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Of the model's file, in hexadecimal.
	SHA256 string `json:"sha256"`
} // @name Model

// predictAnswer is what /predict answers.
type predictAnswer struct {
	prediction
	Model modelAnswer `json:"model"`
	// As given in the request.
	ID string `json:"id,omitempty"`
	// What looks like a mistake although it is allowed.
	Warnings []string `json:"warnings,omitempty"`
} // @name PredictAnswer

// batchAnswer is what /predict/batch answers.
type batchAnswer struct {
	// One for each input, in order.
	Predictions []prediction `json:"predictions"`
	Model       modelAnswer  `json:"model"`
	// As given in the request.
	ID string `json:"id,omitempty"`
	// What looks like a mistake although it is allowed.
	Warnings []string `json:"warnings,omitempty"`
} // @name BatchAnswer

// healthAnswer says that the server is alive, or ready.
type healthAnswer struct {
	Status string       `json:"status" example:"ready"`
	Model  *modelAnswer `json:"model,omitempty"`
} // @name Health

const defaultTopK = 5

func newPrediction(p domain.Prediction, topK int) prediction {
	if topK == 0 {
		topK = defaultTopK
	}
	top := p.Top(topK)
	answer := prediction{
		PredictedClass: p.Class, Label: p.Label, Probability: p.Probability,
		Probabilities: p.Probabilities, Top: make([]rankedAnswer, len(top)),
	}
	for i, ranked := range top {
		answer.Top[i] = rankedAnswer(ranked)
	}
	return answer
}
