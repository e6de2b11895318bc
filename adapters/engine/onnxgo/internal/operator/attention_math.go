package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
)

// attentionMath is what one thread computes with: products with the keys and values
// of a head, and functions of scores.
type attentionMath[T realNumber] struct {
	take      func(keys, values []T)
	score     func(dst, queries []T, rows int) // queries times keys
	weigh     func(dst, weights []T, rows int) // weights times values
	squash    func(scores []T)                 // the hyperbolic tangent
	normalize func(scores []T)                 // the softmax
}

// plainAttention computes with plain Go.
func plainAttention(s attentionSize) (m attentionMath[float64]) {
	var k, v []float64
	n := s.keys()
	m.take = func(keys, values []float64) { k, v = keys, values }
	m.score = func(dst, queries []float64, rows int) {
		kernels.ProductTransposed(dst, queries, k, rows, n, s.k.length)
	}
	m.weigh = func(dst, weights []float64, rows int) {
		size := kernels.GemmGeometry{M: rows, N: s.v.length, K: n}
		kernels.MultiplyMatrices(size, dst[:rows*s.v.length], weights, v)
	}
	m.squash = func(scores []float64) { kernels.Each(scores, scores, math.Tanh) }
	m.normalize = func(scores []float64) { kernels.Softmax(scores, scores, n, 1, false) }
	return m
}

// packed computes with a target's kernels, of one thread.
func (a *attention) packed(t Target, s attentionSize, tile int) (m attentionMath[float32]) {
	rows := s.sharing() * s.q.rows
	scores := newTiledProduct(t, kernels.GemmGeometry{K: s.q.length, N: s.keys(), TransB: true}, tile, rows)
	sums := newTiledProduct(t, kernels.GemmGeometry{K: s.keys(), N: s.v.length}, tile, rows)
	exp := byExp(t.Set)
	tanh := byTanh(t.Set)
	m.take = func(keys, values []float32) { scores.take(keys); sums.take(values) }
	m.score, m.weigh = scores.run, sums.run
	m.squash = func(v []float32) { tanh(v, v) }
	m.normalize = func(v []float32) { kernels.SoftmaxBy(v, v, len(v), exp) }
	if a.doubles {
		m.normalize = func(v []float32) { kernels.Softmax(v, v, len(v), 1, false) }
	}
	return m
}

// tiledProduct multiplies rows, a tile at a time and at last the rest, with one
// right operand after another.
type tiledProduct struct {
	size        kernels.GemmGeometry // of which M is not meant
	tile        int
	right       *blocked.GemmWeights
	whole, rest *blocked.Gemm
}

func newTiledProduct(t Target, size kernels.GemmGeometry, tile, rows int) *tiledProduct {
	p := &tiledProduct{size: size, tile: tile, right: blocked.NewGemmWeights(t.Set, size)}
	size.M = tile
	p.whole = blocked.NewGemm(t.Set, nil, size)
	if size.M = rows % tile; size.M > 0 {
		p.rest = blocked.NewGemm(t.Set, nil, size)
	}
	return p
}

func (p *tiledProduct) take(right []float32) { p.right.Pack(right, p.size.TransB) }

func (p *tiledProduct) run(dst, left []float32, rows int) {
	gemm := p.whole
	if rows != p.tile {
		gemm = p.rest
	}
	gemm.Run(dst, left, p.right, kernels.GemmEpilogue{Alpha: 1})
}
