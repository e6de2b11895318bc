package micro_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// tileCase is a kernel with arguments and operands.
type tileCase struct {
	tileKernel
	args                             micro.Tile
	offsets                          []int // of the products' inputs, from that of the first
	in, weights, bias, residual, out operand
}

// channels returns how many a block has; there is one more than args.Blocks.
func (c *tileCase) channels(block int) int {
	if block == c.args.Blocks {
		return 4*c.args.LastQuads + c.args.LastSingles
	}
	return 4*c.args.Quads + c.args.Singles
}

func (c *tileCase) products() []int {
	var offsets []int
	a := &c.args
	for block := range a.Blocks + 1 {
		for row := range a.Rows {
			for tap := range a.Taps {
				at := (block*a.BlockStride + row*a.RowStride + tap*a.TapStride) / 4
				if c.lone {
					offsets = append(offsets, at)
				}
				for channel := range c.channels(block) {
					offsets = append(offsets, at+channel)
				}
			}
		}
	}
	return offsets
}

// position is a pixel of a block of a tile, and where its elements lie.
type position struct{ pixel, block, in, weights, bias, residual, out int }

// positions calls visit for each pixel and block of each tile of each line.
func (c *tileCase) positions(visit func(position)) {
	a, lanes, pixel := &c.args, c.set.Lanes, c.set.Lanes
	if c.strided {
		pixel = a.PixelStride / 4
	}
	for n := range a.Lines * a.Tiles {
		line := n / a.Tiles
		for p := range c.pixels {
			for b := range c.blocks {
				visit(position{
					pixel: p, block: b,
					in:       (n*a.InStep+line*a.InLine)/4 + p*pixel,
					weights:  n*a.WeightStep/4 + b*lanes,
					bias:     b * lanes,
					residual: (n*a.OutStep+line*a.ResidualLine+b*a.ResidualStride)/4 + p*lanes,
					out:      (n*a.OutStep+line*a.OutLine+b*a.OutStride)/4 + p*lanes,
				})
			}
		}
	}
}

// newTileCase gives arguments random operands; the residual is not used yet.
func newTileCase(tb testing.TB, m memory, r *rand.Rand, k tileKernel, a micro.Tile) *tileCase {
	c := &tileCase{tileKernel: k, args: a}
	c.offsets = c.products()
	var in, weights, bias, residual, out use
	lanes, width := k.set.Lanes, 1
	if k.lone {
		width = lanes
	}
	c.positions(func(at position) {
		for i, offset := range c.offsets {
			if at.block == 0 { // the others read the same
				in.add(at.in+offset, width)
			}
			if at.pixel == 0 {
				weights.add(at.weights+i*k.blocks*lanes, lanes)
			}
		}
		bias.add(at.bias, lanes)
		residual.add(at.residual, lanes)
		out.add(at.out, lanes)
	})
	c.in, c.weights, c.bias, c.out = input(tb, m, r, in), input(tb, m, r, weights), input(tb, m, r, bias), output(tb, m, out)
	c.args.In, c.args.Weights, c.args.Bias, c.args.Out = c.in.address(), c.weights.address(), c.bias.address(), c.out.address()
	c.residual = input(tb, m, r, residual)
	return c
}

// randomTileCase returns one with or without residual and clamp: four in a row
// are all there are.
func randomTileCase(tb testing.TB, m memory, r *rand.Rand, k tileKernel, i int) *tileCase {
	c := newTileCase(tb, m, r, k, randomTile(r, k))
	if i&1 != 0 {
		c.args.Residual = c.residual.address()
	}
	if i&2 != 0 {
		c.args.Clamp = []int{1, -1, 1 << 40}[r.IntN(3)]
		c.args.Low, c.args.High = bounds(r)
	}
	return c
}

// runOnce runs the kernel, which changes nothing but the output.
func (c *tileCase) runOnce(tb testing.TB) {
	tb.Helper()
	inputs := map[string]*operand{"in": &c.in, "weights": &c.weights, "bias": &c.bias, "residual": &c.residual}
	for _, o := range inputs {
		o.remember()
	}
	args := c.args
	c.run(&args)
	if describe(args) != describe(c.args) {
		tb.Fatalf("the arguments were\n%s and are\n%s", describe(c.args), describe(args))
	}
	for name, o := range inputs {
		o.checkUnchanged(tb, name)
	}
}

// describe makes arguments comparable that may hold NaN.
func describe(args any) string { return fmt.Sprintf("%+v", args) }

// want returns an output, and what it may be wrong by.
func (c *tileCase) want(at position, lane int) (value, wrong float64) {
	value = c.bias.value(at.bias + lane)
	size, x := math.Abs(value), at.in
	if c.lone {
		x += lane
	}
	for i, offset := range c.offsets {
		product := c.in.value(x+offset) * c.weights.value(at.weights+i*c.blocks*c.set.Lanes+lane)
		value, size = value+product, size+math.Abs(product)
	}
	if c.args.Residual != nil {
		residual := c.residual.value(at.residual + lane)
		value, size = value+residual, size+math.Abs(residual)
	}
	if c.args.Clamp != 0 {
		value = clamped(value, float64(c.args.Low), float64(c.args.High))
	}
	return value, rounding(len(c.offsets)+2) * size
}
