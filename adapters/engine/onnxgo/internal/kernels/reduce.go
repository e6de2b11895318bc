package kernels

import "math"

// Span is an axis of an array: how many elements it has, and how far apart they
// are.
type Span struct{ Length, Step int }

// Folding says how elements are put together.
type Folding uint8

// The foldings. NaN is the largest and the least of whatever it is among.
const (
	FoldSum        Folding = iota
	FoldMagnitudes         // the sum of absolute values
	FoldSquares            // the sum of squares
	FoldProduct
	FoldLargest
	FoldLeast
)

// foldWidth is how many results are computed side by side where neighbours in
// memory belong to different results.
const foldWidth = 64

// Fold folds an array over the axes that go, for each place on the axes that are
// kept, both outermost first. A is what is computed in, T what is read, R what is
// written: finish makes it of the folding of start and all elements. The elements
// of each result are folded in the same order.
func Fold[A, T Number, R any](how Folding, dst []R, src []T, start A, kept, gone []Span, finish func(A) R) {
	for _, axis := range gone {
		if axis.Length == 0 {
			Fill(dst, finish(start))
			return
		}
	}
	if len(dst) > 0 {
		foldKept(how, dst, src, start, kept, gone, finish)
	}
}

// foldKept writes one part of dst and returns how long it is.
func foldKept[A, T Number, R any](how Folding, dst []R, src []T, start A, kept, gone []Span, finish func(A) R) int {
	if len(kept) == 0 {
		dst[0] = finish(foldGone(how, start, src, gone))
		return 1
	}
	n, step := kept[0].Length, kept[0].Step
	if len(kept) == 1 && step == 1 {
		foldBeside(how, dst[:n], src, start, gone, finish)
		return n
	}
	at := 0
	for i := range n {
		at += foldKept(how, dst[at:], src[i*step:], start, kept[1:], gone, finish)
	}
	return at
}

// foldGone folds the elements of one result.
func foldGone[A, T Number](how Folding, folded A, src []T, gone []Span) A {
	switch {
	case len(gone) == 0:
		return foldRun(how, folded, src[:1])
	case len(gone) == 1 && gone[0].Step == 1:
		return foldRun(how, folded, src[:gone[0].Length])
	}
	for i := range gone[0].Length {
		folded = foldGone(how, folded, src[i*gone[0].Step:], gone[1:])
	}
	return folded
}

// foldBeside folds the elements of results whose elements are neighbours.
func foldBeside[A, T Number, R any](how Folding, dst []R, src []T, start A, gone []Span, finish func(A) R) {
	var folded [foldWidth]A
	for at := 0; at < len(dst); at += foldWidth {
		some := folded[:min(foldWidth, len(dst)-at)]
		Fill(some, start)
		foldRows(how, some, src[at:], gone)
		for i, value := range some {
			dst[at+i] = finish(value)
		}
	}
}

func foldRows[A, T Number](how Folding, folded []A, src []T, gone []Span) {
	if len(gone) == 0 {
		foldRow(how, folded, src[:len(folded)])
		return
	}
	for i := range gone[0].Length {
		foldRows(how, folded, src[i*gone[0].Step:], gone[1:])
	}
}

// foldRow folds each element of src to the result beside it.
func foldRow[A, T Number](how Folding, folded []A, src []T) {
	switch how {
	case FoldSum:
		for i, x := range src {
			folded[i] += A(x)
		}
	case FoldMagnitudes:
		for i, x := range src {
			folded[i] += max(A(x), -A(x))
		}
	case FoldSquares:
		for i, x := range src {
			folded[i] += A(x) * A(x)
		}
	case FoldProduct:
		for i, x := range src {
			folded[i] *= A(x)
		}
	case FoldLargest:
		for i, x := range src {
			folded[i] = max(folded[i], A(x))
		}
	default:
		for i, x := range src {
			folded[i] = min(folded[i], A(x))
		}
	}
}

// foldRun folds neighbours to one result. Sums are formed in four parts, because
// each addition would wait for the one before.
func foldRun[A, T Number](how Folding, folded A, src []T) A {
	switch how {
	case FoldSum:
		return folded + sumRun[A](src)
	case FoldMagnitudes:
		for _, x := range src {
			folded += max(A(x), -A(x))
		}
	case FoldSquares:
		return folded + sumSquares[A](src)
	case FoldProduct:
		for _, x := range src {
			folded *= A(x)
		}
	case FoldLargest:
		for _, x := range src {
			if A(x) <= folded || isNaN(folded) {
				continue
			}
			folded = A(x)
		}
	default:
		for _, x := range src {
			if A(x) >= folded || isNaN(folded) {
				continue
			}
			folded = A(x)
		}
	}
	return folded
}

func sumRun[A, T Number](src []T) A {
	var a, b, c, d A
	for len(src) >= 4 {
		a, b, c, d = a+A(src[0]), b+A(src[1]), c+A(src[2]), d+A(src[3])
		src = src[4:]
	}
	for _, x := range src {
		a += A(x)
	}
	return a + b + (c + d)
}

func sumSquares[A, T Number](src []T) A {
	var a, b, c, d A
	for len(src) >= 4 {
		a, b = a+A(src[0])*A(src[0]), b+A(src[1])*A(src[1])
		c, d = c+A(src[2])*A(src[2]), d+A(src[3])*A(src[3])
		src = src[4:]
	}
	for _, x := range src {
		a += A(x) * A(x)
	}
	return a + b + (c + d)
}

// LogSumExp writes the logarithm of the sum of exponentials over the axes that
// go. The largest element is subtracted first, so that nothing overflows.
func LogSumExp[T Number, R any](dst []R, src []T, kept, gone []Span, finish func(float64) R) {
	for _, axis := range gone {
		if axis.Length == 0 {
			Fill(dst, finish(math.Inf(-1)))
			return
		}
	}
	if len(dst) > 0 {
		logSumExpKept(dst, src, kept, gone, finish)
	}
}

func logSumExpKept[T Number, R any](dst []R, src []T, kept, gone []Span, finish func(float64) R) int {
	if len(kept) == 0 {
		shift := foldGone(FoldLargest, math.Inf(-1), src, gone)
		if math.IsInf(shift, 0) {
			shift = 0 // infinity less infinity is no number
		}
		dst[0] = finish(shift + math.Log(sumExponentials(src, gone, shift)))
		return 1
	}
	at := 0
	for i := range kept[0].Length {
		at += logSumExpKept(dst[at:], src[i*kept[0].Step:], kept[1:], gone, finish)
	}
	return at
}

func sumExponentials[T Number](src []T, gone []Span, shift float64) (sum float64) {
	if len(gone) == 0 {
		return math.Exp(float64(src[0]) - shift)
	}
	for i := range gone[0].Length {
		sum += sumExponentials(src[i*gone[0].Step:], gone[1:], shift)
	}
	return sum
}
