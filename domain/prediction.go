package domain

import "slices"

// Prediction is a classifier's answer to one input.
type Prediction struct {
	Class         int       // the index of the most probable class
	Label         string    // its name
	Probability   float32   // its probability, 0 to 1
	Probabilities []float32 // shape [classes], each 0 to 1
	Logits        []float32 // shape [classes], the model's own output
	labels        Labels
}

// Ranked is one class of a prediction with its label and probability.
type Ranked struct {
	Class       int
	Label       string
	Probability float32
}

// NewPrediction returns the prediction that a model's output row, of shape
// [classes], stands for; activation says what its numbers are. Both slices are
// kept. A row that is empty or holds NaN, or logits that are infinite, are an
// error of kind Internal: the model did not answer.
func NewPrediction(row []float32, activation Activation, labels Labels) (Prediction, error) {
	if len(row) == 0 {
		return Prediction{}, &Error{Kind: Internal, Field: "logits", Msg: "the model gave no classes"}
	}
	probabilities, err := normalise(row, activation)
	if err != nil {
		return Prediction{}, err
	}
	// The row and not the probabilities decides: two probabilities can round
	// to the same number.
	best := argmax(row)
	return Prediction{
		Class: best, Label: labels.Of(best), Probability: probabilities[best],
		Probabilities: probabilities, Logits: row, labels: labels,
	}, nil
}

// Top returns the k most probable classes, best first; among equals the lower
// class comes first. A k beyond the number of classes gives all of them, k < 1
// none.
func (p Prediction) Top(k int) []Ranked {
	classes := TopK(p.Logits, k)
	top := make([]Ranked, len(classes))
	for i, class := range classes {
		top[i] = Ranked{Class: class, Label: p.labels.Of(class), Probability: p.Probabilities[class]}
	}
	return top
}

// TopK returns the indices of the k largest values, largest first; among equals
// the lower index comes first. A k beyond the number of values gives all of
// them, k < 1 none. Values must not be NaN.
func TopK(values []float32, k int) []int {
	k = max(0, min(k, len(values)))
	top := make([]int, 0, k+1)
	for i, v := range values {
		at, _ := slices.BinarySearchFunc(top, v, func(index int, v float32) int {
			if values[index] >= v {
				return -1
			}
			return 1
		})
		if at == k {
			continue
		}
		top = slices.Insert(top, at, i)
		top = top[:min(len(top), k)]
	}
	return top
}

func argmax(values []float32) int {
	best := 0
	for i, v := range values {
		if v > values[best] {
			best = i
		}
	}
	return best
}
