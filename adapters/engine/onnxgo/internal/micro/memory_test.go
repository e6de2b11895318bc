package micro_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// What a kernel is not told of is full of NaN: of one kind around what it reads,
// so that it shows in the result if it is read, and of another around what it
// writes.
var poison, canary = math.Float32frombits(0x7fc0dead), math.Float32frombits(0x7fc0beef)

// memory returns room for n elements, from the first one on, with some room
// around them.
type memory func(tb testing.TB, n int) (all []float32, first int)

// heap is memory of Go's, in which nothing catches a read.
func heap(_ testing.TB, n int) (all []float32, first int) {
	const around = 64
	return make([]float32, around+n+around), around
}

// use is which elements, counted from an address, a kernel uses.
type use struct {
	low, high int // all lie in [low, high)
	runs      [][2]int
}

// add says that n elements are used.
func (u *use) add(start, n int) {
	u.low, u.high = min(u.low, start), max(u.high, start+n)
	u.runs = append(u.runs, [2]int{start, n})
}

// operand is the memory behind an address.
type operand struct {
	all    []float32
	zero   int // the element at the address
	before []float32
}

// input returns an operand of random elements, with poison between them.
func input(tb testing.TB, m memory, r *rand.Rand, u use) operand {
	o := place(tb, m, u, poison)
	for _, run := range u.runs {
		for i := range run[1] {
			if v := &o.all[o.zero+run[0]+i]; bits(*v) == bits(poison) {
				*v = float32(r.NormFloat64())
			}
		}
	}
	return o
}

// output returns an operand to write to.
func output(tb testing.TB, m memory, u use) operand {
	o := place(tb, m, u, canary)
	o.remember()
	return o
}

func place(tb testing.TB, m memory, u use, fill float32) operand {
	all, first := m(tb, u.high-u.low)
	for i := range all {
		all[i] = fill
	}
	return operand{all: all, zero: first - u.low}
}

func (o *operand) address() *float32 { return &o.all[o.zero] }

func (o *operand) at(i int) *float32 { return &o.all[o.zero+i] }

// value returns an element of an input.
func (o *operand) value(i int) float64 { return float64(o.all[o.zero+i]) }

// spoil makes many of the elements numbers that are not finite.
func (o *operand) spoil(r *rand.Rand) {
	for i := range o.all {
		if n := r.IntN(8); n < 3 {
			o.all[i] = []float32{nan, infinity, -infinity}[n]
		}
	}
}

// remember notes how the memory is before a kernel runs.
func (o *operand) remember() { o.before = slices.Clone(o.all) }

// take returns an element that was written, and puts back what was there.
func (o *operand) take(i int) float32 {
	v := o.all[o.zero+i]
	o.all[o.zero+i] = o.before[o.zero+i]
	return v
}

// checkUnchanged fails if an element is not what it was, other than those taken.
func (o *operand) checkUnchanged(tb testing.TB, name string) {
	tb.Helper()
	if slices.Equal(words(o.all), words(o.before)) {
		return
	}
	for i, v := range o.all {
		if bits(v) != bits(o.before[i]) {
			tb.Fatalf("%s: element %d was %v and is %v", name, i-o.zero, o.before[i], v)
		}
	}
}

// words are the same memory, to be compared bit by bit.
func words(v []float32) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(v))), len(v))
}

func bits(v float32) uint32 { return math.Float32bits(v) }

var (
	nan      = float32(math.NaN())
	infinity = float32(math.Inf(1))
)

// finite reports whether a number is neither infinite nor NaN.
func finite(v float32) bool { return v-v == 0 }

// same reports whether two numbers are equal, or both NaN.
func same(x, y float32) bool { return x == y || x != x && y != y }

// clamped is what clamps do, with NaN kept.
func clamped(x, low, high float64) float64 { return math.Min(math.Max(x, low), high) }

// rounding is the greatest relative error after n operations.
func rounding(n int) float64 {
	const unit = 1. / (1 << 24)
	return float64(n) * unit / (1 - float64(n)*unit)
}

// bounds returns a clamp's bounds, some of them infinite, and some crossed: the
// upper one then is the result.
func bounds(r *rand.Rand) (low, high float32) {
	low, high = float32(-r.Float64()), float32(r.Float64())
	switch r.IntN(8) {
	case 0, 1:
		low = -infinity
	case 2, 3:
		high = infinity
	case 4:
		return high, low
	}
	return low, high
}

// distance returns a distance in bytes between what is only read: forwards or
// backwards, with or without overlap.
func distance(r *rand.Rand) int { return 4 * (r.IntN(200) - 50) }

// generator returns the random numbers of a test.
func generator(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }
