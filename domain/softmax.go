package domain

import (
	"fmt"
	"math"
)

// Softmax returns exp(logits) scaled to a sum of 1. The largest logit is
// subtracted first, so that no finite input overflows, and sums are formed in
// float64. Shape [classes] in and out.
func Softmax(logits []float32) []float32 {
	if len(logits) == 0 {
		return nil
	}
	largest := float64(logits[argmax(logits)])
	exps, sum := make([]float64, len(logits)), 0.0
	for i, v := range logits {
		exps[i] = math.Exp(float64(v) - largest)
		sum += exps[i]
	}
	probabilities := make([]float32, len(logits))
	for i, e := range exps {
		probabilities[i] = float32(e / sum)
	}
	return probabilities
}

// normalise turns a model's output row into probabilities.
func normalise(row []float32, activation Activation) ([]float32, error) {
	for i, v := range row {
		if v != v || (activation == Logits && math.IsInf(float64(v), 0)) {
			return nil, &Error{Kind: Internal, Field: fmt.Sprintf("logits[%d]", i), Msg: fmt.Sprintf("the model gave %v", v)}
		}
	}
	switch activation {
	case Logits:
		return Softmax(row), nil
	case LogProbabilities:
		probabilities := make([]float32, len(row))
		for i, v := range row {
			probabilities[i] = float32(math.Exp(float64(v)))
		}
		return probabilities, nil
	default:
		return append([]float32(nil), row...), nil
	}
}
