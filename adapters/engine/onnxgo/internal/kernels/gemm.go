package kernels

// GemmGeometry is the size and shape of a matrix product A*B, where A is [M,K]
// and B is [K,N], or [K,M] and [N,K] where they are stored transposed.
type GemmGeometry struct {
	M, N, K int
	TransA  bool
	TransB  bool
}

// GemmEpilogue turns the product P into the result Alpha*P + Beta*C.
type GemmEpilogue struct {
	Alpha, Beta float32
	C           []float32 // nil is none; not read where Beta is 0, so that its NaN do no harm
	Row, Column int       // C's strides; 0 repeats it along that axis
}

// Apply finishes the product's element of row i and column j.
func (e *GemmEpilogue) Apply(sum float32, i, j int) float32 {
	sum = float32(e.Alpha * sum)
	if e.C != nil && e.Beta != 0 {
		sum += float32(e.Beta * e.C[i*e.Row+j*e.Column])
	}
	return sum
}

// GemmWeights are the right operand in the order in which it is read. Once
// packed they are only read, and any number of Gemm may share them.
type GemmWeights struct {
	n, k   int
	blocks []sums
}

// NewGemmWeights returns the place for the right operand of a product.
func NewGemmWeights(g GemmGeometry) *GemmWeights {
	return &GemmWeights{n: g.N, k: g.K, blocks: make([]sums, ceilDiv(g.N, lanes)*g.K)}
}

// Pack copies the elements of a right operand, [K,N] or [N,K] if transposed.
func (w *GemmWeights) Pack(b []float32, transposed bool) {
	row, column := w.n, 1
	if transposed {
		row, column = 1, w.k
	}
	for j := range w.n {
		to := w.blocks[j/lanes*w.k:][:w.k]
		lane := j % lanes
		for t := range to {
			to[t][lane] = b[t*row+j*column]
		}
	}
}

// Gemm is a matrix product of one geometry. Any number of goroutines may use it.
type Gemm struct {
	geometry GemmGeometry
	offsets  []int // of a row's elements, from its first
	step     int   // from one row to the next
}

// NewGemm returns a product of the geometry.
func NewGemm(g GemmGeometry) *Gemm {
	row, column := g.K, 1
	if g.TransA {
		row, column = 1, g.M
	}
	if g.K == 0 {
		row = 0 // there are no elements to step over
	}
	offsets := make([]int, g.K)
	for t := range offsets {
		offsets[t] = t * column
	}
	return &Gemm{geometry: g, offsets: offsets, step: row}
}

// Run stores the result in dst, [M,N]. A row depends on the same row of A and of
// C, and on nothing else: not on its place, nor on how many rows there are.
func (g *Gemm) Run(dst, a []float32, b *GemmWeights, e GemmEpilogue) {
	m, n, k := g.geometry.M, g.geometry.N, g.geometry.K
	for first := 0; first < n; first += lanes {
		block := b.blocks[first/lanes*k:][:k]
		count := min(lanes, n-first)
		i := 0
		for ; i+2 <= m; i += 2 {
			p, q := dotPair(block, g.offsets, a[i*g.step:], g.step)
			for lane := range count {
				dst[i*n+first+lane] = e.Apply(p[lane], i, first+lane)
				dst[(i+1)*n+first+lane] = e.Apply(q[lane], i+1, first+lane)
			}
		}
		if i < m {
			p := dotOne(block, g.offsets, a[i*g.step:])
			for lane := range count {
				dst[i*n+first+lane] = e.Apply(p[lane], i, first+lane)
			}
		}
	}
}
