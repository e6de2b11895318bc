package kernels

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

// Lengths of small factors, of powers of two, and with a large prime factor, which
// are transformed in another way.
func TestFourierIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(19, 1))
	for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 25, 30, 61, 64, 67, 100, 122, 127, 134, 400} {
		src, dst := make([]complex128, n), make([]complex128, n)
		for i := range src {
			src[i] = complex(random.Float64()-0.5, random.Float64()-0.5)
		}
		f := NewFourier(n)
		f.Transform(dst, append([]complex128{}, src...))
		for k, got := range dst {
			var want complex128
			for i, x := range src {
				want += x * cmplx.Rect(1, -2*math.Pi*float64(i*k%n)/float64(n))
			}
			if cmplx.Abs(got-want) > 1e-12 {
				t.Fatalf("element %d of %d is %v, want %v", k, n, got, want)
			}
		}
		if allocs := testing.AllocsPerRun(2, func() { f.Transform(dst, src) }); allocs != 0 {
			t.Errorf("a transform of %d allocates %v times", n, allocs)
		}
	}
}

func TestFourierBackAndForth(t *testing.T) {
	const n = 15
	src, there, back := make([]float64, 2*n), make([]float64, 2*n), make([]float64, 2*n)
	for i := range src {
		src[i] = float64(i * i % 17)
	}
	f, numbers, result := NewFourier(n), make([]complex128, n), make([]complex128, n)
	s := Signal{From: n, To: n, Stride: 1, Complex: true, ComplexOut: true}
	TransformLine(f, s, there, src, nil, numbers, result)
	s.Inverse = true
	TransformLine(f, s, back, there, nil, numbers, result)
	for i, x := range back {
		if math.Abs(x-src[i]) > 1e-12 {
			t.Fatalf("element %d is %v, want %v", i, x, src[i])
		}
	}
}
