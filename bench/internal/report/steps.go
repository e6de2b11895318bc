package report

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// steps marks a logarithmic axis at 1, 2, 5, 10, 20, 50 and so on, both ways.
type steps struct{}

// Ticks returns the marks from a step to another.
func (steps) Ticks(from, to float64) []plot.Tick {
	var ticks []plot.Tick
	const rounding = 1e-9
	for exponent := math.Floor(math.Log10(from)); exponent <= math.Ceil(math.Log10(to)); exponent++ {
		for _, digit := range []float64{1, 2, 5} {
			if v := digit * math.Pow(10, exponent); v >= from*(1-rounding) && v <= to*(1+rounding) {
				ticks = append(ticks, plot.Tick{Value: v, Label: label(v)})
			}
		}
	}
	return ticks
}

// label writes a step without the last digits' errors.
func label(v float64) string {
	return strconv.FormatFloat(v, 'f', max(0, int(-math.Floor(math.Log10(v)))), 64)
}

// stepBelow returns the largest step below a value.
func stepBelow(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for _, digit := range []float64{5, 2, 1} {
		if digit*decade < v {
			return digit * decade
		}
	}
	return decade / 2
}

// stepAbove returns the smallest step above a value.
func stepAbove(v float64) float64 {
	decade := math.Pow(10, math.Floor(math.Log10(v)))
	for _, digit := range []float64{2, 5} {
		if digit*decade > v {
			return digit * decade
		}
	}
	return decade * 10
}
