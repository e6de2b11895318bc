package micro

import (
	"math"
	"unsafe"
)

// generic are the kernels in Go, for every processor.
var generic = &Set{
	Name: "generic", Lanes: lanes, Bandwidth: 200,
	Unit: [3][]func(*Tile){
		1: {1: func(a *Tile) { tiles(a, 1, 1, vectorBytes) }, 2: func(a *Tile) { tiles(a, 2, 1, vectorBytes) }, 4: func(a *Tile) { tiles(a, 4, 1, vectorBytes) }},
		2: {1: func(a *Tile) { tiles(a, 1, 2, vectorBytes) }, 2: func(a *Tile) { tiles(a, 2, 2, vectorBytes) }, 4: func(a *Tile) { tiles(a, 4, 2, vectorBytes) }},
	},
	Strided: [3][]func(*Tile){
		1: {1: func(a *Tile) { tiles(a, 1, 1, a.PixelStride) }, 2: func(a *Tile) { tiles(a, 2, 1, a.PixelStride) }, 4: func(a *Tile) { tiles(a, 4, 1, a.PixelStride) }},
		2: {1: func(a *Tile) { tiles(a, 1, 2, a.PixelStride) }, 2: func(a *Tile) { tiles(a, 2, 2, a.PixelStride) }, 4: func(a *Tile) { tiles(a, 4, 2, a.PixelStride) }},
	},
	Lone:      []func(*Tile){1: lone},
	Winograd4: Winograd{Input: winogradInput4, Output: winogradOutput4},
	Winograd2: Winograd{Input: winogradInput2, Output: winogradOutput2},
	MaxWindow: maxWindow, SumWindow: sumWindow,
	AddRow: addRow, ScaleShiftRow: scaleShiftRow, ClampRow: clampRow,
	ExpRow: mapRow(math.Exp), SigmoidRow: mapRow(sigmoid), TanhRow: mapRow(math.Tanh), ErfRow: mapRow(math.Erf),
}

// lanes is so many that the loops over the channels of a block are long.
const lanes = 16

type vector [lanes]float32

const vectorBytes = lanes * 4

type address = unsafe.Pointer

func vectorAt(base address, bytes int) *vector { return (*vector)(unsafe.Add(base, bytes)) }

// clampTo returns x, or the nearer bound. NaN stays.
func clampTo(x, low, high float32) float32 { return min(max(x, low), high) }

// clamp clamps each lane.
func (v *vector) clamp(low, high float32) {
	for i, x := range v {
		v[i] = clampTo(x, low, high)
	}
}

func (v *vector) add(w *vector) {
	for i, x := range w {
		v[i] += x
	}
}
