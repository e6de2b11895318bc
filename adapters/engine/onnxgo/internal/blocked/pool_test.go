package blocked_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// plain returns the layout of pictures in plain order.
func plain(batch, channels, height, width int) *blocked.Layout {
	return &blocked.Layout{Batch: batch, Channels: channels, Height: height, Width: width, Block: 1}
}

// inBlocks returns the layout in blocks with a border of its own, and the data
// in it, in memory full of NaN.
func inBlocks(r *rand.Rand, set *micro.Set, l *blocked.Layout, data []float32) (blocked.Layout, []float32) {
	b := *l
	b.Block = set.Lanes
	b.Border = blocked.Border{Top: r.IntN(3), Left: r.IntN(3), Bottom: r.IntN(3), Right: r.IntN(3)}
	memory := nans(b.Elements())
	if data != nil {
		blocked.Reorder(b, memory, *l, data)
	}
	return b, memory
}

// inPlain returns the data of a layout in plain order.
func inPlain(l blocked.Layout, data []float32) []float32 {
	to := plain(l.Batch, l.Channels, l.Height, l.Width)
	result := make([]float32, to.Elements())
	blocked.Reorder(*to, result, l, data)
	return result
}

// withStrange sprinkles NaN and infinities.
func withStrange(r *rand.Rand, data []float32) []float32 {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if r.IntN(2) == 0 {
			data[r.IntN(len(data))] = float32(v)
		}
	}
	return data
}

// eachSet runs a test with every set, many times.
func eachSet(t *testing.T, seed uint64, test func(t *testing.T, r *rand.Rand, set *micro.Set)) {
	for _, set := range micro.Available() {
		t.Run(set.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			for range 40 {
				test(t, r, set)
			}
		})
	}
}

func checkSame(t *testing.T, got, want []float32) {
	t.Helper()
	for i, w := range want {
		if g := got[i]; g != w && (g == g || w == w) {
			t.Fatalf("element %d is %v, expected %v", i, g, w)
		}
	}
}

func TestReorderThereAndBack(t *testing.T) {
	eachSet(t, 1, func(t *testing.T, r *rand.Rand, set *micro.Set) {
		l := plain(1+r.IntN(3), 1+r.IntN(40), 1+r.IntN(6), 1+r.IntN(6))
		data := random(r, l.Elements())
		b, memory := inBlocks(r, set, l, data)
		checkBorder(b, memory)
		other, again := inBlocks(r, set, l, nil)
		blocked.Reorder(other, again, b, memory)
		checkBorder(other, again)
		checkSame(t, inPlain(other, again), data)
	})
}

// The plain kernels are the reference for pools: both compute in one order.
func TestPoolsAgreeWithPlainKernels(t *testing.T) {
	eachSet(t, 2, func(t *testing.T, r *rand.Rand, set *micro.Set) {
		from := plain(1+r.IntN(2), 1+r.IntN(40), 0, 0)
		rows, columns := poolAxis(r), poolAxis(r)
		from.Height, from.Width = rows.Input, columns.Input
		to := plain(from.Batch, from.Channels, rows.Output, columns.Output)
		data := withStrange(r, random(r, from.Elements()))
		in, source := inBlocks(r, set, from, data)
		out, result := inBlocks(r, set, to, nil)
		g := kernels.PoolGeometry{Planes: from.Batch * from.Channels, Rows: rows, Columns: columns}
		want := make([]float32, to.Elements())
		for reduction, compute := range map[blocked.Reduction]func(){
			blocked.Max:        func() { kernels.MaxPool(g, want, data) },
			blocked.Mean:       func() { kernels.AveragePool(g, want, data) },
			blocked.PaddedMean: func() { kernels.AveragePoolPadded(g, 1, 1, want, data) },
		} {
			compute()
			pool := blocked.NewPool(blocked.PoolOptions{Set: set, Reduction: reduction, Rows: rows, Columns: columns, Bottom: 1, Right: 1, In: in, Out: out})
			pool.Run(result, source)
			checkSame(t, inPlain(out, result), want)
			checkBorder(out, result)
		}
	})
}

// poolAxis returns an axis whose windows all see the input.
func poolAxis(r *rand.Rand) kernels.Axis {
	a := kernels.Axis{Kernel: 2 + r.IntN(2), Stride: 1 + r.IntN(2), Dilation: 1, Before: r.IntN(2), Input: 3 + r.IntN(6)}
	a.Output = (a.Before+a.Input+1-a.Kernel)/a.Stride + 1
	return a
}

func TestGlobalPoolsAgreeWithPlainKernels(t *testing.T) {
	eachSet(t, 3, func(t *testing.T, r *rand.Rand, set *micro.Set) {
		l := plain(1+r.IntN(2), 1+r.IntN(40), 1+r.IntN(6), 1+r.IntN(6))
		data := withStrange(r, random(r, l.Elements()))
		in, source := inBlocks(r, set, l, data)
		got, want := make([]float32, l.Batch*l.Channels), make([]float32, l.Batch*l.Channels)
		blocked.NewGlobalPool(set, blocked.Mean, in).Run(got, source)
		kernels.GlobalAveragePool(want, data, l.Height*l.Width)
		checkSame(t, got, want)
		blocked.NewGlobalPool(set, blocked.Max, in).Run(got, source)
		kernels.GlobalMaxPool(want, data, l.Height*l.Width)
		checkSame(t, got, want)
	})
}

func TestRowsAgreeWithPlainArithmetic(t *testing.T) {
	eachSet(t, 4, func(t *testing.T, r *rand.Rand, set *micro.Set) {
		l := plain(1+r.IntN(2), 1+r.IntN(40), 1+r.IntN(6), 1+r.IntN(6))
		a, b := withStrange(r, random(r, l.Elements())), random(r, l.Elements())
		x, inX := inBlocks(r, set, l, a)
		y, inY := inBlocks(r, set, l, b)
		out, result := inBlocks(r, set, l, nil)
		check := func(want func(i int) float32) {
			t.Helper()
			expected := make([]float32, len(a))
			for i := range expected {
				expected[i] = want(i)
			}
			checkSame(t, inPlain(out, result), expected)
			checkBorder(out, result)
		}
		rows := blocked.NewRows(set, -1, 2)
		rows.Add(out, result, x, inX, y, inY)
		check(func(i int) float32 { return kernels.Clamp(a[i]+b[i], -1, 2) })
		rows.Clamp(out, result, x, inX)
		check(func(i int) float32 { return kernels.Clamp(a[i], -1, 2) })
		blocked.Map(out, result, x, inX, func(dst, src []float32) { kernels.LeakyRelu(dst, src, 0.5) })
		check(func(i int) float32 { return max(a[i], a[i]/2) })
		blocked.Map2(out, result, x, inX, y, inY, func(dst, x, y []float32) {
			for i := range dst {
				dst[i] = x[i] * y[i]
			}
		})
		check(func(i int) float32 { return a[i] * b[i] })
		lanes, plane := out.Blocks()*set.Lanes, l.Height*l.Width
		scale, shift := blocked.Floats(l.Batch*lanes), blocked.Floats(lanes)
		copy(scale, random(r, len(scale)))
		copy(shift, random(r, len(shift)))
		low, high := blocked.Unbounded()
		blocked.NewRows(set, low, high).ScaleShift(out, result, x, inX, scale, shift, lanes)
		check(func(i int) float32 {
			picture, channel := i/(plane*l.Channels), i/plane%l.Channels
			return float32(a[i]*scale[picture*lanes+channel]) + shift[channel]
		})
	})
}

func TestConcatJoinsChannels(t *testing.T) {
	eachSet(t, 5, func(t *testing.T, r *rand.Rand, set *micro.Set) {
		batch, height, width, channel := 1+r.IntN(2), 1+r.IntN(4), 1+r.IntN(4), 0
		sizes := []int{set.Lanes * r.IntN(2), 1 + r.IntN(20), 1 + r.IntN(40)}
		to := plain(batch, sizes[0]+sizes[1]+sizes[2], height, width)
		out, result := inBlocks(r, set, to, nil)
		want := make([]float32, to.Elements())
		for _, n := range sizes {
			if n == 0 {
				continue
			}
			part := plain(batch, n, height, width)
			data := random(r, part.Elements())
			from, in := inBlocks(r, set, part, data)
			blocked.Concat(out, result, channel, from, in)
			kernels.Interleave(want, data, channel*height*width, part.Picture(), to.Picture())
			channel += n
		}
		out.ClearBorder(result)
		if got := inPlain(out, result); !slices.Equal(got, want) {
			t.Fatalf("%v: got %v, expected %v", sizes, got, want)
		}
	})
}
