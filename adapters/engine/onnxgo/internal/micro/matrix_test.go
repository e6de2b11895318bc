package micro_test

import "math"

// matrix is a matrix by rows.
type matrix [][]float64

// winogradMatrices are those of A. Lavin, S. Gray, Fast Algorithms for
// Convolutional Neural Networks, 2015: of the input, the weights and the output.
type winogradMatrices struct{ input, weights, output matrix }

var f4x4 = winogradMatrices{
	input: matrix{
		{4, 0, -5, 0, 1, 0},
		{0, -4, -4, 1, 1, 0},
		{0, 4, -4, -1, 1, 0},
		{0, -2, -1, 2, 1, 0},
		{0, 2, -1, -2, 1, 0},
		{0, 4, 0, -5, 0, 1},
	},
	weights: matrix{
		{1. / 4, 0, 0},
		{-1. / 6, -1. / 6, -1. / 6},
		{-1. / 6, 1. / 6, -1. / 6},
		{1. / 24, 1. / 12, 1. / 6},
		{1. / 24, -1. / 12, 1. / 6},
		{0, 0, 1},
	},
	output: matrix{
		{1, 1, 1, 1, 1, 0},
		{0, 1, -1, 2, -2, 0},
		{0, 1, 1, 4, 4, 0},
		{0, 1, -1, 8, -8, 1},
	},
}

var f2x2 = winogradMatrices{
	input: matrix{
		{1, 0, -1, 0},
		{0, 1, 1, 0},
		{0, -1, 1, 0},
		{0, 1, 0, -1},
	},
	weights: matrix{
		{1, 0, 0},
		{1. / 2, 1. / 2, 1. / 2},
		{1. / 2, -1. / 2, 1. / 2},
		{0, 0, 1},
	},
	output: matrix{
		{1, 1, 1, 0},
		{0, 1, -1, -1},
	},
}

func newMatrix(rows, columns int) matrix {
	m := make(matrix, rows)
	for i := range m {
		m[i] = make([]float64, columns)
	}
	return m
}

// times returns m x.
func (m matrix) times(x matrix) matrix {
	y := newMatrix(len(m), len(x[0]))
	for i, row := range m {
		for k, factor := range row {
			for j, v := range x[k] {
				y[i][j] += factor * v
			}
		}
	}
	return y
}

func (m matrix) transposed() matrix {
	t := newMatrix(len(m[0]), len(m))
	for i, row := range m {
		for j, v := range row {
			t[j][i] = v
		}
	}
	return t
}

// around returns m x m^T.
func (m matrix) around(x matrix) matrix { return m.times(x).times(m.transposed()) }

// sizes returns the absolute values.
func (m matrix) sizes() matrix {
	s := newMatrix(len(m), len(m[0]))
	for i, row := range m {
		for j, v := range row {
			s[i][j] = math.Abs(v)
		}
	}
	return s
}

// addProducts adds the products of x's and y's elements.
func (m matrix) addProducts(x, y matrix) {
	for i, row := range m {
		for j := range row {
			row[j] += x[i][j] * y[i][j]
		}
	}
}
