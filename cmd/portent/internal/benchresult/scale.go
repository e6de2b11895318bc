package benchresult

import (
	"math"
)

// logScale is a logarithmic axis.
type logScale struct{ low, high float64 }

// scaleOf returns the axis that values above 0 fit on, from one step to another.
// Without any there is none.
func scaleOf(values []float64) (logScale, bool) {
	low, high := math.Inf(1), 0.0
	for _, v := range values {
		if v > 0 {
			low, high = min(low, v), max(high, v)
		}
	}
	if high == 0 {
		return logScale{}, false
	}
	return logScale{stepBelow(low), stepAbove(high)}, true
}

// at returns where a value is, from 0 to 1.
func (s logScale) at(v float64) float64 {
	return min(max(math.Log(v/s.low)/math.Log(s.high/s.low), 0), 1)
}

// steps returns 1, 2, 5, 10, 20, 50 and so on, as far as they are on the axis.
func (s logScale) steps() []float64 {
	var steps []float64
	for v := s.low; v <= s.high*(1+rounding); v = stepAbove(v) {
		steps = append(steps, v)
	}
	return steps
}

// rounding is how far a step may be off.
const rounding = 1e-9

// stepAbove returns the smallest step above a value.
func stepAbove(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v*(1+rounding))))
	for _, digit := range []float64{2, 5} {
		if digit*decade > v*(1+rounding) {
			return digit * decade
		}
	}
	return 10 * decade
}

// stepBelow returns the largest step below a value.
func stepBelow(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v*(1-rounding))))
	for _, digit := range []float64{5, 2, 1} {
		if digit*decade < v*(1-rounding) {
			return digit * decade
		}
	}
	return decade / 2
}
