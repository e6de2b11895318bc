package kernels

import "math"

// Softmax writes exp(x) scaled to a sum of 1 along the middle axis of an array
// [outer, n, inner], or the logarithm of that. The largest element is subtracted
// first, and sums are formed in float64.
func Softmax(dst, src []float32, n, inner int, logarithm bool) {
	for block := 0; block+n*inner <= len(src) && n*inner > 0; block += n * inner {
		for i := range inner {
			softmaxLine(dst[block+i:], src[block+i:], n, inner, logarithm)
		}
	}
}

func softmaxLine(dst, src []float32, n, stride int, logarithm bool) {
	largest := src[0]
	for i := range n {
		largest = max(largest, src[i*stride]) // NaN wins
	}
	sum := 0.0
	for i := range n {
		sum += math.Exp(float64(src[i*stride]) - float64(largest))
	}
	scale := math.Log(sum)
	for i := range n {
		shifted := float64(src[i*stride]) - float64(largest)
		if logarithm {
			dst[i*stride] = float32(shifted - scale)
		} else {
			dst[i*stride] = float32(math.Exp(shifted) / sum)
		}
	}
}
