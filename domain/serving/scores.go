package serving

import (
	"math"

	"github.com/portent-go/portent/domain"
)

// activationOf says what a model's scores are: what the engine has found out, or what
// the test vectors show. An engine cannot tell it of every way to compute
// probabilities, and one on other servers of none; if each row of the expected scores
// is a distribution, then they are probabilities already, and softmax would make
// other numbers of them.
func activationOf(scores domain.TensorSpec, at int, vectors []Vector) domain.Activation {
	if scores.Activation != domain.Logits {
		return scores.Activation
	}
	for _, vector := range vectors {
		if at >= len(vector.Outputs) || !distributions(vector.Outputs[at]) {
			return domain.Logits
		}
	}
	if len(vectors) == 0 {
		return domain.Logits
	}
	return domain.Probabilities
}

// distributions reports whether each row of [rows, classes] holds no negative number
// and is 1 in total. One class alone says nothing.
func distributions(scores domain.Tensor) bool {
	const rounding = 1e-5
	values, ok := domain.Data[float32](scores)
	shape := scores.Shape()
	if !ok || len(shape) != 2 || shape[0] < 1 || shape[1] < 2 {
		return false
	}
	for row := range shape[0] {
		sum := 0.0
		for _, v := range values[row*shape[1] : (row+1)*shape[1]] {
			if v < -rounding {
				return false
			}
			sum += float64(v)
		}
		if !(math.Abs(sum-1) <= rounding) { // NaN is no distribution
			return false
		}
	}
	return true
}
