package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

// BenchmarkConv reports multiply-adds a second for the layers of a ResNet-20 and
// for what MobileNets are made of.
func BenchmarkConv(b *testing.B) {
	layers := []struct {
		name                      string
		groups, in, out, n, k, by int
	}{
		{"3x3_3to16_32x32", 1, 3, 16, 32, 3, 1},
		{"3x3_16_32x32", 1, 16, 16, 32, 3, 1},
		{"3x3_32_16x16", 1, 32, 32, 16, 3, 1},
		{"3x3_64_8x8", 1, 64, 64, 8, 3, 1},
		{"3x3_16to32_32x32_by2", 1, 16, 32, 32, 3, 2},
		{"1x1_64_32x32", 1, 64, 64, 32, 1, 1},
		{"1x1_96_14x14", 1, 96, 96, 14, 1, 1},
		{"1x1_512_7x7", 1, 512, 512, 7, 1, 1},
		{"depthwise3x3_96_28x28", 96, 96, 96, 28, 3, 1},
		{"7x7_3to64_56x56_by2", 1, 3, 64, 56, 7, 2},
	}
	for _, l := range layers {
		b.Run(l.name, func(b *testing.B) {
			axis := Axis{Input: l.n, Kernel: l.k, Stride: l.by, Dilation: 1, Before: l.k / 2}
			axis.Output = (l.n+2*axis.Before-l.k)/l.by + 1
			g := ConvGeometry{Batch: 1, Groups: l.groups, InChannels: l.in, OutChannels: l.out, Rows: axis, Columns: axis}
			random := rand.New(rand.NewPCG(1, 2))
			src := randoms(random, l.in*l.n*l.n)
			weights := NewConvWeights(g)
			weights.Pack(randoms(random, l.out*g.taps()))
			dst := make([]float32, l.out*axis.Output*axis.Output)
			conv := NewConv(g)
			e := Epilogue{Bias: randoms(random, l.out), Low: 0, High: float32(math.Inf(1))}
			for b.Loop() {
				conv.Run(dst, src, weights, e)
			}
			b.ReportMetric(float64(len(dst)*g.taps())*float64(b.N)/b.Elapsed().Seconds()/1e9, "GMAC/s")
		})
	}
}
