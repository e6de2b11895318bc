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
