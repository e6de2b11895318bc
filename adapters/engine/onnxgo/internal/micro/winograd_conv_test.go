package micro_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// winogradConv is a 3x3 convolution of a picture of a few tiles, with some blocks
// of input channels and one of output channels.
type winogradConv struct {
	set           *micro.Set
	transforms    micro.Winograd
	matrices      winogradMatrices
	size, step    int
	across, down  int // tiles
	channels      int
	height, width int        // of the input
	in            []float32  // by block, row, column and lane
	filters       [][]matrix // by input channel and output lane
	products      []float32  // by place, tile and lane
	out           []float32  // by row, column and lane
}

func newWinogradConv(r *rand.Rand, set *micro.Set, step int) *winogradConv {
	c := &winogradConv{set: set, transforms: set.Winograd4, matrices: f4x4, size: step + 2, step: step, across: 3, down: 2, channels: set.Lanes + 3}
	if step == 2 {
		c.transforms, c.matrices = set.Winograd2, f2x2
	}
	c.height, c.width = c.down*step+2, c.across*step+2
	c.in = make([]float32, 2*c.height*c.width*set.Lanes)
	for i := range c.in {
		c.in[i] = float32(r.NormFloat64())
	}
	c.filters = make([][]matrix, c.channels)
	for channel := range c.filters {
		for range set.Lanes {
			f := newMatrix(3, 3)
			for i := range 9 {
				f[i/3][i%3] = float64(float32(r.NormFloat64()))
			}
			c.filters[channel] = append(c.filters[channel], f)
		}
	}
	return c
}

// pixel returns an element of the input.
func (c *winogradConv) pixel(channel, y, x int) float64 {
	block, lane := channel/c.set.Lanes, channel%c.set.Lanes
	return float64(c.in[((block*c.height+y)*c.width+x)*c.set.Lanes+lane])
}

// packed returns the transformed weights by place, channel and lane.
func (c *winogradConv) packed() []float32 {
	weights := make([]float32, c.size*c.size*c.channels*c.set.Lanes)
	for channel, filters := range c.filters {
		for lane, filter := range filters {
			for i, row := range c.matrices.weights.around(filter) {
				for j, v := range row {
					weights[((i*c.size+j)*c.channels+channel)*c.set.Lanes+lane] = float32(v)
				}
			}
		}
	}
	return weights
}

// run transforms, multiplies and transforms back.
func (c *winogradConv) run() (strange uint64) {
	lanes, tiles, places := c.set.Lanes, c.across*c.down, c.size*c.size
	plane := 2*tiles*lanes + 8 // of a place: two blocks of tiles
	transformed, bias, weights := make([]float32, places*plane), make([]float32, lanes), c.packed()
	c.products, c.out = make([]float32, places*tiles*lanes), make([]float32, c.down*c.step*c.across*c.step*lanes)
	row := 4 * c.width * lanes
	for block := range 2 {
		for y := range c.down {
			in, out := (block*c.height+y*c.step)*c.width*lanes, (block*tiles+y*c.across)*lanes
			c.transforms.Input(&micro.Transform{In: &c.in[in], Out: &transformed[out], InStride: row, OutStride: 4 * plane, Tiles: c.across})
		}
	}
	for tile := range tiles {
		c.set.Unit[1][1](&micro.Tile{
			In: &transformed[tile*lanes], Weights: &weights[0], Bias: &bias[0], Out: &c.products[tile*lanes],
			Blocks: 1, BlockStride: 4 * tiles * lanes, Rows: 1, Taps: 1, Quads: lanes / 4, LastSingles: c.channels - lanes,
			Tiles: places, InStep: 4 * plane, OutStep: 4 * tiles * lanes, WeightStep: 4 * c.channels * lanes, Lines: 1,
		})
	}
	back := micro.Transform{Bias: &bias[0], InStride: 4 * tiles * lanes, OutStride: 4 * c.across * c.step * lanes, Tiles: c.across}
	for y := range c.down {
		back.In, back.Out = &c.products[y*c.across*lanes], &c.out[y*c.step*c.across*c.step*lanes]
		c.transforms.Output(&back)
	}
	return back.Strange
}

// direct returns an output by the definition of a convolution.
func (c *winogradConv) direct(y, x, lane int) (sum float64) {
	for channel, filters := range c.filters {
		for i := range 9 {
			sum += c.pixel(channel, y+i/3, x+i%3) * filters[lane][i/3][i%3]
		}
	}
	return sum
}

// wrong returns what the outputs of a tile may be wrong by: three roundings an
// axis in either transform, one of the weights, and one for each channel and the
// bias in the sums; of what the sizes of all that is added up come to.
func (c *winogradConv) wrong(tileY, tileX, lane int) matrix {
	sums := newMatrix(c.size, c.size)
	for channel, filters := range c.filters {
		d := newMatrix(c.size, c.size)
		for i := range c.size * c.size {
			d[i/c.size][i%c.size] = math.Abs(c.pixel(channel, tileY*c.step+i/c.size, tileX*c.step+i%c.size))
		}
		sums.addProducts(c.matrices.input.sizes().around(d), c.matrices.weights.around(filters[lane]).sizes())
	}
	bound := c.matrices.output.sizes().around(sums)
	for i := range c.step * c.step {
		bound[i/c.step][i%c.step] *= rounding(6 + 1 + c.channels + 1 + 6 + 1)
	}
	return bound
}

func TestWinogradIsAConvolution(t *testing.T) {
	for _, set := range micro.Available() {
		for _, step := range []int{4, 2} {
			c := newWinogradConv(generator(uint64(step)), set, step)
			if strange := c.run(); strange != 0 {
				t.Errorf("%s, step %d: strange is %#x", set.Name, step, strange)
			}
			for tile := range c.down * c.across {
				for lane := range set.Lanes {
					c.check(t, tile/c.across, tile%c.across, lane)
				}
			}
		}
	}
}

func (c *winogradConv) check(t *testing.T, tileY, tileX, lane int) {
	t.Helper()
	for i, row := range c.wrong(tileY, tileX, lane) {
		for j, wrong := range row {
			y, x := tileY*c.step+i, tileX*c.step+j
			got, want := float64(c.out[(y*c.across*c.step+x)*c.set.Lanes+lane]), c.direct(y, x, lane)
			if !(math.Abs(got-want) <= wrong) {
				t.Fatalf("%s, step %d: at %d,%d lane %d is %v, expected %v +- %v", c.set.Name, c.step, y, x, lane, got, want, wrong)
			}
		}
	}
}
