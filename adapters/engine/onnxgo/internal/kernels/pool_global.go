package kernels

import "math"

// GlobalAveragePool stores the mean of each plane of n elements: one value for
// every element of dst.
func GlobalAveragePool(dst, src []float32, n int) {
	for plane := range dst {
		var sum float64
		for _, x := range src[plane*n : (plane+1)*n] {
			sum += float64(x)
		}
		dst[plane] = float32(sum / float64(n))
	}
}

// GlobalMaxPool stores the greatest element of each plane of n elements. NaN is
// greater than everything, and +0 than -0.
func GlobalMaxPool(dst, src []float32, n int) {
	for plane := range dst {
		result := float32(math.Inf(-1))
		for _, x := range src[plane*n : (plane+1)*n] {
			result = max(result, x)
		}
		dst[plane] = result
	}
}
