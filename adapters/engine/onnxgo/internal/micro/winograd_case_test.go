package micro_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// winogradKernel is a transform with its matrix.
type winogradKernel struct {
	name       string
	set        *micro.Set
	run        func(*micro.Transform)
	matrix     matrix
	size, step int // of a tile of the input and the output of a convolution
	output     bool
}

// winogradKernels returns a set's transforms.
func winogradKernels(set *micro.Set) []winogradKernel {
	return []winogradKernel{
		{set.Name + "/input4", set, set.Winograd4.Input, f4x4.input, 6, 4, false},
		{set.Name + "/output4", set, set.Winograd4.Output, f4x4.output, 6, 4, true},
		{set.Name + "/input2", set, set.Winograd2.Input, f2x2.input, 4, 2, false},
		{set.Name + "/output2", set, set.Winograd2.Output, f2x2.output, 4, 2, true},
	}
}

// eachWinogradKernel calls check for each transform of each set.
func eachWinogradKernel(t *testing.T, check func(t *testing.T, k winogradKernel)) {
	t.Helper()
	for _, set := range micro.Available() {
		for _, k := range winogradKernels(set) {
			t.Run(k.name, func(t *testing.T) { check(t, k) })
		}
	}
}

// grid is where the vectors of square tiles lie: distances in elements.
type grid struct{ size, row, column, tile int }

// each calls visit for each vector of a tile.
func (g grid) each(tile int, visit func(i, j, at int)) {
	for i := range g.size {
		for j := range g.size {
			visit(i, j, tile*g.tile+i*g.row+j*g.column)
		}
	}
}

// picture is a grid of pixels: tiles side by side, step pixels from one to the
// next, or as many as they are wide.
func (k *winogradKernel) picture(size, stride int) grid {
	return grid{size, stride / 4, k.set.Lanes, k.step * k.set.Lanes}
}

// matrices is a grid in which each place of a tile has a matrix of its own.
func (k *winogradKernel) matrices(stride int) grid {
	return grid{k.size, k.size * stride / 4, stride / 4, k.set.Lanes}
}

// transformCase is a transform with arguments and operands.
type transformCase struct {
	winogradKernel
	args                    micro.Transform
	from, to, added         grid
	in, out, bias, residual operand
}

// randomTransform returns arguments of all kinds, without addresses.
func randomTransform(r *rand.Rand, k winogradKernel) micro.Transform {
	a := micro.Transform{InStride: distance(r), ResidualStride: distance(r), Tiles: 1 + r.IntN(5), Low: nan, High: nan}
	if r.IntN(2) == 0 {
		a.Clamp = []int{1, -1, 1 << 40}[r.IntN(3)]
		a.Low, a.High = bounds(r)
	}
	a.OutStride = 4 * (a.Tiles*k.set.Lanes + r.IntN(40))
	if k.output {
		a.OutStride = 4 * (a.Tiles*k.step*k.set.Lanes + r.IntN(40))
	}
	if r.IntN(4) == 0 {
		a.OutStride = -a.OutStride
	}
	return a
}

// newTransformCase gives arguments random operands.
func newTransformCase(tb testing.TB, m memory, r *rand.Rand, k winogradKernel, a micro.Transform) *transformCase {
	c := &transformCase{winogradKernel: k, args: a, from: k.picture(k.size, a.InStride), to: k.matrices(a.OutStride)}
	if k.output {
		c.from, c.to, c.added = k.matrices(a.InStride), k.picture(k.step, a.OutStride), k.picture(k.step, a.ResidualStride)
	}
	var in, out, bias, residual use
	for _, u := range []struct {
		use  *use
		grid grid
	}{{&in, c.from}, {&out, c.to}, {&residual, c.added}} {
		for tile := range a.Tiles {
			u.grid.each(tile, func(_, _, at int) { u.use.add(at, k.set.Lanes) })
		}
	}
	bias.add(0, k.set.Lanes)
	c.in, c.out, c.bias, c.residual = input(tb, m, r, in), output(tb, m, out), input(tb, m, r, bias), input(tb, m, r, residual)
	c.args.In, c.args.Out = c.in.address(), c.out.address()
	if !k.output {
		return c
	}
	c.args.Bias = c.bias.address()
	if r.IntN(2) == 0 {
		c.args.Residual = c.residual.address()
	}
	return c
}

// runOnce runs the kernel, which changes nothing but the output and Strange, and
// returns that.
func (c *transformCase) runOnce(tb testing.TB) uint64 {
	tb.Helper()
	inputs := map[string]*operand{"in": &c.in, "bias": &c.bias, "residual": &c.residual}
	for _, o := range inputs {
		o.remember()
	}
	args := c.args
	c.run(&args)
	strange := args.Strange
	args.Strange = c.args.Strange
	if describe(args) != describe(c.args) {
		tb.Fatalf("the arguments were\n%s and are\n%s", describe(c.args), describe(args))
	}
	for name, o := range inputs {
		o.checkUnchanged(tb, name)
	}
	return strange
}

// want returns the results of a lane of a tile, and what they may be wrong by:
// each is a sum that goes through three roundings along either axis, and two more
// for bias and residual.
func (c *transformCase) want(tile, lane int) (values, wrong matrix) {
	d := newMatrix(c.size, c.size)
	c.from.each(tile, func(i, j, at int) { d[i][j] = c.in.value(at + lane) })
	values, wrong = c.matrix.around(d), c.matrix.sizes().around(d.sizes())
	c.to.each(tile, func(i, j, _ int) { wrong[i][j] *= rounding(6) })
	if c.output {
		c.finish(tile, lane, values, wrong)
	}
	return values, wrong
}

func (c *transformCase) finish(tile, lane int, values, wrong matrix) {
	c.added.each(tile, func(i, j, at int) {
		more, size := c.bias.value(lane), math.Abs(c.bias.value(lane))
		if c.args.Residual != nil {
			more += c.residual.value(at + lane)
			size += math.Abs(c.residual.value(at + lane))
		}
		wrong[i][j] += rounding(2) * (size + math.Abs(values[i][j]) + wrong[i][j])
		values[i][j] += more
		if c.args.Clamp != 0 {
			values[i][j] = clamped(values[i][j], float64(c.args.Low), float64(c.args.High))
		}
	})
}

// check compares the output with float64.
func (c *transformCase) check(t *testing.T) {
	t.Helper()
	for tile := range c.args.Tiles {
		for lane := range c.set.Lanes {
			values, wrong := c.want(tile, lane)
			c.to.each(tile, func(i, j, at int) {
				got := float64(c.out.take(at + lane))
				if !(math.Abs(got-values[i][j]) <= wrong[i][j]) {
					t.Fatalf("%s: tile %d at %d,%d lane %d is %v, expected %v +- %v", describe(c.args), tile, i, j, lane, got, values[i][j], wrong[i][j])
				}
			})
		}
	}
	c.out.checkUnchanged(t, "out")
}
