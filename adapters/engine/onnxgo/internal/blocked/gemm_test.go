package blocked_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// product computes in float64.
func product(g kernels.GemmGeometry, a, b []float32, e kernels.GemmEpilogue) (result, size []float64) {
	result, size = make([]float64, g.M*g.N), make([]float64, g.M*g.N)
	for i := range g.M {
		for j := range g.N {
			for t := range g.K {
				x, y := a[i*g.K+t], b[t*g.N+j]
				v := float64(x) * float64(y)
				result[i*g.N+j] += v
				size[i*g.N+j] += math.Abs(v)
			}
			result[i*g.N+j] *= float64(e.Alpha)
			if e.C != nil {
				result[i*g.N+j] += float64(e.Beta) * float64(e.C[i*e.Row+j*e.Column])
			}
		}
	}
	return result, size
}

func transpose(rows, columns int, x []float32) []float32 {
	y := make([]float32, len(x))
	for i := range rows {
		for j := range columns {
			y[j*rows+i] = x[i*columns+j]
		}
	}
	return y
}

func TestGemmAgreesWithFloat64(t *testing.T) {
	eachSet(t, 6, func(t *testing.T, r *rand.Rand, set *micro.Set) {
		g := kernels.GemmGeometry{M: r.IntN(30), N: r.IntN(100), K: r.IntN(50), TransA: r.IntN(2) == 0, TransB: r.IntN(2) == 0}
		a, b := random(r, g.M*g.K), random(r, g.K*g.N)
		e := kernels.GemmEpilogue{Alpha: 1.5, Beta: 0.5}
		switch r.IntN(4) {
		case 0:
			e.C, e.Row, e.Column = random(r, g.M*g.N), g.N, 1
		case 1:
			e.C, e.Column = random(r, g.N), 1
		case 2:
			e.C, e.Row = random(r, g.M), 1
		}
		want, size := product(g, a, b, e)
		right, left := b, a
		if g.TransA {
			left = transpose(g.M, g.K, a)
		}
		if g.TransB {
			right = transpose(g.K, g.N, b)
		}
		weights := blocked.NewGemmWeights(set, g)
		weights.Pack(right, g.TransB)
		got := make([]float32, g.M*g.N)
		blocked.NewGemm(set, nil, g).Run(got, left, weights, e)
		for i, w := range want {
			if !(math.Abs(float64(got[i])-w) <= 1e-5+size[i]*float64(g.K+4)/(1<<24)) {
				t.Fatalf("%+v: element %d is %v, expected %v", g, i, got[i], w)
			}
		}
	})
}

// The addend is not read where its factor is 0, so that its NaN does no harm.
func TestGemmDoesNotReadAnAddendTimesZero(t *testing.T) {
	g := kernels.GemmGeometry{M: 2, N: 3, K: 1}
	for _, set := range micro.Available() {
		weights := blocked.NewGemmWeights(set, g)
		weights.Pack([]float32{1, 2, 3}, false)
		got := make([]float32, 6)
		blocked.NewGemm(set, nil, g).Run(got, []float32{1, 2}, weights, kernels.GemmEpilogue{Alpha: 1, C: []float32{float32(math.NaN())}})
		checkSame(t, got, []float32{1, 2, 3, 2, 4, 6})
	}
}

// A row comes out the same whatever is beside it.
func TestGemmRowsStandAlone(t *testing.T) {
	eachSet(t, 7, func(t *testing.T, r *rand.Rand, set *micro.Set) {
		g := kernels.GemmGeometry{M: 1 + r.IntN(20), N: 1 + r.IntN(100), K: 1 + r.IntN(50)}
		a, b := random(r, g.M*g.K), random(r, g.K*g.N)
		weights := blocked.NewGemmWeights(set, g)
		weights.Pack(b, false)
		e := kernels.GemmEpilogue{Alpha: 1}
		together, alone := make([]float32, g.M*g.N), make([]float32, g.N)
		blocked.NewGemm(set, nil, g).Run(together, a, weights, e)
		one := g
		one.M = 1
		for i := range g.M {
			blocked.NewGemm(set, nil, one).Run(alone, a[i*g.K:(i+1)*g.K], weights, e)
			checkSame(t, together[i*g.N:(i+1)*g.N], alone)
		}
	})
}

func TestNothingIsAllocated(t *testing.T) {
	for _, set := range micro.Available() {
		g := kernels.GemmGeometry{M: 5, N: 70, K: 40}
		weights, product := blocked.NewGemmWeights(set, g), blocked.NewGemm(set, nil, g)
		a, dst := make([]float32, g.M*g.K), make([]float32, g.M*g.N)
		b := make([]float32, g.K*g.N)
		if n := testing.AllocsPerRun(5, func() {
			weights.Pack(b, false)
			product.Run(dst, a, weights, kernels.GemmEpilogue{Alpha: 1})
		}); n > 0 {
			t.Errorf("%s: a product allocates %v times", set.Name, n)
		}
		in := blocked.Layout{Batch: 1, Channels: 32, Height: 9, Width: 9, Block: set.Lanes, Border: blocked.Border{Top: 1, Left: 1, Bottom: 4, Right: 4}}
		out := in
		for name, method := range methods {
			if method == blocked.Planar {
				continue
			}
			c := kernels.ConvGeometry{Batch: 1, Groups: 1, InChannels: 32, OutChannels: 32,
				Rows:    kernels.Axis{Input: 9, Output: 9, Kernel: 3, Stride: 1, Dilation: 1, Before: 1},
				Columns: kernels.Axis{Input: 9, Output: 9, Kernel: 3, Stride: 1, Dilation: 1, Before: 1}}
			if method == blocked.Depthwise {
				c.Groups = 32
			}
			conv := blocked.NewConv(blocked.ConvOptions{Set: set, Geometry: c, Method: method, In: in, Out: out})
			packed := blocked.PackConv(set, c, method, make([]float32, 32*32*9), nil)
			x, y := blocked.Floats(in.Elements()), blocked.Floats(out.Elements())
			if n := testing.AllocsPerRun(5, func() { conv.Run(y, x, nil, packed) }); n > 0 {
				t.Errorf("%s: %s allocates %v times", set.Name, name, n)
			}
		}
	}
}
