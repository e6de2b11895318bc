package micro_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// tileKernel is a kernel of tiles and its size.
type tileKernel struct {
	set            *micro.Set
	name           string
	run            func(*micro.Tile)
	pixels, blocks int
	strided, lone  bool
}

// tileKernels returns all of a set.
func tileKernels(set *micro.Set) []tileKernel {
	var all []tileKernel
	add := func(kind string, sizes []func(*micro.Tile), k tileKernel) {
		for pixels, run := range sizes {
			if run != nil {
				k.set, k.run, k.pixels = set, run, pixels
				k.name = fmt.Sprintf("%s/%s%dx%d", set.Name, kind, pixels, k.blocks)
				all = append(all, k)
			}
		}
	}
	for blocks := 1; blocks <= 2; blocks++ {
		add("unit", set.Unit[blocks], tileKernel{blocks: blocks})
		add("strided", set.Strided[blocks], tileKernel{blocks: blocks, strided: true})
	}
	add("lone", set.Lone, tileKernel{blocks: 1, strided: true, lone: true})
	return all
}

// eachTileKernel calls check for each kernel of tiles of each set.
func eachTileKernel(t *testing.T, check func(t *testing.T, k tileKernel)) {
	t.Helper()
	for _, set := range micro.Available() {
		for _, k := range tileKernels(set) {
			t.Run(k.name, func(t *testing.T) { check(t, k) })
		}
	}
}

// generator returns random numbers of the kernel's own.
func (k *tileKernel) generator(seed uint64) *rand.Rand {
	return generator(seed<<16 + uint64(k.pixels<<8+k.blocks))
}

// randomTile returns arguments of all kinds, without addresses and clamp.
func randomTile(r *rand.Rand, k tileKernel) micro.Tile {
	a := micro.Tile{
		Rows: 1 + r.IntN(3), RowStride: distance(r), Taps: 1 + r.IntN(3), TapStride: distance(r), PixelStride: distance(r),
		Tiles: 1 + r.IntN(3), InStep: distance(r), WeightStep: 4 * r.IntN(100),
		Lines: 1 + r.IntN(3), InLine: distance(r),
		ResidualStride: distance(r), ResidualLine: distance(r),
		Low: nan, High: nan,
	}
	for !k.lone && a.Blocks*(4*a.Quads+a.Singles)+4*a.LastQuads+a.LastSingles == 0 {
		a.Blocks, a.BlockStride = r.IntN(4), distance(r)
		a.Quads, a.Singles = r.IntN(4), r.IntN(5)
		if r.IntN(3) > 0 {
			a.LastQuads, a.LastSingles = r.IntN(4), r.IntN(5)
		}
	}
	tile, gap := 4*k.pixels*k.set.Lanes, func() int { return 4 * r.IntN(40) }
	if r.IntN(2) == 0 { // the blocks of a tile one behind the other
		a.OutStride = tile + gap()
		a.OutStep = k.blocks*a.OutStride + gap()
		a.OutLine = gap()
	} else { // all tiles of one block, and then those of the other
		a.OutStep = tile + gap()
		a.OutLine = gap()
		a.OutStride = a.Lines*(a.Tiles*a.OutStep+a.OutLine) + gap()
	}
	return a
}
