// Package stats summarises measurements.
package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Quantile returns the smallest value that at least the fraction q of the values
// do not exceed, NaN without values.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return stat.Quantile(q, stat.Empirical, slices.Sorted(slices.Values(values)), nil)
}

// Median returns the middle value, NaN without values.
func Median(values []float64) float64 { return Quantile(values, 0.5) }

// Ratio returns the median of values[i]/reference[i] over the rounds i in which
// both are there, that is not 0: what slows a whole round down does not count.
// It returns NaN if there are none.
func Ratio(values, reference []float64) float64 {
	var ratios []float64
	for i := range min(len(values), len(reference)) {
		if values[i] != 0 && reference[i] != 0 {
			ratios = append(ratios, values[i]/reference[i])
		}
	}
	return Median(ratios)
}

// MaxDifference returns the largest absolute difference of two lists' elements;
// +Inf if one is longer, or holds what is no finite number.
func MaxDifference[T float32 | float64](a, b []T) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	largest := 0.0
	for i := range a {
		d := math.Abs(float64(a[i]) - float64(b[i]))
		if math.IsNaN(d) {
			return math.Inf(1)
		}
		largest = max(largest, d)
	}
	return largest
}

// Finite returns nil for what is no number, which JSON has no word for.
func Finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
