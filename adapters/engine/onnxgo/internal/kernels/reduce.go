package kernels

// Span is an axis of an array: how many elements it has, and how far apart they
// are.
type Span struct{ Length, Step int }

// Mean writes the mean over the reduced axes of an array, for each place on the
// kept axes, both outermost first. Sums are formed in float64, and in the same
// order for every result. No axis may be empty.
func Mean[T float32 | float64](dst, src []T, kept, reduced []Span) {
	n := 1
	for _, axis := range reduced {
		n *= axis.Length
	}
	meanAxis(dst, src, kept, reduced, float64(n))
}

// meanAxis writes one part of dst and returns how long it is.
func meanAxis[T float32 | float64](dst, src []T, kept, reduced []Span, n float64) int {
	if len(kept) == 0 {
		dst[0] = T(sum(src, reduced) / n)
		return 1
	}
	at := 0
	for i := range kept[0].Length {
		at += meanAxis(dst[at:], src[i*kept[0].Step:], kept[1:], reduced, n)
	}
	return at
}

func sum[T float32 | float64](src []T, axes []Span) float64 {
	if len(axes) == 0 {
		return float64(src[0])
	}
	total := 0.0
	for i := range axes[0].Length {
		total += sum(src[i*axes[0].Step:], axes[1:])
	}
	return total
}
