package kernels

import (
	"math/rand/v2"
	"testing"
)

func TestLightKernelsDoNotAllocate(t *testing.T) {
	src := randoms(rand.New(rand.NewPCG(1, 1)), 2*3*4)
	dst, bytes := make([]float32, 30), make([]uint8, 24)
	perChannel := Broadcast{Lengths: []int{2, 3, 4}, X: []int{12, 4, 1}, Y: []int{0, 1, 0}}
	padded := NewSelection([][]Stretch{{{6, 0, 4}}, {{1, -1, 0}, {4, 0, 1}}})
	for name, run := range map[string]func(){
		"Calculate":    func() { Calculate(Add, dst[:24], src, src, perChannel) },
		"Select":       func() { Select(dst, src, padded, 1) },
		"Interleave":   func() { Interleave(dst, src, 0, 4, 5) },
		"Mean":         func() { Mean(dst, src, []Span{{2, 12}}, []Span{{3, 4}, {4, 1}}) },
		"Softmax":      func() { Softmax(dst, src, 3, 4, false) },
		"Sigmoid":      func() { Sigmoid(dst, src) },
		"HardSwish":    func() { HardSwish(dst, src) },
		"ClampAll":     func() { ClampAll(dst, src, 0, 1) },
		"Convert":      func() { Convert(dst, bytes) },
		"ConvertWith":  func() { ConvertWith(bytes, src, func(x float32) uint8 { return Truncated[uint8](float64(x), 0, 255) }) },
		"ClampNumbers": func() { ClampNumbers(bytes, bytes, 1, 6) },
	} {
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
