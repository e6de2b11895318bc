package blocked

import "github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"

// packWinograd transforms each filter and orders the results of each group by
// their place in the tile, and input channel.
func (w *ConvWeights) packWinograd(lanes int, g kernels.ConvGeometry, m Method) {
	size, line := 6, filterLine6
	if m == Winograd2 {
		size, line = 4, filterLine4
	}
	w.each(lanes, size*size*g.InChannels, g, func(out int, to []float32, stride int) {
		for in := range g.InChannels {
			filter := w.raw[(out*g.InChannels+in)*9:][:9]
			transformFilter(size, line, filter, to[in*stride:], g.InChannels*stride)
		}
	})
}

// transformFilter writes G f G^T, size x size elements, to every stride-th of to.
// It computes in float64 and rounds once. Line multiplies three values by G.
func transformFilter(size int, line func(a, b, c float64) [6]float64, f, to []float32, stride int) {
	var columns [3][6]float64
	for j := range columns {
		columns[j] = line(float64(f[j]), float64(f[3+j]), float64(f[6+j]))
	}
	for i := range size {
		for j, v := range line(columns[0][i], columns[1][i], columns[2][i]) {
			if j < size {
				to[(i*size+j)*stride] = float32(v)
			}
		}
	}
}

// filterLine6 is G of F(4,3).
func filterLine6(a, b, c float64) [6]float64 {
	s, t := (a+c)/6, b/6
	u, v := a/24+c/6, b/12
	return [6]float64{a / 4, -s - t, -s + t, u + v, u - v, c}
}

// filterLine4 is G of F(2,3).
func filterLine4(a, b, c float64) [6]float64 {
	return [6]float64{a, (a + c + b) / 2, (a + c - b) / 2, c}
}
