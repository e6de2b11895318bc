package kernels

import "math"

// Softmax writes exp(x) scaled to a sum of 1 along the middle axis of an array
// [outer, n, inner], or the logarithm of that. The largest element is subtracted
// first, and sums are formed in float64.
func Softmax[T float32 | float64](dst, src []T, n, inner int, logarithm bool) {
	line := softmaxLine[T]
	if logarithm {
		line = logSoftmaxLine[T]
	}
	for block := 0; block+n*inner <= len(src) && n*inner > 0; block += n * inner {
		for i := range inner {
			line(dst[block+i:block+n*inner], src[block+i:block+n*inner], inner)
		}
	}
}

// SoftmaxBy is Softmax along the last axis of FP32, by a function that writes e^x
// of each element. What it writes is scaled in FP32.
func SoftmaxBy(dst, src []float32, n int, exp func(dst, src []float32)) {
	for block := 0; block+n <= len(src) && n > 0; block += n {
		line, out := src[block:block+n], dst[block:block+n]
		largest := largestOf(line, 1)
		for i, x := range line {
			out[i] = x - largest
		}
		exp(out, out)
		sum := 0.0
		for _, e := range out {
			sum += float64(e)
		}
		factor := float32(1 / sum)
		for i := range out {
			out[i] *= factor
		}
	}
}

func largestOf[T float32 | float64](src []T, stride int) T {
	largest := src[0]
	for at := 0; at < len(src); at += stride {
		if src[at] <= largest {
			continue
		}
		if largest = src[at]; isNaN(largest) { // NaN wins
			break
		}
	}
	return largest
}

func softmaxLine[T float32 | float64](dst, src []T, stride int) {
	largest, sum := float64(largestOf(src, stride)), 0.0
	for at := 0; at < len(src); at += stride {
		e := math.Exp(float64(src[at]) - largest)
		dst[at] = T(e)
		sum += e
	}
	for at := 0; at < len(dst); at += stride {
		dst[at] = T(float64(dst[at]) / sum)
	}
}

func logSoftmaxLine[T float32 | float64](dst, src []T, stride int) {
	largest, sum := float64(largestOf(src, stride)), 0.0
	for at := 0; at < len(src); at += stride {
		sum += math.Exp(float64(src[at]) - largest)
	}
	logarithm := math.Log(sum)
	for at := 0; at < len(src); at += stride {
		dst[at] = T(float64(src[at]) - largest - logarithm)
	}
}
