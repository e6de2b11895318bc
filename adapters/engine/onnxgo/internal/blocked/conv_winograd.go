package blocked

import (
	"sync/atomic"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// winogradConv transforms tiles of the input, multiplies them with transformed
// weights, one product of matrices for each place in a tile, and transforms the
// results back. It goes through a picture in chunks of tiles that stay in the
// cache.
type winogradConv struct {
	*Conv
	winograd
	groups        []group
	across, tiles int // of a picture
	chunk         int // tiles
	splits        int // parts that share a chunk; each has some of the groups
	strips        map[[2]int][]strip
	inStride      int // of the transformed input, between places
	outStride     int // of the products, between places
	zeros         []float32
	workers       []winogradWorker
	strange       []atomic.Bool // pictures of which a result is not finite
	direct        *directConv   // for those; nil until there is one
}

// winogradWorker is the memory of one thread.
type winogradWorker struct {
	in, out []float32 // transformed input by place, block and tile; products by block, place and tile
	tile    micro.Tile
	moves   micro.Transform
}

// chunkVectors is about how many tiles make a chunk.
const chunkVectors = 16

func newWinogradConv(c *Conv) *winogradConv {
	w := &winogradConv{Conv: c, winograd: c.Method.winograd(c.Set), groups: groupsOf(c.Set.Lanes, c.Geometry), zeros: Floats(2 * c.Set.Lanes)}
	w.across = ceilDiv(c.Geometry.Columns.Output, w.step)
	w.tiles = w.across * ceilDiv(c.Geometry.Rows.Output, w.step)
	w.chunk = ceilDiv(w.tiles, ceilDiv(w.tiles, w.largestChunk()))
	w.strips = map[[2]int][]strip{}
	for blocks := 1; blocks <= 2; blocks++ {
		for _, tiles := range []int{w.chunk, w.tiles % w.chunk} {
			w.strips[[2]int{blocks, tiles}] = cut(tiles, blocks, c.Set.Unit[blocks])
		}
	}
	w.splits = c.splits(ceilDiv(w.tiles, w.chunk), len(w.groups))
	places, lanes := w.size*w.size, c.Set.Lanes
	// Strides that are powers of two would compete for the same places in the cache.
	w.inStride = (c.In.Blocks()*w.chunk + 1) * lanes
	w.outStride = (w.chunk + 1) * lanes
	w.strange = make([]atomic.Bool, c.Geometry.Batch)
	w.workers = make([]winogradWorker, c.Team.Size())
	for i := range w.workers {
		w.workers[i] = winogradWorker{in: Floats(places * w.inStride), out: Floats(2 * places * w.outStride), tile: w.arguments()}
	}
	return w
}

// largestChunk returns how many tiles are transformed at once.
func (w *winogradConv) largestChunk() int {
	largest := len(w.Set.Unit[min(2, w.Out.Blocks())]) - 1
	return largest * max(1, chunkVectors/largest)
}

func (w *winogradConv) arguments() micro.Tile {
	lanes, in := w.Set.Lanes, w.Geometry.InChannels
	a := micro.Tile{
		Blocks: in / lanes, BlockStride: 4 * w.chunk * lanes, Rows: 1, Taps: 1, Quads: lanes / 4,
		Tiles: w.size * w.size, Lines: 1, InStep: 4 * w.inStride, OutStep: 4 * w.outStride,
		OutStride: 4 * w.size * w.size * w.outStride, Bias: pointer(w.zeros, 0),
	}
	if last := in % lanes; last > 0 {
		a.LastQuads, a.LastSingles = last/4, last%4
	}
	return a
}

func (w *winogradConv) parts() int { return w.Geometry.Batch * ceilDiv(w.tiles, w.chunk) * w.splits }

// part computes some channels of a chunk of a picture.
func (w *winogradConv) part(part, worker int) {
	split, part := part%w.splits, part/w.splits
	perPicture := ceilDiv(w.tiles, w.chunk)
	picture, first := part/perPicture, part%perPicture*w.chunk
	count := min(w.chunk, w.tiles-first)
	own := &w.workers[worker]
	w.transformInput(own, picture, first, count)
	for i := split * len(w.groups) / w.splits; i < (split+1)*len(w.groups)/w.splits; i++ {
		w.multiply(own, i, w.groups[i], count)
		w.transformOutput(own, picture, w.groups[i], first, count)
	}
}

// segments calls do for each row of tiles in a chunk: tiles from the index-th of
// the chunk on, which lie side by side.
func (w *winogradConv) segments(first, count int, do func(index, y, x, tiles int)) {
	for index := 0; index < count; {
		y, x := (first+index)/w.across, (first+index)%w.across
		tiles := min(w.across-x, count-index)
		do(index, y*w.step, x*w.step, tiles)
		index += tiles
	}
}

func (w *winogradConv) transformInput(own *winogradWorker, picture, first, count int) {
	a, g, lanes := &own.moves, &w.Geometry, w.Set.Lanes
	a.InStride, a.OutStride = 4*w.In.Row(), 4*w.inStride
	w.segments(first, count, func(index, y, x, tiles int) {
		a.Tiles = tiles
		for block := range w.In.Blocks() {
			a.In = pointer(w.data.in, w.In.At(picture, block, y-g.Rows.Before, x-g.Columns.Before))
			a.Out = pointer(own.in, (block*w.chunk+index)*lanes)
			w.Input(a)
		}
	})
}

// multiply computes the products of a chunk with the weights of a group.
func (w *winogradConv) multiply(own *winogradWorker, number int, g group, count int) {
	a, lanes := &own.tile, w.Set.Lanes
	a.Weights = pointer(w.data.weights.packed, w.data.weights.offsets[number])
	a.WeightStep = 4 * w.Geometry.InChannels * g.blocks * lanes
	for _, s := range w.strips[[2]int{g.blocks, count}] {
		for tile := range s.tiles {
			at := (s.start + tile*s.pixels) * lanes
			a.In, a.Out = pointer(own.in, at), pointer(own.out, at)
			s.run(a)
		}
	}
}

func (w *winogradConv) transformOutput(own *winogradWorker, picture int, g group, first, count int) {
	a, lanes := &own.moves, w.Set.Lanes
	a.InStride, a.OutStride, a.ResidualStride = 4*w.outStride, 4*w.Out.Row(), 4*w.Residual.Row()
	a.Low, a.High, a.Clamp, a.Strange = w.Low, w.High, 0, 0
	if w.Clamp {
		a.Clamp = 1
	}
	w.segments(first, count, func(index, y, x, tiles int) {
		a.Tiles = tiles
		for b := range g.blocks {
			a.In = pointer(own.out, b*w.size*w.size*w.outStride+index*lanes)
			a.Out = pointer(w.data.out, w.Out.At(picture, g.first+b, y, x))
			a.Bias = pointer(w.data.weights.bias, (g.first+b)*lanes)
			a.Residual = nil
			if w.data.residual != nil {
				a.Residual = pointer(w.data.residual, w.Residual.At(picture, g.first+b, y, x))
			}
			w.Output(a)
		}
	})
	if a.Strange != 0 {
		w.strange[picture].Store(true)
	}
}
