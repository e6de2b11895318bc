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

// MultiplyMatrices writes A*B. Each element is summed in the order of K.
func MultiplyMatrices[T Number](g GemmGeometry, dst, a, b []T) {
	clear(dst)
	rowA, columnA := g.K, 1
	if g.TransA {
		rowA, columnA = 1, g.M
	}
	for i := range g.M {
		to := dst[i*g.N : (i+1)*g.N]
		for k := range g.K {
			x := a[i*rowA+k*columnA]
			if g.TransB {
				for j := range to {
					to[j] += times(x, b[j*g.K+k])
				}
				continue
			}
			for j, y := range b[k*g.N : (k+1)*g.N] {
				to[j] += times(x, y)
			}
		}
	}
}

// FinishProduct turns a product of rows of n elements into alpha*P + beta*C; C has
// strides of its own, and nil is none.
func FinishProduct[T Number](dst []T, n int, alpha, beta T, c []T, row, column int) {
	for at := range dst {
		dst[at] *= alpha
		if c != nil {
			addend := beta * c[at/n*row+at%n*column]
			dst[at] += addend
		}
	}
}
