package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestMeanIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	for range 300 {
		var kept, reduced []Span
		n, results := 1, 1
		for range random.IntN(5) {
			axis := Span{random.IntN(4) + 1, n}
			n *= axis.Length
			if random.IntN(2) == 0 {
				kept = append([]Span{axis}, kept...)
				results *= axis.Length
			} else {
				reduced = append([]Span{axis}, reduced...)
			}
		}
		src := randoms(random, n)
		want, size := make([]float64, results), make([]float64, results)
		for offset, x := range src {
			at := 0
			for _, axis := range kept {
				at = at*axis.Length + offset/axis.Step%axis.Length
			}
			want[at] += float64(x) / float64(n/results)
			size[at] += math.Abs(float64(x)) / float64(n/results)
		}
		dst, alive := guarded(results)
		Mean(dst, src, kept, reduced)
		check(t, dst, want, size)
		if !alive() {
			t.Fatalf("the mean over %v of %v writes beyond its end", reduced, kept)
		}
	}
}

// A sum in float32 would lose the ones.
func TestMeanSumsInFloat64(t *testing.T) {
	src := []float32{1 << 25, 1, 1, -1 << 25}
	dst := make([]float32, 1)
	Mean(dst, src, nil, []Span{{4, 1}})
	if dst[0] != 0.5 {
		t.Errorf("the mean of %v is %v, want 0.5", src, dst[0])
	}
}

func TestMeanKeepsWhatIsNotFinite(t *testing.T) {
	dst := make([]float32, 3)
	Mean(dst, []float32{notANumber, 1, infinity, 1, infinity, -infinity}, []Span{{3, 2}}, []Span{{2, 1}})
	if dst[0] == dst[0] || dst[1] != infinity || dst[2] == dst[2] {
		t.Errorf("got %v, want NaN, +Inf, NaN", dst)
	}
}
