package kernels

import (
	"math/rand/v2"
	"testing"
)

func TestLightKernelsDoNotAllocate(t *testing.T) {
	src := randoms(rand.New(rand.NewPCG(1, 1)), 2*3*4)
	dst, bytes := make([]float32, 30), make([]uint8, 24)
	zeros, scratch := make([]int64, 8), make([]float64, 4)
	positions, chosen := make([]int64, 16), make([]int, 2)
	perChannel := Broadcast{Lengths: []int{2, 3, 4}, X: []int{12, 4, 1}, Y: []int{0, 1, 0}}
	padded := NewSelection([][]Stretch{{{6, 0, 4}}, {{1, -1, 0}, {4, 0, 1}}})
	for name, run := range map[string]func(){
		"Calculate":   func() { Calculate(Add, dst[:24], src, src, perChannel) },
		"Select":      func() { Select(dst, src, padded, 1) },
		"Interleave":  func() { Interleave(dst, src, 0, 4, 5) },
		"Fold":        func() { average(dst, src, []Span{{2, 12}}, []Span{{3, 4}, {4, 1}}) },
		"Fold beside": func() { average(dst, src, []Span{{3, 4}, {4, 1}}, []Span{{2, 12}}) },
		"LogSumExp": func() {
			LogSumExp(dst, src, []Span{{2, 12}}, []Span{{12, 1}}, func(x float64) float32 { return float32(x) })
		},
		"ArgLargest":       func() { ArgLargest(positions[:8], src, 3, 4, false) },
		"TopK":             func() { TopK(dst, positions, src, 3, 4, 2, true, chosen) },
		"Hardmax":          func() { Hardmax(dst, src, 3, 4) },
		"Softmax":          func() { Softmax(dst, src, 3, 4, false) },
		"Sigmoid":          func() { Sigmoid(dst, src) },
		"HardSwish":        func() { HardSwish(dst, src) },
		"ClampAll":         func() { ClampAll(dst, src, 0, 1) },
		"Convert":          func() { Convert(dst, bytes) },
		"ConvertWith":      func() { ConvertWith(bytes, src, func(x float32) uint8 { return Truncated[uint8](float64(x), 0, 255) }) },
		"ClampNumbers":     func() { ClampNumbers(bytes, bytes, 1, 6) },
		"RowNormalization": func() { RowNormalization[float32]{Scale: src}.Run(dst, src, nil, nil, 1, 24) },
		"NormalizeGroups":  func() { NormalizeGroups(dst, src, dst[:3], dst[:3], 3, 3, 4, 1) },
		"Standardize":      func() { Standardize(dst, src, []Span{{3, 4}}, []Span{{2, 12}, {4, 1}}, 0) },
		"NormalizeLines":   func() { NormalizeLines(dst, src, 3, 4, true) },
		"Cumulate":         func() { Cumulate[float64](Cumulation{}, dst, src, 3, 4) },
		"Loss":             func() { Loss[float32]{Classes: 3, Inner: 4, Normalizes: true}.Run(nil, src, zeros[:8]) },
		"Determinant":      func() { Determinant(src[:4], 2, scratch) },
		"MultiplyMatrices": func() { MultiplyMatrices(GemmGeometry{M: 2, K: 3, N: 4}, dst[:8], src, src) },
	} {
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
