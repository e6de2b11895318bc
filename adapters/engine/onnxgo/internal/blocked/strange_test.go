package blocked_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// A value that is not finite, or nearly so, reaches the outputs whose windows it
// is in and no others, as in a sum of products: by Winograd's method too, whose
// tiles mix all that is in them.
func TestStrangeValuesStayInTheirWindows(t *testing.T) {
	for _, set := range micro.Available() {
		for name, method := range methods {
			for _, value := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e38, -3e38} {
				t.Run(set.Name+"/"+name, func(t *testing.T) {
					r := rand.New(rand.NewPCG(2, uint64(method)))
					for range 4 {
						p := randomProblem(r, set, method)
						p.in[r.IntN(len(p.in))] = float32(value)
						p.checkStrange(t, math.IsNaN(value) || math.IsInf(value, 0))
					}
				})
			}
		}
	}
}

// checkStrange compares with the plain kernels, which add up product by product.
// A finite sum near the largest number may be infinite in one order and not in
// another, and is left out unless the test is strict.
func (p *problem) checkStrange(t *testing.T, strict bool) {
	t.Helper()
	got := p.run(blocked.Border{})
	weights := kernels.NewConvWeights(p.geometry)
	weights.Pack(p.weights)
	want := make([]float32, len(got))
	kernels.NewConv(p.geometry).Run(want, p.in, weights, kernels.Epilogue{Bias: p.bias, Residual: p.residual, Low: p.low, High: p.high})
	for i, w := range want {
		if g := got[i]; !alike(g, w) && (strict || math.Abs(float64(w)) < 1e37) {
			t.Fatalf("%+v: element %d is %v, expected %v", p.geometry, i, g, w)
		}
	}
}

func alike(a, b float32) bool {
	if a != a || b != b {
		return (a != a) == (b != b)
	}
	return a == b || math.Abs(float64(a-b)) <= 1e-3*max(1, math.Abs(float64(b)))
}

func TestThreadsGiveTheSameBits(t *testing.T) {
	for _, set := range micro.Available() {
		for name, method := range methods {
			t.Run(set.Name+"/"+name, func(t *testing.T) {
				r := rand.New(rand.NewPCG(3, uint64(method)))
				for range 5 {
					p := randomProblem(r, set, method)
					alone := p.run(blocked.Border{})
					p.threads = 3
					for i, v := range p.run(blocked.Border{}) {
						if math.Float32bits(v) != math.Float32bits(alone[i]) {
							t.Fatalf("%+v: element %d is %v with three threads, %v with one", p.geometry, i, v, alone[i])
						}
					}
				}
			})
		}
	}
}
