package kernels

import (
	"math"
	"slices"
	"testing"
)

var notANumber = float32(math.NaN())

func TestActivations(t *testing.T) {
	src := []float32{notANumber, -infinity, infinity, 0, -4, -0.5, 0.25, 4, 100, -200}
	for name, c := range map[string]struct {
		compute func(dst, src []float32)
		want    []float32
	}{
		"clamp": {func(dst, src []float32) { ClampAll(dst, src, -1, 2) },
			[]float32{notANumber, -1, 2, 0, -1, -0.5, 0.25, 2, 2, -1}},
		"clamp with crossed bounds": {func(dst, src []float32) { ClampAll(dst, src, 2, 1) },
			[]float32{notANumber, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
		"leaky": {func(dst, src []float32) { LeakyRelu(dst, src, 0.5) },
			[]float32{notANumber, -infinity, infinity, 0, -2, -0.25, 0.25, 4, 100, -100}},
		"sigmoid": {Sigmoid,
			[]float32{notANumber, 0, 1, 0.5, 0.01798621, 0.37754068, 0.5621765, 0.98201376, 1, 0}},
		"tanh": {Tanh,
			[]float32{notANumber, -1, 1, 0, -0.9993293, -0.46211717, 0.24491866, 0.9993293, 1, -1}},
		"hard sigmoid": {func(dst, src []float32) { HardSigmoid(dst, src, 0.25, 0.5) },
			[]float32{notANumber, 0, 1, 0.5, 0, 0.375, 0.5625, 1, 1, 0}},
		"hard swish": {HardSwish,
			[]float32{notANumber, notANumber, infinity, 0, 0, -0.20833333, 0.13541667, 4, 100, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			dst, alive := guarded(len(src))
			c.compute(dst, src)
			if !alike(dst, c.want) || !alive() {
				t.Errorf("got %v, want %v", dst, c.want)
			}
		})
	}
}

func TestClampNumbers(t *testing.T) {
	dst := make([]int8, 4)
	if ClampNumbers(dst, []int8{-128, 0, 5, 127}, -1, 5); !slices.Equal(dst, []int8{-1, 0, 5, 5}) {
		t.Errorf("got %v", dst)
	}
	if ClampNumbers(dst, []int8{-1, 0, 1, 2}, 5, 1); !slices.Equal(dst, []int8{1, 1, 1, 1}) {
		t.Errorf("crossed bounds give %v, want the upper one", dst)
	}
	wide := make([]float64, 2)
	if ClampNumbers(wide, []float64{math.NaN(), -2}, -1, 1); wide[0] == wide[0] || wide[1] != -1 {
		t.Errorf("got %v, want NaN and -1", wide)
	}
}
