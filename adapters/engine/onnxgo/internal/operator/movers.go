package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// mover moves elements of one datatype.
type mover interface {
	// pick writes a selection of src, with fill (a tensor of one element, or the
	// zero Tensor for zero) where it picks none.
	pick(dst, src domain.Tensor, s kernels.Selection, fill domain.Tensor)
	interleave(dst, src domain.Tensor, offset, size, stride int)
	fill(dst, value domain.Tensor)
	equal(a, b domain.Tensor) bool
}

type moves[T domain.Element] struct{}

var movers = map[domain.Datatype]mover{
	domain.BOOL: moves[bool]{}, domain.BYTES: moves[string]{},
	domain.UINT8: moves[uint8]{}, domain.UINT16: moves[uint16]{}, domain.UINT32: moves[uint32]{}, domain.UINT64: moves[uint64]{},
	domain.INT8: moves[int8]{}, domain.INT16: moves[int16]{}, domain.INT32: moves[int32]{}, domain.INT64: moves[int64]{},
	domain.FP16: moves[domain.Float16]{}, domain.BF16: moves[domain.BFloat16]{}, domain.FP32: moves[float32]{}, domain.FP64: moves[float64]{},
}

func (moves[T]) pick(dst, src domain.Tensor, s kernels.Selection, fill domain.Tensor) {
	kernels.Select(dataOf[T](dst), dataOf[T](src), s, firstOf[T](fill))
}

func (moves[T]) interleave(dst, src domain.Tensor, offset, size, stride int) {
	kernels.Interleave(dataOf[T](dst), dataOf[T](src), offset, size, stride)
}

func (moves[T]) fill(dst, value domain.Tensor) {
	kernels.Fill(dataOf[T](dst), firstOf[T](value))
}

func (moves[T]) equal(a, b domain.Tensor) bool { return slices.Equal(dataOf[T](a), dataOf[T](b)) }

// SameElements reports whether two tensors have one datatype, one shape and the
// same elements. NaN is not the same as anything.
func SameElements(a, b domain.Tensor) bool {
	return a.Datatype() == b.Datatype() && a.Shape().Equal(b.Shape()) && movers[a.Datatype()].equal(a, b)
}

func dataOf[T domain.Element](t domain.Tensor) []T {
	data, _ := domain.Data[T](t)
	return data
}

// firstOf returns a tensor's first element, or zero where it has none.
func firstOf[T domain.Element](t domain.Tensor) (first T) {
	if data := dataOf[T](t); len(data) > 0 {
		first = data[0]
	}
	return first
}
