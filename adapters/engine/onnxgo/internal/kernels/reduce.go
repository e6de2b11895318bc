package kernels

// Mean writes the mean over the reduced axes of an array. Kept and Reduced are
// offsets into src: of each result, and of each element that goes into it.
// Sums are formed in float64.
func Mean(dst, src []float32, kept, reduced []int) {
	for i, base := range kept {
		sum := 0.0
		for _, offset := range reduced {
			sum += float64(src[base+offset])
		}
		dst[i] = float32(sum / float64(len(reduced)))
	}
}
