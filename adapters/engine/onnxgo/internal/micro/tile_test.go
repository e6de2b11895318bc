package micro_test

import (
	"math"
	"testing"
)

const casesPerTile = 4

func TestTilesAgreeWithFloat64(t *testing.T) {
	eachTileKernel(t, func(t *testing.T, k tileKernel) {
		r := k.generator(1)
		for i := range casesPerTile {
			randomTileCase(t, heap, r, k, i).check(t)
		}
	})
}

// check runs the kernel and compares with float64, by the bound for sums of products that
// are rounded one by one: n + 2 roundings of the sum of the products' sizes.
func (c *tileCase) check(t *testing.T) {
	t.Helper()
	c.runOnce(t)
	c.positions(func(at position) {
		for lane := range c.set.Lanes {
			got := float64(c.out.take(at.out + lane))
			if want, wrong := c.want(at, lane); !(math.Abs(got-want) <= wrong) {
				t.Fatalf("%s: output %d lane %d is %v, expected %v +- %v", describe(c.args), at.out, lane, got, want, wrong)
			}
		}
	})
	c.out.checkUnchanged(t, "out")
}

// TestTilesGiveTheSameBits compares each kernel with the one of one pixel, of the
// other kind where there is one, which takes the channels one by one.
func TestTilesGiveTheSameBits(t *testing.T) {
	eachTileKernel(t, func(t *testing.T, k tileKernel) {
		r := k.generator(2)
		for i := range casesPerTile {
			c := randomTileCase(t, heap, r, k, i)
			c.runOnce(t)
			c.positions(func(at position) {
				single := c.alone(at)
				for lane, want := range single {
					if got := c.out.take(at.out + lane); bits(got) != bits(want) {
						t.Fatalf("%s: output %d lane %d is %v, and %v in a tile of one pixel", describe(c.args), at.out, lane, got, want)
					}
				}
			})
		}
	})
}

// alone computes an output in a tile of one pixel and one block.
func (c *tileCase) alone(at position) []float32 {
	lanes := c.set.Lanes
	var weights []float32
	for i := range c.offsets {
		weights = append(weights, c.weights.all[c.weights.zero+at.weights+i*c.blocks*lanes:][:lanes]...)
	}
	out := make([]float32, lanes)
	a := c.args
	a.Out, a.In, a.Weights, a.Bias = &out[0], c.in.at(at.in), &weights[0], c.bias.at(at.bias)
	if a.Residual != nil {
		a.Residual = c.residual.at(at.residual)
	}
	a.Tiles, a.Lines = 1, 1
	a.Singles, a.Quads, a.LastSingles, a.LastQuads = 4*a.Quads+a.Singles, 0, 4*a.LastQuads+a.LastSingles, 0
	switch {
	case c.lone:
		c.set.Lone[1](&a)
	case c.strided:
		c.set.Unit[1][1](&a)
	default:
		c.set.Strided[1][1](&a)
	}
	return out
}

// TestTilesKeepNaN adds residuals of which many are not finite.
func TestTilesKeepNaN(t *testing.T) {
	eachTileKernel(t, func(t *testing.T, k tileKernel) {
		r := k.generator(3)
		for _, clamp := range []int{0, 1} {
			a := randomTile(r, k)
			a.ResidualStride, a.ResidualLine = a.OutStride, a.OutLine // each is read once
			a.Clamp, a.Low, a.High = clamp, -2, 3
			c := newTileCase(t, heap, r, k, a)
			c.args.Residual = c.residual.address()
			c.residual.spoil(r)
			c.runOnce(t)
			c.positions(func(at position) {
				for lane := range k.set.Lanes {
					got, residual := c.out.take(at.out+lane), *c.residual.at(at.residual + lane)
					checkSpoiled(t, got, residual, clamp != 0)
				}
			})
		}
	})
}

// checkSpoiled compares the sum of something finite and a number that may not be
// with what it has to be, clamped to [-2, 3].
func checkSpoiled(t *testing.T, got, added float32, clamp bool) {
	t.Helper()
	want := added
	if clamp {
		want = float32(clamped(float64(added), -2, 3))
	}
	if finite(added) && !finite(got) || !finite(added) && !same(got, want) {
		t.Fatalf("something and %v is %v", added, got)
	}
}
