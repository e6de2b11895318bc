package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
)

// nearestTo returns the element that is nearest to a position.
func (r resize) nearestTo(a resizedAxis, position float64) int {
	var at float64
	switch r.nearest {
	case "round_prefer_floor":
		at = math.Ceil(position - 0.5)
	case "round_prefer_ceil":
		at = math.Floor(position + 0.5)
	case "floor":
		at = math.Floor(position)
	case "ceil":
		at = math.Ceil(position)
	default: // before opset 11: elements begin at positions, and what shrinks takes those that follow
		if at = math.Floor(position); a.scale < 1 {
			at = math.Ceil(position)
		}
	}
	return a.clamp(at)
}

// clamp returns the element at a position, or the first or the last.
func (a resizedAxis) clamp(at float64) int {
	if !(at > 0) {
		return 0
	}
	return int(min(at, float64(a.from-1)))
}

// reach returns how far from a position an element has weight, in elements of the
// output.
func (r resize) reach() float64 {
	if r.mode == "cubic" {
		return 2
	}
	return 1
}

// weight returns what an element at a distance counts for.
func (r resize) weight(distance float64) float64 {
	if r.mode == "linear" {
		return max(0, 1-math.Abs(distance))
	}
	return kernels.Cubic(distance, r.coeffA)
}

// tapsOf lists the elements that each element of a resized axis is made of, and
// which elements lie outside. Those beyond the ends are the first and the last.
func tapsOf[T float32 | float64](r resize, a resizedAxis) (taps kernels.Taps[T], outside []bool) {
	squeeze := 1.0 // how much wider than in the output an element of the input is
	if r.antialias {
		squeeze = min(a.scale, 1)
	}
	before := int(math.Ceil(r.reach()/squeeze)) - 1
	each := 2 * (before + 1)
	taps = kernels.Taps[T]{At: make([]int, a.to*each), Weights: make([]T, a.to*each), Each: each}
	outside = make([]bool, a.to)
	weights := make([]float64, each)
	for i := range a.to {
		position := a.position(r.transform, i)
		if outside[i] = a.outsideOf(r, position); outside[i] {
			continue
		}
		first, total := math.Floor(position)-float64(before), 0.0
		for k := range weights {
			at := first + float64(k)
			weights[k] = r.weight((at - position) * squeeze)
			if r.exclude && (at < 0 || at >= float64(a.from)) {
				weights[k] = 0
			}
			total += weights[k]
			taps.At[i*each+k] = a.clamp(at)
		}
		for k, weight := range weights {
			if r.exclude || r.antialias {
				weight /= total
			}
			taps.Weights[i*each+k] = T(weight)
		}
	}
	return taps, outside
}
