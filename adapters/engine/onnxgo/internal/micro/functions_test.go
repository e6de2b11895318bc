package micro_test

import (
	"math"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// curve is a kernel of a function, and how many units in the last place it may be
// off.
type curve struct {
	name string
	run  func(*micro.Row)
	want func(float64) float64
	ulps float64
}

func curves(set *micro.Set) []curve {
	return []curve{
		{"exp", set.ExpRow, math.Exp, 2},
		{"sigmoid", set.SigmoidRow, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 4},
		{"tanh", set.TanhRow, math.Tanh, 2},
		{"erf", set.ErfRow, math.Erf, 2},
	}
}

// TestFunctionsAreNearTheTruth goes through one of every few thousand float32,
// and through those that are special.
func TestFunctionsAreNearTheTruth(t *testing.T) {
	const step = 4099
	special := []uint32{0, 1 << 31, 1, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f7fffff, 0xff7fffff, 0x00800000, 0x3f200000, 0x3f6d8000, 0x40800000, 0x42b17218, 0xc2cff1b5}
	for _, set := range micro.Available() {
		for _, c := range curves(set) {
			t.Run(set.Name+"/"+c.name, func(t *testing.T) {
				in, out := make([]float32, set.Lanes), make([]float32, set.Lanes)
				args := micro.Row{Out: &out[0], X: &in[0], Pixels: 1, Low: float32(math.Inf(-1)), High: float32(math.Inf(1))}
				worst, at := 0.0, float32(0)
				next := uint64(0)
				for next < 1<<32 {
					for i := range in {
						bits := uint32(next)
						if int(next/step) < len(special) {
							bits = special[next/step]
						}
						in[i], next = math.Float32frombits(bits), next+step
					}
					c.run(&args)
					for i, x := range in {
						if off := ulpsOff(out[i], c.want(float64(x))); off > worst {
							worst, at = off, x
						}
					}
				}
				if worst > c.ulps {
					t.Errorf("at %v it is off by %.2f units in the last place, %v are allowed", at, worst, c.ulps)
				}
				t.Logf("off by at most %.2f units in the last place, at %v", worst, at)
			})
		}
	}
}

// ulpsOff returns by how many units in the last place got is off. What is less than
// the least normal number does not count.
func ulpsOff(got float32, want float64) float64 {
	rounded := float32(want)
	switch {
	case got == rounded || got != got && want != want:
		return 0
	case got != got || want != want || math.IsInf(float64(got), 0) != math.IsInf(float64(rounded), 0):
		return math.Inf(1)
	case math.Abs(float64(got)-want) < 0x1p-126:
		return 0
	}
	_, exponent := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(exponent, -125)-24)
}
