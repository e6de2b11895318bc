package kernels

import "math"

// FadeRows multiplies each row of a matrix [rows,n] by e to the power of its
// element of logarithms, or of the only one.
func FadeRows(matrix, logarithms []float32, n int) {
	factor := float32(0)
	for row := 0; row*n < len(matrix); row++ {
		if row < len(logarithms) {
			factor = float32(math.Exp(float64(logarithms[row])))
		}
		line := matrix[row*n : (row+1)*n]
		for i := range line {
			line[i] *= factor
		}
	}
}

// WeighRows writes the sum of the rows of a matrix [len(weights),len(dst)], each
// times its weight, in their order.
func WeighRows(dst, weights, matrix []float32) {
	clear(dst)
	n := len(dst)
	for row, weight := range weights {
		line := matrix[row*n:][:n]
		for i, x := range line {
			dst[i] += times(weight, x)
		}
	}
}

// AddOuter adds to a matrix [len(column),len(row)] the product of a column and a
// row.
func AddOuter(matrix, column, row []float32) {
	n := len(row)
	for at, factor := range column {
		line := matrix[at*n:][:n]
		for i, x := range row {
			line[i] += times(factor, x)
		}
	}
}

// ConvolveCausal writes for each element of a signal the sum of itself and of those
// before it, weighed, and a bias. What comes before the signal is past, of one
// element less than there are weights; nil is zeros. Sums are formed in float64.
func ConvolveCausal(dst, src, past, weights []float32, bias float32) {
	before := len(weights) - 1
	for t := range dst {
		sum := float64(bias)
		for j, w := range weights {
			switch at := t + j - before; {
			case at >= 0:
				sum += float64(w) * float64(src[at])
			case past != nil:
				sum += float64(w) * float64(past[before+at])
			}
		}
		dst[t] = float32(sum)
	}
}

// KeepLast writes the last elements of past and a signal behind it, as many as past
// has, or dst where past is nil and stands for zeros.
func KeepLast(dst, src, past []float32) {
	kept := max(len(dst)-len(src), 0)
	clear(dst[:kept])
	if past != nil {
		copy(dst[:kept], past[len(past)-kept:])
	}
	copy(dst[kept:], src[len(src)-(len(dst)-kept):])
}
