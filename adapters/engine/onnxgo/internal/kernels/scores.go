package kernels

import "math"

// Transform is what the operators of ai.onnx.ml make of a row of scores in the
// end. The numbers are those of TreeEnsemble's attribute.
type Transform uint8

// The transforms.
const (
	NoTransform Transform = iota
	SoftmaxTransform
	LogisticTransform
	SoftmaxZeroTransform // softmax of the scores that are not 0; those stay 0
	ProbitTransform
)

// TransformRow transforms a row of scores.
func TransformRow[T Float](transform Transform, scores []T) {
	switch transform {
	case SoftmaxTransform:
		softmaxOfRow(scores, -1)
	case SoftmaxZeroTransform:
		softmaxOfRow(scores, 1e-7)
	case LogisticTransform:
		for i, s := range scores {
			scores[i] = T(Logistic(float64(s)))
		}
	case ProbitTransform:
		for i, s := range scores {
			scores[i] = T(probit(float32(s)))
		}
	}
}

// softmaxOfRow makes probabilities of the scores whose magnitude is more than the
// least one. The others stay as good as zero.
func softmaxOfRow[T Float](scores []T, least float64) {
	highest := math.Inf(-1)
	for _, s := range scores {
		highest = math.Max(highest, float64(s))
	}
	sum := 0.0
	for i, s := range scores {
		if math.Abs(float64(s)) <= least {
			scores[i] = s * T(math.Exp(-highest))
			continue
		}
		e := math.Exp(float64(s) - highest)
		scores[i] = T(e)
		sum += e
	}
	for i, e := range scores {
		scores[i] = T(float64(e) / sum)
	}
}

// Logistic returns 1/(1+e^-x).
func Logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// probit returns the point below which a normal distribution has a share of p, as
// ONNX Runtime approximates it: by Winitzki's inverse of the error function, with
// rounded constants, and in FP32, which shows near 0 and 1.
func probit(p float32) float32 {
	const a, pi, squareRoot = 0.147, 3.14159, 1.41421356
	x := 2*p - 1
	log := float32(math.Log(float64((1 - x) * (1 + x))))
	v := 2/float32(pi*a) + log/2
	inverse := float32(math.Sqrt(float64(-v + float32(math.Sqrt(float64(v*v-log/a))))))
	return squareRoot * float32(math.Copysign(float64(inverse), float64(x)))
}

// Complement writes two scores for one: of the class that it is for, and of the
// other, whose score is what is left to 1.
func Complement[T Float](two []T, score T) { two[0], two[1] = 1-score, score }

// Opposite writes two scores for one: of the class that it is for, and of the
// other, whose score is as far on the other side of 0. With logistic both become
// probabilities.
func Opposite[T Float](two []T, score T, logistic bool) {
	two[0], two[1] = -score, score
	if logistic {
		two[0], two[1] = T(Logistic(float64(-score))), T(Logistic(float64(score)))
	}
}

// Highest returns the position of the first of the highest numbers. A NaN is not
// high.
func Highest[T Float](numbers []T) int {
	best := 0
	for i, x := range numbers {
		if x > numbers[best] {
			best = i
		}
	}
	return best
}
