package kernels

import "math"

// All activations compute in float64 where a function of math is involved, and
// round once. NaN stays NaN. A product is rounded before anything is added to it
// on every processor: the conversions forbid a fused multiplication and addition.

// ClampAll writes Clamp of each element.
func ClampAll(dst, src []float32, low, high float32) {
	for i, x := range src {
		dst[i] = Clamp(x, low, high)
	}
}

// ClampNumbers is ClampAll for any numbers.
func ClampNumbers[T Number](dst, src []T, low, high T) {
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
		dst[i] = Clamp(float32(alpha*x)+beta, 0, 1)
	}
}

// HardSwish writes x * HardSigmoid(x), with alpha 1/6 and beta 0.5.
func HardSwish(dst, src []float32) {
	for i, x := range src {
		dst[i] = x * Clamp(float32(x*(1.0/6))+0.5, 0, 1)
	}
}
