package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// poolReference gathers each window's elements and how many of its places lie
// within the input and the padding of before and after.
func poolReference(g PoolGeometry, bottom, right int, src []float32, each func(elements []float64, places int)) {
	for plane := range g.Planes {
		for y := range g.Rows.Output {
			for x := range g.Columns.Output {
				var elements []float64
				places := 0
				for ky := range g.Rows.Kernel {
					for kx := range g.Columns.Kernel {
						row := y*g.Rows.Stride + ky*g.Rows.Dilation - g.Rows.Before
						column := x*g.Columns.Stride + kx*g.Columns.Dilation - g.Columns.Before
						if row < g.Rows.Input+bottom && column < g.Columns.Input+right {
							places++
						}
						if row >= 0 && row < g.Rows.Input && column >= 0 && column < g.Columns.Input {
							elements = append(elements, float64(src[(plane*g.Rows.Input+row)*g.Columns.Input+column]))
						}
					}
				}
				each(elements, places)
			}
		}
	}
}

func mean(elements []float64, n int) float64 {
	sum := 0.0
	for _, x := range elements {
		sum += x
	}
	return sum / float64(n)
}

func randomPool(random *rand.Rand) (g PoolGeometry, bottom, right int) {
	g.Planes = 1 + random.IntN(4)
	g.Rows, bottom = randomAxis(random)
	g.Columns, right = randomAxis(random)
	if random.IntN(3) == 0 { // as ceil_mode does
		g.Rows.Output++
		g.Columns.Output++
	}
	return g, bottom, right
}

func TestPoolsAreTheirDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	for range 2000 {
		g, bottom, right := randomPool(random)
		src := randoms(random, g.Planes*g.Rows.Input*g.Columns.Input)
		var greatest, average, padded []float32
		poolReference(g, bottom, right, src, func(elements []float64, places int) {
			greatest = append(greatest, float32(slices.Max(append(elements, math.Inf(-1)))))
			average = append(average, float32(mean(elements, len(elements))))
			padded = append(padded, float32(mean(elements, places)))
		})
		for _, pool := range []struct {
			name string
			run  func(dst []float32)
			want []float32
		}{
			{"MaxPool", func(dst []float32) { MaxPool(g, dst, src) }, greatest},
			{"AveragePool", func(dst []float32) { AveragePool(g, dst, src) }, average},
			{"AveragePoolPadded", func(dst []float32) { AveragePoolPadded(g, bottom, right, dst, src) }, padded},
		} {
			dst, alive := guarded(len(pool.want))
			pool.run(dst)
			// The sums are in float64 and in the same order, so the results are equal.
			same := slices.EqualFunc(dst, pool.want, func(a, b float32) bool { return a == b || a != a && b != b })
			if !same || !alive() {
				t.Fatalf("%s of %+v: %v, want %v", pool.name, g, dst, pool.want)
			}
		}
	}
}

func TestMaxKeepsNaN(t *testing.T) {
	nan := float32(math.NaN())
	axis := Axis{Input: 4, Output: 3, Kernel: 2, Stride: 1, Dilation: 1}
	g := PoolGeometry{Planes: 1, Rows: Still(), Columns: axis}
	for _, src := range [][]float32{{1, nan, 2, 3}, {infinity, nan, infinity, -infinity}} {
		dst := make([]float32, 3)
		MaxPool(g, dst, src)
		if dst[0] == dst[0] || dst[1] == dst[1] || dst[2] != max(src[2], src[3]) {
			t.Errorf("MaxPool of %v is %v", src, dst)
		}
		GlobalMaxPool(dst[:1], src, 4)
		if dst[0] == dst[0] {
			t.Errorf("GlobalMaxPool of %v is %v", src, dst[0])
		}
	}
	dst := make([]float32, 3)
	MaxPool(g, dst, []float32{-infinity, -infinity, -infinity, -3})
	if dst[0] != -infinity || dst[2] != -3 {
		t.Errorf("MaxPool of -Inf is %v", dst)
	}
}

func TestGlobalPools(t *testing.T) {
	src := []float32{1, 2, 6, -1, -4, -1}
	dst, alive := guarded(2)
	GlobalAveragePool(dst, src, 3)
	if !slices.Equal(dst, []float32{3, -2}) {
		t.Errorf("GlobalAveragePool is %v", dst)
	}
	GlobalMaxPool(dst, src, 3)
	if !slices.Equal(dst, []float32{6, -1}) || !alive() {
		t.Errorf("GlobalMaxPool is %v", dst)
	}
}
