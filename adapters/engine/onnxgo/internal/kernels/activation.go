package kernels

import "math"

// All activations compute in float64 where a function of math is involved, and
// round once. NaN stays NaN.

// ClampAll writes Clamp of each element.
func ClampAll(dst, src []float32, low, high float32) {
	for i, x := range src {
		dst[i] = Clamp(x, low, high)
	}
}

// ClampIntegers writes each element, or the nearer bound.
func ClampIntegers[T Number](dst, src []T, low, high T) {
	for i, x := range src {
		dst[i] = min(max(x, low), high)
	}
}

// LeakyRelu writes x, or slope*x where x is negative.
func LeakyRelu(dst, src []float32, slope float32) {
	for i, x := range src {
		if x < 0 {
			x *= slope
		}
		dst[i] = x
	}
}

// Sigmoid writes 1/(1+exp(-x)).
func Sigmoid(dst, src []float32) {
	for i, x := range src {
		dst[i] = float32(1 / (1 + math.Exp(-float64(x))))
	}
}

// Tanh writes the hyperbolic tangent.
func Tanh(dst, src []float32) {
	for i, x := range src {
		dst[i] = float32(math.Tanh(float64(x)))
	}
}

// HardSigmoid writes alpha*x + beta, clamped to 0 and 1.
func HardSigmoid(dst, src []float32, alpha, beta float32) {
	for i, x := range src {
		dst[i] = Clamp(alpha*x+beta, 0, 1)
	}
}

// HardSwish writes x * HardSigmoid(x), with alpha 1/6 and beta 0.5.
func HardSwish(dst, src []float32) {
	for i, x := range src {
		dst[i] = x * Clamp(x*(1.0/6)+0.5, 0, 1)
	}
}

// Softmax writes exp(x) scaled to a sum of 1 along the middle axis of an array
// [outer, n, inner], or the logarithm of that. The largest element is subtracted
// first, and sums are formed in float64.
func Softmax(dst, src []float32, n, inner int, logarithm bool) {
	for block := 0; block+n*inner <= len(src) && n*inner > 0; block += n * inner {
		for i := range inner {
			softmaxLine(dst[block+i:], src[block+i:], n, inner, logarithm)
		}
	}
}

func softmaxLine(dst, src []float32, n, stride int, logarithm bool) {
	largest := src[0]
	for i := range n {
		largest = max(largest, src[i*stride]) // NaN wins
	}
	sum := 0.0
	for i := range n {
		sum += math.Exp(float64(src[i*stride]) - float64(largest))
	}
	scale := math.Log(sum)
	for i := range n {
		shifted := float64(src[i*stride]) - float64(largest)
		if logarithm {
			dst[i*stride] = float32(shifted - scale)
		} else {
			dst[i*stride] = float32(math.Exp(shifted) / sum)
		}
	}
}
