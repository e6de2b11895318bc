package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestKernelsOfModelsDoNotAllocate(t *testing.T) {
	src := randoms(rand.New(rand.NewPCG(2, 2)), 24)
	dst, two := make([]float32, 24), make([]float32, 2)
	forest := &Forest[float32]{
		Roots: []int32{0, ^1}, Branches: []Branch[float32]{{Value: 0.5, Feature: 1, Yes: ^0, No: ^1, Branching: Below}},
		Leaves: []int32{0, 1, 2}, Votes: []Vote[float32]{{0, 1}, {0, 2}}, Targets: 1,
	}
	tally := NewTally[float32](8, 1)
	pairs, q, qp := []float32{0, 0.25, 0.75, 0}, make([]float32, 4), make([]float32, 2)
	for name, run := range map[string]func(){
		"TransformRow": func() { TransformRow(SoftmaxTransform, dst) },
		"Opposite":     func() { Opposite(two, 0.5, true) },
		"Evaluate":     func() { forest.Evaluate(tally, src, 3, 8, SumOfVotes) },
		"Scale":        func() { Scale(dst, src, two, two) },
		"Normalize":    func() { Normalize(dst, src, 3, L2Norm) },
		"Impute":       func() { Impute(dst, src, 0, two) },
		"Binarize":     func() { Binarize(dst, src, 0) },
		"TakeColumns":  func() { TakeColumns(dst[:8], src, 3, []int64{1}) },
		"PasteColumns": func() { PasteColumns(dst, src, Paste{Rows: 8, Columns: 3, Wanted: 3, Stride: 3}) },
		"CopyColumns":  func() { CopyColumns(dst[:16], src, 3, 2) },
		"Apply":        func() { Kernel{Kind: RBFKernel, Gamma: 1}.Apply(two, src[:3], src[3:9]) },
		"Couple":       func() { Couple(two, pairs, q, qp) },
	} {
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

// Coupled probabilities of two classes are those of the pair.
func TestCoupleOfTwo(t *testing.T) {
	p := make([]float32, 2)
	Couple(p, []float32{0, 0.25, 0.75, 0}, make([]float32, 4), make([]float32, 2))
	if math.Abs(float64(p[0])-0.25) > 5e-3 || math.Abs(float64(p[0]+p[1])-1) > 1e-6 {
		t.Errorf("got %v, want about 0.25 and 0.75", p)
	}
}

func TestProbit(t *testing.T) {
	for p, want := range map[float32]float64{0.5: 0, 0.1: -1.2815516, 0.9: 1.2815516, 0.001: -3.0902323} {
		if got := float64(probit(p)); math.Abs(got-want) > 0.01 {
			t.Errorf("probit of %v is %v, want about %v", p, got, want)
		}
	}
	if got := probit(1.5); got == got {
		t.Errorf("probit of 1.5 is %v, want NaN", got)
	}
}
