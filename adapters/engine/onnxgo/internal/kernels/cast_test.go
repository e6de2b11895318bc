package kernels

import (
	"math"
	"slices"
	"testing"
)

func TestConvertKeepsTheLowBits(t *testing.T) {
	bytes := make([]int8, 3)
	if Convert(bytes, []int64{200, -200, 1<<40 + 5}); !slices.Equal(bytes, []int8{-56, 56, 5}) {
		t.Errorf("got %v", bytes)
	}
	wide := make([]uint64, 1)
	if Convert(wide, []int64{-1}); wide[0] != math.MaxUint64 {
		t.Errorf("got %v", wide)
	}
	numbers := make([]float32, 2)
	if Convert(numbers, []int64{1<<24 + 1, 1<<60 + 1<<36 + 1}); numbers[0] != 1<<24 || numbers[1] != 1<<60+1<<37 {
		t.Errorf("got %v: an integer is rounded once", numbers)
	}
}

func TestTruncated(t *testing.T) {
	for _, x := range []float64{0.9, -0.9, math.NaN()} {
		if got := Truncated[int32](x, math.MinInt32, math.MaxInt32); got != 0 {
			t.Errorf("%v becomes %d, want 0", x, got)
		}
	}
	signed := map[float64]int64{-1.5: -1, 1e19: math.MaxInt64, -1e19: math.MinInt64, math.Inf(1): math.MaxInt64, 1 << 62: 1 << 62, 1 << 63: math.MaxInt64, -1 << 63: math.MinInt64}
	for x, want := range signed {
		if got := Truncated[int64](x, math.MinInt64, math.MaxInt64); got != want {
			t.Errorf("%v becomes %d, want %d", x, got, want)
		}
	}
	unsigned := map[float64]uint64{-1: 0, 1 << 63: 1 << 63, 1e20: math.MaxUint64, math.Inf(-1): 0}
	for x, want := range unsigned {
		if got := Truncated[uint64](x, 0, math.MaxUint64); got != want {
			t.Errorf("%v becomes %d, want %d", x, got, want)
		}
	}
	small := map[float64]int8{127.9: 127, 128: 127, -128.9: -128, -129: -128, 126.5: 126, -127.5: -127}
	for x, want := range small {
		if got := Truncated[int8](x, math.MinInt8, math.MaxInt8); got != want {
			t.Errorf("%v becomes %d, want %d", x, got, want)
		}
	}
}

// halfValue is the definition of binary16, and with other widths of bfloat16.
func halfValue(bits uint16, fractionBits, exponentBits int) float64 {
	fraction := float64(bits & (1<<fractionBits - 1))
	exponent := int(bits>>fractionBits) & (1<<exponentBits - 1)
	bias := 1<<(exponentBits-1) - 1
	scale := math.Ldexp(1, max(exponent, 1)-bias-fractionBits)
	if exponent > 0 {
		fraction += math.Ldexp(1, fractionBits)
	}
	return math.Copysign(fraction*scale, 1-2*float64(bits>>15))
}

// Every finite number of the small type comes back as itself, and numbers
// between two neighbours go to the nearer one, or from the middle to the even one.
func TestSmallFloats(t *testing.T) {
	for name, c := range map[string]struct {
		round                      func(float64) uint16
		fractionBits, exponentBits int
		infinite                   uint16
	}{
		"binary16": {Half, 10, 5, 0x7c00},
		"bfloat16": {BrainHalf, 7, 8, 0x7f80},
	} {
		t.Run(name, func(t *testing.T) {
			value := func(bits uint16) float64 { return halfValue(bits, c.fractionBits, c.exponentBits) }
			for bits := range c.infinite {
				low, high := value(bits), value(bits+1) // beyond the largest number comes that of its exponent's next
				middle := low + (high-low)/2
				even := bits + bits&1
				for x, want := range map[float64]uint16{low: bits, math.Nextafter(middle, low): bits, middle: even, math.Nextafter(middle, high): bits + 1} {
					if got := c.round(x); got != want {
						t.Fatalf("%v becomes %#x, want %#x", x, got, want)
					}
					if got := c.round(-x); got != want|0x8000 {
						t.Fatalf("%v becomes %#x, want %#x", -x, got, want|0x8000)
					}
				}
			}
			if got := c.round(math.Inf(1)); got != c.infinite {
				t.Errorf("infinity becomes %#x, want %#x", got, c.infinite)
			}
			if got := c.round(math.NaN()); got&c.infinite != c.infinite || got&^(c.infinite|0x8000) == 0 {
				t.Errorf("NaN becomes %#x, which is no NaN", got)
			}
		})
	}
}
