package kernels

import "math"

// MaskOutside adds minus infinity to the scores of the keys outside of low to
// high, as an addend of infinity does: NaN stays NaN. It reports whether any key
// is left.
func MaskOutside[T Float](scores []T, low, high int) (attended bool) {
	never := T(math.Inf(-1))
	for j := range scores {
		if j < low || j >= high {
			scores[j] += never
		}
	}
	return low < high
}

// MaskTruths is MaskOutside that adds minus infinity too where a mask is false.
// Elements of the mask are step apart; with 0 its first is that of every key. High
// is not beyond the mask's end.
func MaskTruths[T Float](scores []T, mask []bool, step, low, high int) (attended bool) {
	never := T(math.Inf(-1))
	for j := range scores {
		if j >= low && j < high && mask[j*step] {
			attended = true
		} else {
			scores[j] += never
		}
	}
	return attended
}

// MaskAddends is MaskOutside that adds a mask's elements too. The mask has so many,
// step apart; those beyond its end are minus infinity.
func MaskAddends[T Float](scores, mask []T, step, n, low, high int) (attended bool) {
	never := T(math.Inf(-1))
	for j := range scores {
		addend := never
		if j < n {
			addend = mask[j*step]
		}
		if j < low || j >= high {
			addend += never
		}
		attended = attended || addend != never
		scores[j] += addend
	}
	return attended
}

// WeighKeys turns a query's scores into the weights of the keys' values, which
// softmax computes. A query that attends no key, or whose scores are all minus
// infinity, gives none a weight.
func WeighKeys[T float32 | float64](scores []T, attended bool, softmax func(scores []T)) {
	if !attended || largestOf(scores, 1) == T(math.Inf(-1)) {
		clear(scores)
		return
	}
	softmax(scores)
}

// ScaleBy writes each element times a factor.
func ScaleBy[T Float](dst, src []T, factor T) {
	for i, x := range src {
		dst[i] = x * factor
	}
}

// Rotate turns pairs of elements by angles of which it is given cosines and sines,
// and copies those behind the pairs. Pairs are neighbours if they are interleaved,
// else one is in the first half of what is turned and the other in the second.
func Rotate[T Float](dst, src, cos, sin []T, interleaved bool) {
	n := len(cos)
	first, step := n, 1
	if interleaved {
		first, step = 1, 2
	}
	for i, c := range cos {
		s := sin[i]
		x, y := src[i*step], src[i*step+first]
		dst[i*step], dst[i*step+first] = times(x, c)-times(y, s), times(x, s)+times(y, c)
	}
	copy(dst[2*n:], src[2*n:])
}
