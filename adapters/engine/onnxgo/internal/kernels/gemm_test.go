package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

func randomGemm(random *rand.Rand) (GemmGeometry, GemmEpilogue) {
	g := GemmGeometry{
		M: random.IntN(8), N: random.IntN(11), K: random.IntN(20),
		TransA: random.IntN(2) == 0, TransB: random.IntN(2) == 0,
	}
	e := GemmEpilogue{Alpha: float32(random.NormFloat64()), Beta: float32(random.NormFloat64())}
	switch random.IntN(5) {
	case 0:
		e.C, e.Row, e.Column = randoms(random, g.M*g.N), g.N, 1
	case 1:
		e.C, e.Column = randoms(random, g.N), 1
	case 2:
		e.C, e.Row = randoms(random, g.M), 1
	case 3:
		e.C = randoms(random, 1)
	}
	return g, e
}

func gemmReference(g GemmGeometry, a, b []float32, e GemmEpilogue) (out, size []float64) {
	for i := range g.M {
		for j := range g.N {
			var sum, all float64
			for t := range g.K {
				x, y := a[min(i*g.K+t, len(a)-1)], b[min(t*g.N+j, len(b)-1)]
				if g.TransA {
					x = a[t*g.M+i]
				}
				if g.TransB {
					y = b[j*g.K+t]
				}
				sum += float64(x) * float64(y)
				all += math.Abs(float64(x) * float64(y))
			}
			sum, all = sum*float64(e.Alpha), all*math.Abs(float64(e.Alpha))
			if e.C != nil {
				c := float64(e.Beta) * float64(e.C[i*e.Row+j*e.Column])
				sum, all = sum+c, all+math.Abs(c)
			}
			out, size = append(out, sum), append(size, all)
		}
	}
	return out, size
}

func TestGemmIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 6))
	for range 2000 {
		g, e := randomGemm(random)
		a, b := randoms(random, g.M*g.K), randoms(random, g.K*g.N)
		weights := NewGemmWeights(g)
		weights.Pack(b, g.TransB)
		dst, alive := guarded(g.M * g.N)
		NewGemm(g).Run(dst, a, weights, e)
		want, size := gemmReference(g, a, b, e)
		check(t, dst, want, size)
		if !alive() {
			t.Fatalf("wrote beyond its output: %+v", g)
		}
	}
}

func TestGemmRowsStandAlone(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	g := GemmGeometry{M: 9, N: 10, K: 33, TransB: true}
	a, weights := randoms(random, g.M*g.K), NewGemmWeights(g)
	weights.Pack(randoms(random, g.K*g.N), true)
	e := GemmEpilogue{Alpha: 1.5, Beta: 0.5, C: randoms(random, g.N), Column: 1}
	dst := make([]float32, g.M*g.N)
	NewGemm(g).Run(dst, a, weights, e)
	for m := 1; m <= 4; m++ {
		g.M = m
		part := make([]float32, m*g.N)
		for i := 0; i+m <= 9; i++ {
			NewGemm(g).Run(part, a[i*g.K:(i+m)*g.K], weights, e)
			if !sameBits(part, dst[i*g.N:(i+m)*g.N]) {
				t.Fatalf("rows %d to %d alone are not those rows among 9", i, i+m)
			}
		}
	}
}

func TestGemmKeepsWhatIsNotFinite(t *testing.T) {
	nan := float32(math.NaN())
	g := GemmGeometry{M: 3, N: 1, K: 1}
	weights := NewGemmWeights(g)
	weights.Pack([]float32{2}, false)
	dst := make([]float32, 3)
	NewGemm(g).Run(dst, []float32{nan, infinity, 1}, weights, GemmEpilogue{Alpha: 1, Beta: 0, C: []float32{nan}})
	if dst[0] == dst[0] || dst[1] != infinity || dst[2] != 2 {
		t.Errorf("got %v, want [NaN +Inf 2]", dst)
	}
}
