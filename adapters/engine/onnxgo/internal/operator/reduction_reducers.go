package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// reducer writes one element for each place on the kept axes of src, made of the
// n elements along the axes that go.
type reducer func(dst, src domain.Tensor, kept, gone []kernels.Span, n int)

// reducers are the reductions of each datatype. Sums of FP32 are formed in FP64,
// sums of integers lose their high bits, and what is not whole loses its fraction.
var reducers = map[domain.Datatype]map[string]reducer{
	domain.FP32:   realReducers(float32(math.Inf(-1)), float32(math.Inf(1))),
	domain.FP64:   realReducers(math.Inf(-1), math.Inf(1)),
	domain.INT32:  integerReducers[int64](kernels.FoldMagnitudes, int32(math.MinInt32), math.MaxInt32),
	domain.INT64:  integerReducers[int64](kernels.FoldMagnitudes, int64(math.MinInt64), math.MaxInt64),
	domain.UINT32: integerReducers[uint64](kernels.FoldSum, uint32(0), math.MaxUint32),
	domain.UINT64: integerReducers[uint64](kernels.FoldSum, uint64(0), math.MaxUint64),
	domain.INT8:   extremes(int8(math.MinInt8), math.MaxInt8),
	domain.UINT8:  extremes(uint8(0), math.MaxUint8),
	domain.BOOL:   {"max": anyTrue(true), "min": anyTrue(false)},
}

type number interface {
	domain.Element
	kernels.Number
}

type realNumber interface {
	domain.Element
	float32 | float64
}

// folding returns the reducer that folds in A, with what makes the result of the
// folding and of how many elements it is.
func folding[A kernels.Number, T number](how kernels.Folding, start A, finish func(a A, n int) T) reducer {
	return func(dst, src domain.Tensor, kept, gone []kernels.Span, n int) {
		kernels.Fold(how, dataOf[T](dst), dataOf[T](src), start, kept, gone, func(a A) T { return finish(a, n) })
	}
}

// extremes are the reductions to the largest and the least element; of none they
// are the bounds of the datatype.
func extremes[T number](least, most T) map[string]reducer {
	same := func(x T, _ int) T { return x }
	return map[string]reducer{
		"max": folding(kernels.FoldLargest, least, same), "min": folding(kernels.FoldLeast, most, same),
	}
}

func realReducers[T realNumber](least, most T) map[string]reducer {
	in := func(finish func(a float64, n int) float64) func(a float64, n int) T {
		return func(a float64, n int) T { return T(finish(a, n)) }
	}
	whole := func(a float64, _ int) T { return T(a) }
	all := extremes(least, most)
	all["sum"] = folding(kernels.FoldSum, 0, whole)
	all["mean"] = folding(kernels.FoldSum, 0, in(func(a float64, n int) float64 { return a / float64(n) }))
	all["product"] = folding(kernels.FoldProduct, 1, whole)
	all["l1"] = folding(kernels.FoldMagnitudes, 0, whole)
	all["l2"] = folding(kernels.FoldSquares, 0, in(func(a float64, _ int) float64 { return math.Sqrt(a) }))
	all["sum of squares"] = folding(kernels.FoldSquares, 0, whole)
	all["log of sum"] = folding(kernels.FoldSum, 0, in(func(a float64, _ int) float64 { return math.Log(a) }))
	all["log of sum of exponentials"] = func(dst, src domain.Tensor, kept, gone []kernels.Span, _ int) {
		kernels.LogSumExp(dataOf[T](dst), dataOf[T](src), kept, gone, func(a float64) T { return T(a) })
	}
	return all
}

// integerReducers compute in A, of 64 bits, or in FP64 what is not whole.
func integerReducers[A int64 | uint64, T integer](magnitudes kernels.Folding, least, most T) map[string]reducer {
	whole := func(a A, _ int) T { return T(a) }
	in := func(finish func(float64) float64) func(a float64, n int) T {
		return func(a float64, _ int) T { return kernels.Truncated(finish(a), least, most) }
	}
	all := extremes(least, most)
	all["sum"] = folding(kernels.FoldSum, 0, whole)
	all["mean"] = folding(kernels.FoldSum, 0, func(a A, n int) T { return T(a / A(n)) })
	all["product"] = folding(kernels.FoldProduct, 1, whole)
	all["l1"] = folding(magnitudes, 0, whole)
	all["l2"] = folding(kernels.FoldSquares, 0, in(math.Sqrt))
	all["sum of squares"] = folding(kernels.FoldSquares, 0, whole)
	all["log of sum"] = folding(kernels.FoldSum, 0, in(math.Log))
	all["log of sum of exponentials"] = func(dst, src domain.Tensor, kept, gone []kernels.Span, _ int) {
		kernels.LogSumExp(dataOf[T](dst), dataOf[T](src), kept, gone, func(a float64) T { return kernels.Truncated(a, least, most) })
	}
	return all
}

// anyTrue reports whether one of the elements is true, or all are: false is less
// than true.
func anyTrue(one bool) reducer {
	return func(dst, src domain.Tensor, kept, gone []kernels.Span, _ int) {
		kernels.FoldTruths(dataOf[bool](dst), dataOf[bool](src), kept, gone, one)
	}
}
