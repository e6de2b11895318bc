package micro_test

import (
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// report says how many operations a second there were.
func report(b *testing.B, operations int) {
	b.Helper()
	b.ReportMetric(float64(operations)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOPS")
}

// BenchmarkTile is the largest tile of neighbouring pixels, as in a 3x3
// convolution of 64 channels.
func BenchmarkTile(b *testing.B) {
	for _, set := range micro.Available() {
		b.Run(set.Name, func(b *testing.B) {
			r, lanes, pixels := generator(18), set.Lanes, len(set.Unit[2])-1
			k := tileKernel{set: set, run: set.Unit[2][pixels], pixels: pixels, blocks: 2}
			row := 4 * lanes * (4*pixels + 2)
			c := newTileCase(b, heap, r, k, micro.Tile{
				Blocks: 64 / lanes, BlockStride: 6 * row, Quads: lanes / 4,
				Rows: 3, RowStride: row, Taps: 3, TapStride: 4 * lanes,
				Tiles: 4, InStep: 4 * pixels * lanes, OutStep: 4 * pixels * lanes,
				Lines: 4, InLine: 4 * 2 * lanes, OutStride: 4 * 4 * 4 * pixels * lanes,
			})
			for b.Loop() {
				k.run(&c.args)
			}
			report(b, 2*64*9*pixels*2*lanes*16)
		})
	}
}

// BenchmarkWinograd is each transform of a row of 14 tiles; what is reported are
// the bytes of its output.
func BenchmarkWinograd(b *testing.B) {
	for _, set := range micro.Available() {
		for _, k := range winogradKernels(set) {
			b.Run(k.name, func(b *testing.B) { benchmarkTransform(b, generator(19), k) })
		}
	}
}

func benchmarkTransform(b *testing.B, r *rand.Rand, k winogradKernel) {
	b.Helper()
	const tiles = 14
	vector := 4 * k.set.Lanes
	row, matrix := vector*(tiles*k.step+2), vector*(tiles+1)
	a := micro.Transform{InStride: row, OutStride: matrix, Tiles: tiles}
	vectors := tiles * k.size * k.size
	if k.output {
		a.InStride, a.OutStride, a.ResidualStride = matrix, row, row
		vectors = tiles * k.step * k.step
	}
	c := newTransformCase(b, heap, r, k, a)
	c.args.Residual = nil
	b.SetBytes(int64(vector * vectors))
	for b.Loop() {
		k.run(&c.args)
	}
}
