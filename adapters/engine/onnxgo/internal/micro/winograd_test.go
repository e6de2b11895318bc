package micro_test

import "testing"

const casesPerTransform = 20

func TestWinogradTransformsAgreeWithMatrices(t *testing.T) {
	eachWinogradKernel(t, func(t *testing.T, k winogradKernel) {
		checkTransforms(t, heap, k)
	})
}

func checkTransforms(t *testing.T, m memory, k winogradKernel) {
	t.Helper()
	r := generator(4)
	for range casesPerTransform {
		c := newTransformCase(t, m, r, k, randomTransform(r, k))
		if strange := c.runOnce(t); strange != 0 {
			t.Fatalf("%s: strange is %#x, and everything is finite", describe(c.args), strange)
		}
		c.check(t)
	}
}

// eachOutput calls check for each transform of the output, with three tiles of
// zeros and nothing to add.
func eachOutput(t *testing.T, check func(t *testing.T, c *transformCase)) {
	eachWinogradKernel(t, func(t *testing.T, k winogradKernel) {
		if !k.output {
			return
		}
		r := generator(5)
		a := randomTransform(r, k)
		a.Tiles, a.InStride, a.OutStride, a.Clamp = 3, 4*3*k.set.Lanes, 4*3*k.step*k.set.Lanes, 0
		a.ResidualStride = a.OutStride
		c := newTransformCase(t, heap, r, k, a)
		c.args.Residual = nil
		clear(c.in.all)
		clear(c.bias.all)
		check(t, c)
	})
}

// TestStrangeIsWhatIsNotFinite puts what is not finite, or becomes so, in each
// place of a tile.
func TestStrangeIsWhatIsNotFinite(t *testing.T) {
	const huge = 3e38
	eachOutput(t, func(t *testing.T, c *transformCase) {
		r := generator(6)
		for _, pair := range c.reinforcing() {
			for _, v := range []struct{ first, second float32 }{
				{nan, 0}, {infinity, 0}, {-infinity, 0}, {huge, huge}, {-huge, -huge}, {huge / 1000, huge / 1000}, {0, 0},
			} {
				tile, lane := r.IntN(3), r.IntN(c.set.Lanes)
				first, second := c.element(tile, lane, pair[0]), c.element(tile, lane, pair[1])
				*first, *second = v.first, v.second*float32(pair[2])
				expected := !finite(v.first) || v.first == huge || v.first == -huge
				if strange := c.runOnce(t); expected != (strange != 0) || expected != c.notFinite() {
					t.Errorf("%v at %d,%d and at %d,%d: strange is %#x", v, pair[0]/c.size, pair[0]%c.size, pair[1]/c.size, pair[1]%c.size, strange)
				}
				*first, *second = 0, 0
			}
		}
	})
}

// reinforcing returns pairs of places of a tile, and the sign that the second
// must have for a result to grow with both: each place once for each result that
// it takes part in.
func (c *transformCase) reinforcing() (pairs [][3]int) {
	places := c.size * c.size
	for result := range c.step * c.step {
		row, column := c.matrix[result/c.step], c.matrix[result%c.step]
		factor := func(place int) float64 { return row[place/c.size] * column[place%c.size] }
		var taking []int
		for place := range places {
			if factor(place) != 0 {
				taking = append(taking, place)
			}
		}
		for i, place := range taking {
			partner := taking[(i+1)%len(taking)]
			sign := 1
			if factor(place)*factor(partner) < 0 {
				sign = -1
			}
			pairs = append(pairs, [3]int{place, partner, sign})
		}
	}
	return pairs
}

// element returns an element of the input by its place in a tile.
func (c *transformCase) element(tile, lane, place int) *float32 {
	return c.in.at(tile*c.from.tile + place/c.size*c.from.row + place%c.size*c.from.column + lane)
}

// notFinite reports whether a result is not finite.
func (c *transformCase) notFinite() bool {
	found := false
	for tile := range c.args.Tiles {
		c.to.each(tile, func(_, _, at int) {
			for lane := range c.set.Lanes {
				found = found || !finite(*c.out.at(at + lane))
			}
		})
	}
	return found
}

// TestStrangeIsFoundBeforeBias adds and clamps what hides a result.
func TestStrangeIsFoundBeforeBias(t *testing.T) {
	eachOutput(t, func(t *testing.T, c *transformCase) {
		r := generator(7)
		c.args.Residual = c.residual.address()
		c.residual.spoil(r)
		c.bias.spoil(r)
		if strange := c.runOnce(t); strange != 0 {
			t.Errorf("strange is %#x by bias and residual", strange)
		}
		c.args.Clamp, c.args.Low, c.args.High = 1, 0, 6
		*c.element(1, 2, 0) = infinity
		if strange := c.runOnce(t); strange == 0 {
			t.Error("an infinity that is clamped is not found")
		}
		*c.element(1, 2, 0) = 0
		c.args.Strange = 1 << 40
		if strange := c.runOnce(t); strange == 0 {
			t.Error("what was found before is forgotten")
		}
	})
}

// TestTransformsKeepNaN adds residuals of which many are not finite.
func TestTransformsKeepNaN(t *testing.T) {
	eachOutput(t, func(t *testing.T, c *transformCase) {
		c.args.Residual, c.args.Low, c.args.High = c.residual.address(), -2, 3
		c.residual.spoil(generator(8))
		for _, clamp := range []int{0, 1} {
			c.args.Clamp = clamp
			c.runOnce(t)
			for tile := range c.args.Tiles {
				c.to.each(tile, func(_, _, at int) {
					for lane := range c.set.Lanes {
						checkSpoiled(t, c.out.take(at+lane), *c.residual.at(at + lane), clamp != 0)
					}
				})
			}
		}
	})
}
