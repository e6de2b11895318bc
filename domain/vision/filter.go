package vision

import "math"

// Filter says how pixels are weighted when a picture is resized. The numbers are
// Pillow's.
type Filter uint8

// The filters.
const (
	Nearest Filter = iota
	Lanczos
	Bilinear
	Bicubic
	Box
	Hamming
)

// Valid reports whether f is one of the filters.
func (f Filter) Valid() bool { return f <= Hamming }

// support is how far from its centre a filter reaches, in pixels.
func (f Filter) support() float64 {
	switch f {
	case Box:
		return 0.5
	case Bicubic:
		return 2
	case Lanczos:
		return 3
	default:
		return 1
	}
}

// weight is the filter's value at a distance from its centre. Conversions keep
// products from being fused with sums, so that all processors agree.
func (f Filter) weight(x float64) float64 {
	switch f {
	case Box:
		if x > -0.5 && x <= 0.5 {
			return 1
		}
		return 0
	case Bicubic:
		return cubic(math.Abs(x))
	case Lanczos:
		if x >= -3 && x < 3 {
			return sinc(x) * sinc(x/3)
		}
		return 0
	case Hamming:
		return hamming(math.Abs(x))
	default:
		return max(0, 1-math.Abs(x))
	}
}

func cubic(x float64) float64 {
	const a = -0.5
	switch {
	case x < 1:
		return float64(float64(float64(float64((a+2)*x)-(a+3))*x)*x) + 1
	case x < 2:
		return float64(float64(float64(float64((x-5)*x)+8)*x)-4) * a
	default:
		return 0
	}
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	x *= math.Pi
	return math.Sin(x) / x
}

func hamming(x float64) float64 {
	switch {
	case x == 0:
		return 1
	case x >= 1:
		return 0
	}
	// Pillow writes these two in single precision.
	const a, b = float64(float32(0.54)), float64(float32(0.46))
	x *= math.Pi
	return math.Sin(x) / x * (a + float64(b*math.Cos(x)))
}
