package micro_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// windowCase is a pair of kernels that reduce a window, with what they reduce.
type windowCase struct {
	set                *micro.Set
	args               micro.Window
	in, greatest, sums operand
}

func newWindowCase(tb testing.TB, m memory, r *rand.Rand, set *micro.Set, a micro.Window) *windowCase {
	c := &windowCase{set: set, args: a}
	var in, greatest, sums use
	c.each(func(at int) { in.add(at, set.Lanes) })
	greatest.add(0, set.Lanes)
	sums.add(0, 2*set.Lanes)
	c.in, c.greatest, c.sums = input(tb, m, r, in), output(tb, m, greatest), output(tb, m, sums)
	if a.Rows*a.Columns > 0 {
		c.args.In = c.in.address()
	}
	return c
}

// each calls visit for each vector of the window.
func (c *windowCase) each(visit func(at int)) {
	for row := range c.args.Rows {
		for column := range c.args.Columns {
			visit((row*c.args.RowStride + column*c.args.ColumnStride) / 4)
		}
	}
}

// want returns the greatest element of a lane and the sum, as Go has them.
func (c *windowCase) want(lane int) (greatest float32, sum float64) {
	greatest = -infinity
	c.each(func(at int) {
		v := *c.in.at(at + lane)
		greatest = max(greatest, v)
		sum += float64(v)
	})
	return greatest, sum
}

func (c *windowCase) check(t *testing.T) {
	t.Helper()
	c.in.remember()
	args := c.args
	args.Out = c.greatest.address()
	c.set.MaxWindow(&args)
	args.Out = c.sums.address()
	c.set.SumWindow(&args)
	args.Out = nil
	if args != c.args {
		t.Fatalf("the arguments were %+v and are %+v", c.args, args)
	}
	for lane := range c.set.Lanes {
		greatest, sum := c.want(lane)
		if got := c.greatest.take(lane); !same(got, greatest) {
			t.Fatalf("%s %+v: the greatest of lane %d is %v, expected %v", c.set.Name, c.args, lane, got, greatest)
		}
		if got := c.takeSum(lane); got != sum && (!math.IsNaN(got) || !math.IsNaN(sum)) {
			t.Fatalf("%s %+v: the sum of lane %d is %v, expected %v", c.set.Name, c.args, lane, got, sum)
		}
	}
	for name, o := range map[string]*operand{"in": &c.in, "greatest": &c.greatest, "sums": &c.sums} {
		o.checkUnchanged(t, name)
	}
}

// takeSum returns the sum of a lane, as take does.
func (c *windowCase) takeSum(lane int) float64 {
	sum := *(*float64)(unsafe.Pointer(c.sums.at(2 * lane)))
	c.sums.take(2 * lane)
	c.sums.take(2*lane + 1)
	return sum
}

const casesPerWindow = 60

func TestWindowsAgreeWithGo(t *testing.T) {
	for _, set := range micro.Available() {
		checkWindows(t, heap, set)
	}
}

func checkWindows(t *testing.T, m memory, set *micro.Set) {
	t.Helper()
	r := generator(11)
	for range casesPerWindow {
		a := micro.Window{Rows: 1 + r.IntN(5), RowStride: distance(r), Columns: 1 + r.IntN(5), ColumnStride: distance(r)}
		newWindowCase(t, m, r, set, a).check(t)
	}
}

// TestWindowsKeepNaN puts one number that is not finite in each place, and then
// many.
func TestWindowsKeepNaN(t *testing.T) {
	for _, set := range micro.Available() {
		r := generator(12)
		c := newWindowCase(t, heap, r, set, micro.Window{Rows: 3, RowStride: 4 * 3 * set.Lanes, Columns: 3, ColumnStride: 4 * set.Lanes})
		c.each(func(at int) {
			for lane := range set.Lanes {
				v := c.in.at(at + lane)
				old := *v
				*v = []float32{nan, infinity, -infinity}[lane%3]
				c.check(t)
				*v = old
			}
		})
		for range casesPerWindow {
			c.in.spoil(r)
			c.check(t)
		}
	}
}
