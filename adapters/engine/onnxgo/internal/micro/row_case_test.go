package micro_test

import (
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// rowKernel is an element-wise kernel, and what it computes before the clamp.
type rowKernel struct {
	name    string
	set     *micro.Set
	run     func(*micro.Row)
	yPixels bool // Y has as many vectors as X, else one
	compute func(x, y, z float32) float32
}

func rowKernels(set *micro.Set) []rowKernel {
	return []rowKernel{
		{set.Name + "/add", set, set.AddRow, true, func(x, y, _ float32) float32 { return x + y }},
		{set.Name + "/scaleShift", set, set.ScaleShiftRow, false, func(x, y, z float32) float32 { return float32(x*y) + z }},
		{set.Name + "/clamp", set, set.ClampRow, false, func(x, _, _ float32) float32 { return x }},
	}
}

// eachRowKernel calls check for each element-wise kernel of each set.
func eachRowKernel(t *testing.T, check func(t *testing.T, k rowKernel)) {
	t.Helper()
	for _, set := range micro.Available() {
		for _, k := range rowKernels(set) {
			t.Run(k.name, func(t *testing.T) { check(t, k) })
		}
	}
}

// rowCase is an element-wise kernel with arguments and operands.
type rowCase struct {
	rowKernel
	args         micro.Row
	out, x, y, z operand
}

func newRowCase(tb testing.TB, m memory, r *rand.Rand, k rowKernel) *rowCase {
	c := &rowCase{rowKernel: k, args: micro.Row{Pixels: 1 + r.IntN(20)}}
	c.args.Low, c.args.High = bounds(r)
	var row, one use
	row.add(0, c.args.Pixels*k.set.Lanes)
	one.add(0, k.set.Lanes)
	c.out, c.x, c.y, c.z = output(tb, m, row), input(tb, m, r, row), input(tb, m, r, one), input(tb, m, r, one)
	if k.yPixels {
		c.y = input(tb, m, r, row)
	}
	c.args.Out, c.args.X, c.args.Y, c.args.Z = c.out.address(), c.x.address(), c.y.address(), c.z.address()
	return c
}

// check runs the kernel and compares it with Go: these kernels round as Go does.
func (c *rowCase) check(t *testing.T) {
	t.Helper()
	inputs := map[string]*operand{"X": &c.x, "Y": &c.y, "Z": &c.z}
	for _, o := range inputs {
		o.remember()
	}
	args := c.args
	c.run(&args)
	if args != c.args {
		t.Fatalf("the arguments were %+v and are %+v", c.args, args)
	}
	for i := range c.args.Pixels * c.set.Lanes {
		x, lane := *c.x.at(i), i%c.set.Lanes
		y := *c.y.at(lane)
		if c.yPixels {
			y = *c.y.at(i)
		}
		want := min(max(c.compute(x, y, *c.z.at(lane)), c.args.Low), c.args.High)
		if got := c.out.take(i); !same(got, want) {
			t.Fatalf("%+v: element %d of %v, %v and %v is %v, expected %v", c.args, i, x, y, *c.z.at(lane), got, want)
		}
	}
	c.out.checkUnchanged(t, "out")
	for name, o := range inputs {
		o.checkUnchanged(t, name)
	}
}
