package blocked

import "unsafe"

// alignment is a cache line: a vector that lies across two takes twice as long.
const alignment = 64

// Floats returns n zeros that begin at a cache line.
func Floats(n int) []float32 {
	const line = alignment / 4
	memory := make([]float32, n+line)
	skip := 0
	if over := uintptr(unsafe.Pointer(&memory[0])) % alignment; over != 0 {
		skip = int(alignment-over) / 4
	}
	return memory[skip : skip+n : skip+n]
}

// pointer returns the address of an element. Kernels read and write behind it as
// far as the layouts say, which are checked when a step is compiled.
func pointer(data []float32, at int) *float32 { return &data[at] }
