package kernels

import (
	"math"
	"slices"
	"testing"
)

func TestMasksOfKeys(t *testing.T) {
	never, nan := math.Inf(-1), math.NaN()
	for _, c := range []struct {
		name     string
		add      func(scores []float64) bool
		want     []float64
		attended bool
	}{
		{"outside", func(s []float64) bool { return MaskOutside(s, 1, 3) }, []float64{never, 2, 3, never}, true},
		{"nothing inside", func(s []float64) bool { return MaskOutside(s, 3, 2) }, []float64{never, never, never, never}, false},
		{"truths", func(s []float64) bool { return MaskTruths(s, []bool{true, false, true}, 1, 0, 3) }, []float64{1, never, 3, never}, true},
		{"a truth outside", func(s []float64) bool { return MaskTruths(s, []bool{true, false}, 1, 1, 2) }, []float64{never, never, never, never}, false},
		{"one truth", func(s []float64) bool { return MaskTruths(s, []bool{true}, 0, 0, 2) }, []float64{1, 2, never, never}, true},
		{"addends", func(s []float64) bool { return MaskAddends(s, []float64{1, never, 3}, 1, 3, 0, 4) }, []float64{2, never, 6, never}, true},
		{"an addend outside", func(s []float64) bool { return MaskAddends(s, []float64{1, never, 3}, 1, 3, 1, 2) }, []float64{never, never, never, never}, false},
		{"one addend", func(s []float64) bool { return MaskAddends(s, []float64{1}, 0, 4, 2, 4) }, []float64{never, never, 4, 5}, true},
		{"NaN outside", func(s []float64) bool { return MaskAddends(s, []float64{nan, 1, 1, 1}, 1, 4, 4, 4) }, []float64{nan, never, never, never}, true},
	} {
		scores := []float64{1, 2, 3, 4}
		attended := c.add(scores)
		same := func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) }
		if attended != c.attended || !slices.EqualFunc(scores, c.want, same) {
			t.Errorf("%s: %v, %v, want %v, %v", c.name, scores, attended, c.want, c.attended)
		}
	}
}

func TestStatesFadeAndRemember(t *testing.T) {
	state := []float32{1, 2, 3, 4}
	FadeRows(state, []float32{0, float32(math.Log(2))}, 2)
	if want := []float32{1, 2, 6, 8}; !slices.Equal(state, want) {
		t.Errorf("%v, want %v", state, want)
	}
	FadeRows(state, []float32{float32(math.Inf(-1))}, 2)
	AddOuter(state, []float32{1, 2}, []float32{3, 4})
	if want := []float32{3, 4, 6, 8}; !slices.Equal(state, want) {
		t.Errorf("%v, want %v", state, want)
	}
	sum := []float32{9, 9}
	WeighRows(sum, []float32{1, 0.5}, state)
	if want := []float32{6, 8}; !slices.Equal(sum, want) {
		t.Errorf("%v, want %v", sum, want)
	}
}

func TestKernelsOfAttentionDoNotAllocate(t *testing.T) {
	scores, truths := []float32{1, 2, 3, 4}, []bool{true, false, true, true}
	softmax := func(v []float32) { Softmax(v, v, len(v), 1, false) }
	for name, run := range map[string]func(){
		"MaskOutside":    func() { MaskOutside(scores, 1, 3) },
		"MaskTruths":     func() { MaskTruths(scores, truths, 1, 1, 3) },
		"MaskAddends":    func() { MaskAddends(scores, scores, 1, 4, 1, 3) },
		"WeighKeys":      func() { WeighKeys(scores, true, softmax) },
		"Rotate":         func() { Rotate(scores, scores, scores[:2], scores[2:], true) },
		"FadeRows":       func() { FadeRows(scores, scores[:1], 2) },
		"WeighRows":      func() { WeighRows(scores[:2], scores[2:], scores) },
		"AddOuter":       func() { AddOuter(scores, scores[:2], scores[2:]) },
		"ConvolveCausal": func() { ConvolveCausal(scores, scores, nil, scores[:3], 0) },
		"KeepLast":       func() { KeepLast(scores[:2], scores, nil) },
	} {
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
