package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

// average averages FP32 over axes.
func average(dst, src []float32, kept, gone []Span) {
	n := 1
	for _, axis := range gone {
		n *= axis.Length
	}
	Fold(FoldSum, dst, src, 0, kept, gone, func(sum float64) float32 { return float32(sum / float64(n)) })
}

// randomAxes returns the axes of an array, each kept or not, how many elements it
// has, and how many results.
func randomAxes(random *rand.Rand) (kept, gone []Span, n, results int) {
	n, results = 1, 1
	for range random.IntN(5) {
		axis := Span{random.IntN(4) + 1, n}
		if random.IntN(6) == 0 {
			axis.Length = 70 // more than are folded side by side
		}
		n *= axis.Length
		if random.IntN(2) == 0 {
			kept = append([]Span{axis}, kept...)
			results *= axis.Length
		} else {
			gone = append([]Span{axis}, gone...)
		}
		if n > 10000 {
			break
		}
	}
	return kept, gone, n, results
}

// placeOf returns to which result an element belongs.
func placeOf(kept []Span, offset int) (at int) {
	for _, axis := range kept {
		at = at*axis.Length + offset/axis.Step%axis.Length
	}
	return at
}

func TestMeanIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	for range 300 {
		kept, gone, n, results := randomAxes(random)
		src := randoms(random, n)
		want, size := make([]float64, results), make([]float64, results)
		for offset, x := range src {
			want[placeOf(kept, offset)] += float64(x) / float64(n/results)
			size[placeOf(kept, offset)] += math.Abs(float64(x)) / float64(n/results)
		}
		dst, alive := guarded(results)
		average(dst, src, kept, gone)
		check(t, dst, want, size)
		if !alive() {
			t.Fatalf("the mean over %v of %v writes beyond its end", gone, kept)
		}
	}
}

// Whole numbers, so that no order of folding differs from another.
func TestFoldingsAreTheirDefinitions(t *testing.T) {
	random := rand.New(rand.NewPCG(16, 6))
	for how, fold := range map[Folding]func(folded, x int64) int64{
		FoldSum:        func(folded, x int64) int64 { return folded + x },
		FoldMagnitudes: func(folded, x int64) int64 { return folded + max(x, -x) },
		FoldSquares:    func(folded, x int64) int64 { return folded + x*x },
		FoldProduct:    func(folded, x int64) int64 { return folded * x },
		FoldLargest:    func(folded, x int64) int64 { return max(folded, x) },
		FoldLeast:      func(folded, x int64) int64 { return min(folded, x) },
	} {
		for range 200 {
			kept, gone, n, results := randomAxes(random)
			src, want, dst := make([]int32, n), make([]int64, results), make([]int64, results)
			Fill(want, 1)
			for offset := range src {
				src[offset] = int32(random.IntN(11) - 5)
				want[placeOf(kept, offset)] = fold(want[placeOf(kept, offset)], int64(src[offset]))
			}
			Fold(how, dst, src, 1, kept, gone, func(folded int64) int64 { return folded })
			for i := range want {
				if dst[i] != want[i] {
					t.Fatalf("folding %d of %v over %v: got %v, want %v", how, kept, gone, dst, want)
				}
			}
		}
	}
}

// A sum in float32 would lose the ones.
func TestMeanSumsInFloat64(t *testing.T) {
	src := []float32{1 << 25, 1, 1, -1 << 25}
	dst := make([]float32, 1)
	average(dst, src, nil, []Span{{4, 1}})
	if dst[0] != 0.5 {
		t.Errorf("the mean of %v is %v, want 0.5", src, dst[0])
	}
}

func TestMeanKeepsWhatIsNotFinite(t *testing.T) {
	dst := make([]float32, 3)
	average(dst, []float32{notANumber, 1, infinity, 1, infinity, -infinity}, []Span{{3, 2}}, []Span{{2, 1}})
	if dst[0] == dst[0] || dst[1] != infinity || dst[2] == dst[2] {
		t.Errorf("got %v, want NaN, +Inf, NaN", dst)
	}
}

// NaN wins wherever it is, along a run and beside others.
func TestExtremesOfNaN(t *testing.T) {
	for _, how := range []Folding{FoldLargest, FoldLeast} {
		for at := range 3 {
			src, dst := []float32{1, 2, 3}, make([]float32, 3)
			src[at] = notANumber
			same := func(x float32) float32 { return x }
			Fold(how, dst[:1], src, 2, nil, []Span{{3, 1}}, same)
			Fold(how, dst[1:2], src, 2, []Span{{1, 1}}, []Span{{3, 1}}, same)
			if dst[0] == dst[0] || dst[1] == dst[1] {
				t.Errorf("folding %d of %v is %v", how, src, dst[:2])
			}
		}
	}
}

func TestFoldingNothing(t *testing.T) {
	dst := []float32{1, 2}
	average(dst[:1], nil, []Span{{1, 1}}, []Span{{0, 1}})
	LogSumExp(dst[1:], []float32(nil), nil, []Span{{0, 1}}, func(x float64) float32 { return float32(x) })
	if dst[0] == dst[0] || dst[1] != -infinity {
		t.Errorf("got %v", dst)
	}
	truths := []bool{true, false}
	FoldTruths(truths[:1], nil, nil, []Span{{0, 1}}, true)
	FoldTruths(truths[1:], nil, nil, []Span{{0, 1}}, false)
	if truths[0] || !truths[1] {
		t.Errorf("one of none is true: %v, all are: %v", truths[0], truths[1])
	}
}

func TestTopKIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(17, 6))
	for range 500 {
		n := random.IntN(20) + 1
		k, largest := random.IntN(n+1), random.IntN(2) == 0
		src, values, positions := make([]float32, n), make([]float32, k), make([]int64, k)
		for i := range src {
			src[i] = []float32{notANumber, infinity, -infinity, 1, 2, 3}[random.IntN(6)]
		}
		TopK(values, positions, src, n, 1, k, largest, make([]int, k))
		taken := make([]bool, n)
		for i, at := range positions {
			best := -1
			for j, x := range src {
				if taken[j] {
					continue
				}
				if best < 0 || src[best] == src[best] && (x != x && largest || largest && x > src[best] || !largest && x < src[best]) || !largest && src[best] != src[best] && x == x {
					best = j
				}
			}
			if taken[best] = true; int(at) != best {
				t.Fatalf("the %d of %v (largest %v) are at %v", k, src, largest, positions)
			}
			if values[i] != src[best] && src[best] == src[best] {
				t.Fatalf("the %d of %v are %v", k, src, values)
			}
		}
	}
}
