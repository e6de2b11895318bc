package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Rows of every length up to a few vectors, against float64 and plain loops.
func TestRowNormalizationIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(20, 1))
	for n := 1; n < 40; n++ {
		src, scale, bias := randoms(random, 3*n), randoms(random, n), randoms(random, n)
		dst, means, inverses := make([]float32, 3*n), make([]float32, 3), make([]float32, 3)
		RowNormalization[float32]{Epsilon: 0.25, Scale: scale, Bias: bias}.Run(dst, src, means, inverses, 3, n)
		for row := range 3 {
			mean, variance := 0.0, 0.0
			for _, x := range src[row*n : (row+1)*n] {
				mean += float64(x) / float64(n)
			}
			for _, x := range src[row*n : (row+1)*n] {
				variance += (float64(x) - mean) * (float64(x) - mean) / float64(n)
			}
			inverse := 1 / math.Sqrt(variance+0.25)
			if math.Abs(float64(means[row])-mean) > 1e-6 || math.Abs(float64(inverses[row])-inverse) > 1e-6*inverse {
				t.Fatalf("row %d of %d has moments %v, %v, want %v, %v", row, n, means[row], inverses[row], mean, inverse)
			}
			for i := range n {
				want := (float64(src[row*n+i])-mean)*inverse*float64(scale[i]) + float64(bias[i])
				if got := float64(dst[row*n+i]); math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
					t.Fatalf("element %d of %d is %v, want %v", i, n, got, want)
				}
			}
		}
	}
}

// A variance formed of squares would lose what is left beside a large mean.
func TestRowNormalizationOfALargeMean(t *testing.T) {
	dst := make([]float32, 4)
	RowNormalization[float32]{}.Run(dst, []float32{1 << 23, 1<<23 + 1, 1<<23 + 2, 1<<23 + 3}, nil, nil, 1, 4)
	want := []float32{-1.3416408, -0.4472136, 0.4472136, 1.3416408}
	if !alike(dst, want) {
		t.Errorf("got %v, want %v", dst, want)
	}
}
