package blocked

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/team"
)

// GemmWeights are the right operand of a product in the order in which it is
// read. Once packed they are only read, and any number of Gemm may share them.
type GemmWeights struct {
	lanes, n, k int
	groups      []group
	packed      []float32 // by group of blocks of columns, row, and column
}

// NewGemmWeights returns the place for the right operand of a product.
func NewGemmWeights(set *micro.Set, g kernels.GemmGeometry) *GemmWeights {
	return &GemmWeights{
		lanes: set.Lanes, n: g.N, k: g.K, groups: columnGroups(set.Lanes, g.N),
		packed: Floats(ceilDiv(g.N, set.Lanes) * set.Lanes * g.K),
	}
}

// Pack copies the elements of a right operand, [K,N] or [N,K] if transposed.
func (w *GemmWeights) Pack(b []float32, transposed bool) {
	row, column := w.n, 1
	if transposed {
		row, column = 1, w.k
	}
	for _, g := range w.groups {
		to, width := w.packed[g.first*w.lanes*w.k:], g.blocks*w.lanes
		from := g.first * w.lanes
		for first := 0; first < w.k; first += packedRows {
			for lane := range min(width, w.n-from) {
				for t := first; t < min(first+packedRows, w.k); t++ {
					to[t*width+lane] = b[t*row+(from+lane)*column]
				}
			}
		}
	}
}

// packedRows is how many rows are packed before the next column, so that what
// is written stays in the cache until its lines are full.
const packedRows = 256

// columnGroups divides the columns of a product.
func columnGroups(lanes, n int) []group {
	return groupsOf(lanes, kernels.ConvGeometry{Groups: 1, OutChannels: n})
}

// Gemm is a matrix product of one geometry. It is for one prediction at a time.
type Gemm struct {
	set     *micro.Set
	team    *team.Team
	size    kernels.GemmGeometry
	groups  []group
	strips  []strip // of rows
	zeros   []float32
	workers []gemmWorker
	part    func(part, worker int)
	dst, a  []float32
	b       *GemmWeights
	with    kernels.GemmEpilogue
}

// gemmWorker is the memory of one thread.
type gemmWorker struct {
	tile micro.Tile
	rows []float32 // of A, as many as a tile has, if they have to be moved
	sums []float32
}

// rowPadding lies between rows that were moved: rows a power of two apart would
// compete for the same places in the cache.
const rowPadding = 16

// NewGemm returns a product of the geometry.
func NewGemm(set *micro.Set, t *team.Team, size kernels.GemmGeometry) *Gemm {
	g := &Gemm{set: set, team: t, size: size, groups: columnGroups(set.Lanes, size.N), zeros: Floats(2 * set.Lanes)}
	g.strips = cut(size.M, 2, set.Strided[2])
	g.workers = make([]gemmWorker, t.Size())
	most := len(set.Strided[2]) - 1
	for i := range g.workers {
		w := gemmWorker{sums: Floats(2 * most * set.Lanes), tile: g.arguments()}
		if g.moves() {
			w.rows = Floats(most * (size.K + rowPadding))
		}
		g.workers[i] = w
	}
	g.part = g.compute
	return g
}

// moves reports whether rows of A are copied before they are multiplied.
func (g *Gemm) moves() bool { return g.size.TransA || g.size.M > 1 && g.size.N > 4*g.set.Lanes }

func (g *Gemm) arguments() micro.Tile {
	a := micro.Tile{
		Bias: pointer(g.zeros, 0), Rows: 1, Taps: 1, Quads: g.size.K / 4, Singles: g.size.K % 4,
		PixelStride: 4 * g.size.K, Tiles: 1, Lines: 1,
	}
	if g.size.K > 0 {
		a.Blocks = 1
	}
	if g.moves() {
		a.PixelStride = 4 * (g.size.K + rowPadding)
	}
	return a
}

// Run stores the result in dst, [M,N]. A row depends on the same row of A and of
// C, and on nothing else: not on its place, nor on how many rows there are.
func (g *Gemm) Run(dst, a []float32, b *GemmWeights, e kernels.GemmEpilogue) {
	g.dst, g.a, g.b, g.with = dst, a, b, e
	g.team.Do(len(g.groups), g.part)
	g.dst, g.a, g.b, g.with = nil, nil, nil, kernels.GemmEpilogue{}
}

// compute computes a group of columns.
func (g *Gemm) compute(part, worker int) {
	own, group := &g.workers[worker], g.groups[part]
	own.tile.Weights = pointer(g.zeros, 0) // nothing is read there, but its address is calculated with
	if g.size.K > 0 {
		own.tile.Weights = pointer(g.b.packed, group.first*g.set.Lanes*g.size.K)
	}
	for _, s := range g.strips {
		run := g.set.Strided[group.blocks][s.pixels]
		for tile := range s.tiles {
			g.rows(own, run, group, s.start+tile*s.pixels, s.pixels)
		}
	}
}

// rows computes count rows of a group of columns.
func (g *Gemm) rows(own *gemmWorker, run func(*micro.Tile), c group, first, count int) {
	lanes, n := g.set.Lanes, g.size.N
	switch {
	case g.size.K == 0:
		own.tile.In = &g.zeros[0]
	case g.moves():
		g.move(own, first, count)
		own.tile.In = &own.rows[0]
	default:
		own.tile.In = pointer(g.a, first*g.size.K)
	}
	own.tile.Out, own.tile.OutStride = &own.sums[0], 4*count*lanes
	run(&own.tile)
	columns := min(c.blocks*lanes, n-c.first*lanes)
	for i := range count {
		row := g.dst[(first+i)*n+c.first*lanes:][:columns]
		for j := range row {
			row[j] = g.with.Apply(own.sums[(j/lanes*count+i)*lanes+j%lanes], first+i, c.first*lanes+j)
		}
	}
}

// move copies rows of A side by side.
func (g *Gemm) move(own *gemmWorker, first, count int) {
	k := g.size.K
	for i := range count {
		row := own.rows[i*(k+rowPadding):][:k]
		if !g.size.TransA {
			copy(row, g.a[(first+i)*k:])
			continue
		}
		for t := range row {
			row[t] = g.a[t*g.size.M+first+i]
		}
	}
}
