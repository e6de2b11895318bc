package blocked

import (
	"math"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// strip is neighbouring tiles of one size.
type strip struct {
	start, pixels, tiles int
	run                  func(*micro.Tile)
}

// longRow is a width from which on it is no use to weigh every division.
const longRow = 256

// cut divides width pixels into tiles of the sizes that there are kernels for,
// so that the tiles are few and large.
func cut(width, blocks int, kernels []func(*micro.Tile)) []strip {
	var strips []strip
	largest, at := len(kernels)-1, 0
	if width > longRow {
		strips = append(strips, strip{0, largest, (width - longRow/2) / largest, kernels[largest]})
		at = strips[0].pixels * strips[0].tiles
	}
	for _, size := range divide(width-at, blocks, kernels) {
		if k := len(strips) - 1; k >= 0 && strips[k].pixels == size {
			strips[k].tiles++
		} else {
			strips = append(strips, strip{at, size, 1, kernels[size]})
		}
		at += size
	}
	return strips
}

// divide returns the sizes of tiles that cost least, the larger ones first.
func divide(width, blocks int, kernels []func(*micro.Tile)) []int {
	best := make([]float64, width+1) // the least cost of that many pixels
	last := make([]int, width+1)     // the size of the tile that ends there
	for n := 1; n <= width; n++ {
		best[n] = math.Inf(1)
		for size := 1; size < len(kernels) && size <= n; size++ {
			if kernels[size] == nil {
				continue
			}
			if cost := best[n-size] + tileCost(size, blocks); cost <= best[n] {
				best[n], last[n] = cost, size
			}
		}
	}
	var sizes []int
	for n := width; n > 0; n -= last[n] {
		sizes = append(sizes, last[n])
	}
	slices.Sort(sizes)
	slices.Reverse(sizes)
	return sizes
}

// tileCost estimates a tile's time for each channel: one multiplication a pixel
// and block, but never less than they take to get through the pipeline, and the
// loading of the weights.
func tileCost(pixels, blocks int) float64 {
	const latency, overhead = 4, 0.5
	return max(float64(pixels*blocks), latency) + overhead*float64(blocks)
}
