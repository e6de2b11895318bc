package blocked_test

import (
	"math"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// Each element has the bits that it has in any other place, and nothing beyond the
// slice is touched.
func TestFunctionsOfSlices(t *testing.T) {
	for _, set := range micro.Available() {
		f := blocked.NewFunction(set, set.ExpRow)
		for n := range 3*set.Lanes + 2 {
			src, dst := make([]float32, n+1), make([]float32, n+1)
			for i := range src {
				src[i], dst[i] = float32(i)/7-2, -1
			}
			f.Run(dst[:n], src[:n])
			for i, x := range src[:n] {
				alone := []float32{x}
				f.Run(alone, alone)
				if dst[i] != alone[0] || math.Abs(float64(dst[i])-math.Exp(float64(x))) > 1e-5 {
					t.Fatalf("%s, %d elements: exp(%v) is %v, alone %v", set.Name, n, x, dst[i], alone[0])
				}
			}
			if dst[n] != -1 {
				t.Fatalf("%s, %d elements: the next was changed", set.Name, n)
			}
		}
		slice := make([]float32, 37)
		if allocs := testing.AllocsPerRun(10, func() { f.Run(slice, slice) }); allocs > 0 {
			t.Errorf("%s: a run allocates %v times", set.Name, allocs)
		}
	}
}
