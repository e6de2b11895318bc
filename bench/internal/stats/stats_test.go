package stats

import (
	"math"
	"testing"
)

func TestQuantile(t *testing.T) {
	for _, test := range []struct {
		values  []float64
		q, want float64
	}{
		{[]float64{3, 1, 2}, 0.5, 2},
		{[]float64{4, 3, 2, 1}, 0.5, 2},
		{[]float64{7}, 0.99, 7},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.99, 10},
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.9, 9},
	} {
		if got := Quantile(test.values, test.q); got != test.want {
			t.Errorf("quantile %v of %v is %v, expected %v", test.q, test.values, got, test.want)
		}
	}
	if got := Median(nil); !math.IsNaN(got) {
		t.Errorf("the median of nothing is %v, expected NaN", got)
	}
}

func TestQuantileKeepsTheOrder(t *testing.T) {
	values := []float64{3, 1, 2}
	Median(values)
	if values[0] != 3 || values[1] != 1 || values[2] != 2 {
		t.Errorf("%v, expected them as they were", values)
	}
}

func TestRatioIsByRound(t *testing.T) {
	// The second round was ten times slower for everybody; the third one was
	// sat out.
	if got := Ratio([]float64{1, 10, 0, 1}, []float64{2, 20, 2, 2}); got != 0.5 {
		t.Errorf("%v, expected 0.5", got)
	}
	if got := Ratio([]float64{1}, nil); !math.IsNaN(got) {
		t.Errorf("without a reference %v, expected NaN", got)
	}
}

func TestMaxDifference(t *testing.T) {
	nan := float32(math.NaN())
	for _, test := range []struct {
		a, b []float32
		want float64
	}{
		{[]float32{1, 2}, []float32{1, 2}, 0},
		{[]float32{1, -2}, []float32{1, 2}, 4},
		{[]float32{1}, []float32{1, 2}, math.Inf(1)},
		{[]float32{nan}, []float32{1}, math.Inf(1)},
		{[]float32{1}, []float32{nan}, math.Inf(1)},
	} {
		if got := MaxDifference(test.a, test.b); got != test.want {
			t.Errorf("%v and %v differ by %v, expected %v", test.a, test.b, got, test.want)
		}
	}
}

func TestFinite(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if Finite(v) != nil {
			t.Errorf("%v is taken for finite", v)
		}
	}
	if v := Finite(2); v == nil || *v != 2 {
		t.Errorf("%v, expected 2", v)
	}
}
