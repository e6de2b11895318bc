package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

var infinity = float32(math.Inf(1))

// none is the epilogue that leaves all sums as they are.
var none = Epilogue{Low: -infinity, High: infinity}

func randoms(random *rand.Rand, n int) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(random.NormFloat64())
	}
	return values
}

// canary stands in front of and behind the buffers that a kernel writes to.
const canary = 12345.5

// guarded returns a buffer of n elements between canaries, full of rubbish, and
// a function that reports whether the canaries are alive.
func guarded(n int) (buffer []float32, alive func() bool) {
	const margin = 64
	whole := make([]float32, n+2*margin)
	for i := range whole {
		whole[i] = canary
	}
	return whole[margin : margin+n : margin+n], func() bool {
		dead := func(x float32) bool { return x != canary }
		return !slices.ContainsFunc(whole[:margin], dead) && !slices.ContainsFunc(whole[margin+n:], dead)
	}
}

// sameBits reports whether all elements are the same, NaN and the sign of zero
// included.
func sameBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}

// check compares with a reference. Size is what the elements are sums of, so
// that a sum that cancels out is not held to its own small size.
func check(t *testing.T, got []float32, want, size []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d elements, want %d", len(got), len(want))
	}
	for i := range got {
		if diff := math.Abs(float64(got[i]) - want[i]); !(diff <= 2e-6*(size[i]+1e-3)) {
			t.Fatalf("element %d is %v, want %v", i, got[i], want[i])
		}
	}
}

// randomAxis returns an axis with anything in it, and its padding behind.
func randomAxis(random *rand.Rand) (axis Axis, after int) {
	for {
		a := Axis{
			Input: 1 + random.IntN(11), Kernel: 1 + random.IntN(4),
			Stride: 1 + random.IntN(3), Dilation: 1 + random.IntN(3), Before: random.IntN(3),
		}
		if random.IntN(3) == 0 {
			a.Kernel, a.Stride, a.Before = 1, 1, 0
		}
		after := random.IntN(3)
		if span := a.Input + a.Before + after - (a.Kernel-1)*a.Dilation - 1; span >= 0 {
			a.Output = span/a.Stride + 1
			return a, after
		}
	}
}

func randomConv(random *rand.Rand) ConvGeometry {
	g := ConvGeometry{Batch: 1 + random.IntN(3), Groups: 1, InChannels: 1 + random.IntN(7), OutChannels: 1 + random.IntN(9)}
	g.Rows, _ = randomAxis(random)
	g.Columns, _ = randomAxis(random)
	switch random.IntN(5) {
	case 0: // grouped
		g.Groups = 1 + random.IntN(3)
		g.InChannels *= g.Groups
		g.OutChannels *= g.Groups
	case 1: // depthwise
		g.Groups, g.OutChannels = g.InChannels, g.InChannels
	case 2: // depthwise with a multiplier
		g.Groups, g.OutChannels = g.InChannels, g.InChannels*(1+random.IntN(3))
	case 3:
		g.Rows = Still()
	}
	return g
}

func (g ConvGeometry) sizes() (in, weights, out int) {
	return g.Batch * g.InChannels * g.Rows.Input * g.Columns.Input, g.OutChannels * g.taps(),
		g.Batch * g.OutChannels * g.Rows.Output * g.Columns.Output
}

// convReference computes a convolution by its definition, and the sum of the
// sizes of all that was added.
func convReference(g ConvGeometry, src, weights []float32, e Epilogue) (out, size []float64) {
	group, groupOut := g.InChannels/g.Groups, g.OutChannels/g.Groups
	for n := range g.Batch {
		for oc := range g.OutChannels {
			for y := range g.Rows.Output {
				for x := range g.Columns.Output {
					var sum, all float64
					add := func(v float64) { sum, all = sum+v, all+math.Abs(v) }
					for ic := range group {
						for ky := range g.Rows.Kernel {
							for kx := range g.Columns.Kernel {
								row := y*g.Rows.Stride + ky*g.Rows.Dilation - g.Rows.Before
								column := x*g.Columns.Stride + kx*g.Columns.Dilation - g.Columns.Before
								if row < 0 || row >= g.Rows.Input || column < 0 || column >= g.Columns.Input {
									continue
								}
								channel := oc/groupOut*group + ic
								v := src[((n*g.InChannels+channel)*g.Rows.Input+row)*g.Columns.Input+column]
								w := weights[((oc*group+ic)*g.Rows.Kernel+ky)*g.Columns.Kernel+kx]
								add(float64(v) * float64(w))
							}
						}
					}
					if e.Bias != nil {
						add(float64(e.Bias[oc]))
					}
					if e.Residual != nil {
						add(float64(e.Residual[len(out)]))
					}
					out = append(out, math.Min(math.Max(sum, float64(e.Low)), float64(e.High)))
					size = append(size, all)
				}
			}
		}
	}
	return out, size
}

func pack(g ConvGeometry, values []float32) *ConvWeights {
	weights := NewConvWeights(g)
	weights.Pack(values)
	return weights
}

func TestConvIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for i := range 1500 {
		g := randomConv(random)
		in, weights, out := g.sizes()
		e := none
		if random.IntN(2) == 0 {
			e.Bias = randoms(random, g.OutChannels)
		}
		if random.IntN(3) == 0 {
			e.Residual = randoms(random, out)
		}
		if random.IntN(2) == 0 {
			e.Low, e.High = 0, infinity
		}
		if random.IntN(4) == 0 {
			e.Low, e.High = -0.5, 0.75
		}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			src, values := randoms(random, in), randoms(random, weights)
			dst, alive := guarded(out)
			conv := NewConv(g)
			packed := pack(g, values)
			conv.Run(dst, src, packed, e)
			want, size := convReference(g, src, values, e)
			check(t, dst, want, size)
			if !alive() {
				t.Fatal("wrote beyond its output")
			}
			again := slices.Clone(dst)
			conv.Run(again, src, packed, e)
			if !sameBits(again, dst) {
				t.Fatal("the second run gives other bits")
			}
			if t.Failed() {
				t.Logf("%+v", g)
			}
		})
	}
}

func TestConvOfABatchIsItsPictures(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	for range 300 {
		g := randomConv(random)
		g.Batch = 5
		in, weights, out := g.sizes()
		src, packed := randoms(random, in), pack(g, randoms(random, weights))
		e := Epilogue{Bias: randoms(random, g.OutChannels), Residual: randoms(random, out), Low: 0, High: 6}
		dst := make([]float32, out)
		NewConv(g).Run(dst, src, packed, e)
		single := g
		single.Batch = 1
		conv, one := NewConv(single), make([]float32, out/5)
		for n := range 5 {
			of := e
			of.Residual = e.Residual[n*len(one) : (n+1)*len(one)]
			conv.Run(one, src[n*in/5:(n+1)*in/5], packed, of)
			if !sameBits(one, dst[n*len(one):(n+1)*len(one)]) {
				t.Fatalf("picture %d of a batch is not that picture alone: %+v", n, g)
			}
		}
	}
}

func TestConvKeepsWhatIsNotFinite(t *testing.T) {
	nan := float32(math.NaN())
	axis := Axis{Input: 3, Output: 3, Kernel: 1, Stride: 1, Dilation: 1}
	g := ConvGeometry{Batch: 1, Groups: 1, InChannels: 1, OutChannels: 1, Rows: Still(), Columns: axis}
	for _, channels := range []int{1, 4} { // the lone path and the blocked one
		g.OutChannels = channels
		dst := make([]float32, 3*channels)
		weights := make([]float32, channels)
		for i := range weights {
			weights[i] = 1
		}
		NewConv(g).Run(dst, []float32{nan, infinity, -infinity}, pack(g, weights), Epilogue{Low: 0, High: infinity})
		for c := range channels {
			if got := dst[3*c:]; got[0] == got[0] || got[1] != infinity || got[2] != 0 {
				t.Errorf("channel %d of %d: %v, want [NaN +Inf 0]", c, channels, got[:3])
			}
		}
	}
}

func TestConvWindowsOfPaddingOnly(t *testing.T) {
	axis := Axis{Input: 1, Output: 3, Kernel: 2, Stride: 5, Dilation: 1, Before: 5}
	g := ConvGeometry{Batch: 1, Groups: 1, InChannels: 1, OutChannels: 1, Rows: axis, Columns: axis}
	dst, alive := guarded(9)
	NewConv(g).Run(dst, []float32{2}, pack(g, []float32{3, 0, 0, 0}), Epilogue{Bias: []float32{1}, Low: -infinity, High: infinity})
	if want := []float32{1, 1, 1, 1, 7, 1, 1, 1, 1}; !slices.Equal(dst, want) || !alive() {
		t.Errorf("got %v, want %v", dst, want)
	}
	axis.Output, axis.Before = 1, 5
	g.Rows, g.Columns = axis, axis
	NewConv(g).Run(dst[:1], []float32{2}, pack(g, []float32{3, 3, 3, 3}), none)
	if dst[0] != 0 {
		t.Errorf("a window in the padding gives %v", dst[0])
	}
}

func TestConvOfPlanesThatCrowdTheCache(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for _, kernel := range []int{1, 2} {
		axis := Axis{Input: 32, Output: 33 - kernel, Kernel: kernel, Stride: 1, Dilation: 1}
		g := ConvGeometry{Batch: 2, Groups: 1, InChannels: 3, OutChannels: 4, Rows: axis, Columns: axis}
		in, weights, out := g.sizes()
		src, values, dst := randoms(random, in), randoms(random, weights), make([]float32, out)
		NewConv(g).Run(dst, src, pack(g, values), none)
		want, size := convReference(g, src, values, none)
		check(t, dst, want, size)
	}
}

func TestClamp(t *testing.T) {
	for _, c := range []struct{ x, low, high, want float32 }{
		{-1, 0, 6, 0}, {7, 0, 6, 6}, {3, 0, 6, 3}, {-infinity, 0, infinity, 0}, {infinity, 0, infinity, infinity},
		{-infinity, -infinity, infinity, -infinity},
	} {
		if got := Clamp(c.x, c.low, c.high); got != c.want {
			t.Errorf("Clamp(%v, %v, %v) = %v, want %v", c.x, c.low, c.high, got, c.want)
		}
	}
	if got := Clamp(float32(math.NaN()), 0, 1); got == got {
		t.Errorf("NaN became %v", got)
	}
	if got := Clamp(float32(math.Copysign(0, -1)), 0, 1); math.Signbit(float64(got)) {
		t.Error("-0 stayed -0")
	}
}
