package kernels

import (
	"math/rand/v2"
	"testing"
)

func TestHeavyKernelsDoNotAllocate(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 9))
	axis := Axis{Input: 9, Output: 5, Kernel: 3, Stride: 2, Dilation: 1, Before: 1}
	g := ConvGeometry{Batch: 2, Groups: 1, InChannels: 4, OutChannels: 4, Rows: axis, Columns: axis}
	depthwise := g
	depthwise.Groups = 4
	pool := PoolGeometry{Planes: 8, Rows: axis, Columns: axis}
	in, size, out := g.sizes()
	src, values, dst, all := randoms(random, in), randoms(random, size), make([]float32, out), make([]float32, in)
	weights, lone := pack(g, values), pack(depthwise, values)
	conv, alone := NewConv(g), NewConv(depthwise)
	for name, run := range map[string]func(){
		"Conv":              func() { weights.Pack(values); conv.Run(dst, src, weights, none) },
		"depthwise Conv":    func() { lone.Pack(values); alone.Run(dst, src, lone, none) },
		"MaxPool":           func() { MaxPool(pool, dst, src) },
		"AveragePool":       func() { AveragePool(pool, dst, src) },
		"AveragePoolPadded": func() { AveragePoolPadded(pool, 1, 1, dst, src) },
		"GlobalAveragePool": func() { GlobalAveragePool(dst[:8], src, 81) },
		"GlobalMaxPool":     func() { GlobalMaxPool(dst[:8], src, 81) },
		"LRN":               func() { LRN{Alpha: 1, Beta: 0.7, Bias: 1, Size: 3}.Run(all, src, 4, 81) },
		"ScaleShift":        func() { ScaleShift(all, src, values[:4], values[:4], 81) },
	} {
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
