package kernels

import "math"

// RowNormalization normalises rows to a mean of 0, unless it leaves them where
// they are, and a variance of 1. It computes in float64 and rounds once before it
// scales and shifts, element by element, where Scale and Bias are not nil.
type RowNormalization[T float32 | float64] struct {
	Epsilon     float64
	KeepsMean   bool
	Scale, Bias []T
}

// Run normalises each row of n elements. Dst, means and inverses (of the standard
// deviations) are nil where nobody reads them.
func (r RowNormalization[T]) Run(dst, src []T, means, inverses []float32, rows, n int) {
	for row := range rows {
		line := src[row*n : (row+1)*n]
		mean, inverse := r.moments(line)
		if means != nil {
			means[row] = float32(mean)
		}
		if inverses != nil {
			inverses[row] = float32(inverse)
		}
		if dst != nil {
			r.row(dst[row*n:(row+1)*n], line, mean, inverse)
		}
	}
}

func (r RowNormalization[T]) moments(line []T) (mean, inverse float64) {
	n := float64(len(line))
	if r.KeepsMean {
		return 0, 1 / math.Sqrt(sumSquares[float64](line)/n+r.Epsilon)
	}
	mean = sumRun[float64](line) / n
	return mean, 1 / math.Sqrt(sumDeviations(line, mean)/n+r.Epsilon)
}

func (r RowNormalization[T]) row(dst, src []T, mean, inverse float64) {
	src = src[:len(dst)]
	switch {
	case r.Scale == nil:
		for i, x := range src {
			dst[i] = T((float64(x) - mean) * inverse)
		}
	case r.Bias == nil:
		scale := r.Scale[:len(dst)]
		for i, x := range src {
			dst[i] = T((float64(x)-mean)*inverse) * scale[i]
		}
	default:
		scale, bias := r.Scale[:len(dst)], r.Bias[:len(dst)]
		for i, x := range src {
			dst[i] = times(T((float64(x)-mean)*inverse), scale[i]) + bias[i]
		}
	}
}

// sumDeviations returns the sum of the squared distances from the mean.
func sumDeviations[T float32 | float64](src []T, mean float64) float64 {
	var a, b float64
	for len(src) >= 2 {
		x, y := float64(src[0])-mean, float64(src[1])-mean
		a, b = a+x*x, b+y*y
		src = src[2:]
	}
	for _, x := range src {
		a += (float64(x) - mean) * (float64(x) - mean)
	}
	return a + b
}

// NormalizeGroups normalises groups of neighbouring channels of pictures, each to
// a mean of 0 and a variance of 1, and scales and shifts each channel. Channels of
// one group share a scale if there are only as many scales as groups.
func NormalizeGroups[T float32 | float64](dst, src, scale, bias []T, groups, channels, plane int, epsilon float64) {
	size := channels / groups * plane
	for at := 0; at < len(src); at += size {
		group := at / size % groups
		line := src[at : at+size]
		mean := sumRun[float64](line) / float64(size)
		inverse := 1 / math.Sqrt(sumDeviations(line, mean)/float64(size)+epsilon)
		for start := 0; start < size; start += plane {
			which := group
			if len(scale) == channels {
				which = group*(channels/groups) + start/plane
			}
			factor := float64(scale[which]) * inverse
			shift := float64(bias[which]) - mean*factor
			to := dst[at+start : at+start+plane]
			for i, x := range line[start : start+plane] {
				to[i] = T(float64(float64(x)*factor) + shift)
			}
		}
	}
}

// Standardize brings an array to a mean of 0 and a standard deviation of 1 over
// the axes that go, for each place on the axes that are kept. Epsilon is added to
// the standard deviation.
func Standardize[T float32 | float64](dst, src []T, kept, gone []Span, epsilon float64) {
	if len(kept) > 0 {
		for i := range kept[0].Length {
			Standardize(dst[i*kept[0].Step:], src[i*kept[0].Step:], kept[1:], gone, epsilon)
		}
		return
	}
	n := 1.0
	for _, axis := range gone {
		n *= float64(axis.Length)
	}
	mean := foldGone(FoldSum, 0.0, src, gone) / n
	deviation := math.Sqrt(deviations(src, gone, mean) / n)
	standardize(dst, src, gone, mean, deviation+epsilon)
}

func deviations[T float32 | float64](src []T, axes []Span, mean float64) (sum float64) {
	if len(axes) == 0 {
		return (float64(src[0]) - mean) * (float64(src[0]) - mean)
	}
	for i := range axes[0].Length {
		sum += deviations(src[i*axes[0].Step:], axes[1:], mean)
	}
	return sum
}

func standardize[T float32 | float64](dst, src []T, axes []Span, mean, deviation float64) {
	if len(axes) == 0 {
		dst[0] = T((float64(src[0]) - mean) / deviation)
		return
	}
	for i := range axes[0].Length {
		standardize(dst[i*axes[0].Step:], src[i*axes[0].Step:], axes[1:], mean, deviation)
	}
}

// NormalizeLines divides the lines along the middle axis of an array [outer, n,
// inner] by their norm, the sum of absolute values or the root of the sum of
// squares. What has a norm of 0 becomes 0.
func NormalizeLines[T float32 | float64](dst, src []T, n, inner int, squares bool) {
	how := FoldMagnitudes
	if squares {
		how = FoldSquares
	}
	if n == 0 {
		return
	}
	for line := range len(src) / n {
		first := line/inner*n*inner + line%inner
		axes := [1]Span{{n, inner}}
		norm := foldGone(how, 0.0, src[first:], axes[:])
		if squares {
			norm = math.Sqrt(norm)
		}
		for at := first; at < first+n*inner; at += inner {
			dst[at] = 0
			if norm != 0 {
				dst[at] = T(float64(src[at]) / norm)
			}
		}
	}
}
