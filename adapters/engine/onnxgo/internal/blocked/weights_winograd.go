package blocked

import "github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"

// filterMatrices are G of Winograd's method, which turns three weights into six
// or four.
var filterMatrices = map[Method][][3]float64{
	Winograd4: {
		{1. / 4, 0, 0}, {-1. / 6, -1. / 6, -1. / 6}, {-1. / 6, 1. / 6, -1. / 6},
		{1. / 24, 1. / 12, 1. / 6}, {1. / 24, -1. / 12, 1. / 6}, {0, 0, 1},
	},
	Winograd2: {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}},
}

// packWinograd transforms each filter and orders the results of each group by
// their place in the tile, and input channel.
func (w *ConvWeights) packWinograd(lanes int, g kernels.ConvGeometry, m Method) {
	matrix := filterMatrices[m]
	size := len(matrix) * len(matrix)
	transformed := make([]float32, size*g.InChannels*g.OutChannels) // by place, input channel and output channel
	for out := range g.OutChannels {
		for in := range g.InChannels {
			transformFilter(matrix, w.raw[(out*g.InChannels+in)*9:][:9], transformed[in*g.OutChannels+out:], g.InChannels*g.OutChannels)
		}
	}
	p := w.packer(lanes, size*g.InChannels, g)
	for _, group := range p.groups {
		for row := range size * g.InChannels {
			p.add(group, func(out int) float32 { return transformed[row*g.OutChannels+out] })
		}
	}
}

// transformFilter writes G f G^T to every stride-th element of to. It computes
// in float64 and rounds once.
func transformFilter(matrix [][3]float64, filter, to []float32, stride int) {
	for i, left := range matrix {
		var row [3]float64
		for j := range row {
			for k, factor := range left {
				row[j] += factor * float64(filter[3*k+j])
			}
		}
		for j, right := range matrix {
			sum := row[0]*right[0] + row[1]*right[1] + row[2]*right[2]
			to[(i*len(matrix)+j)*stride] = float32(sum)
		}
	}
}
