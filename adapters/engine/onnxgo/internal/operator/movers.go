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
	choose(dst domain.Tensor, condition []bool, x, y domain.Tensor, c kernels.Choice)
	// pickBlocks writes the blocks of src one after another, placeBlocks src to the
	// blocks of dst.
	pickBlocks(dst, src domain.Tensor, b kernels.Blocks)
	placeBlocks(dst, src domain.Tensor, b kernels.Blocks)
	countNonZero(t domain.Tensor) int
	nonZero(dst []int64, src domain.Tensor, lengths []int)
	// pickGrid writes what a grid picks of src, with fill as pick has it.
	pickGrid(dst, src domain.Tensor, g kernels.Grid, fill domain.Tensor)
	triangle(dst, src domain.Tensor, rows, columns, k int, upper bool)
	diagonal(dst domain.Tensor, columns, k int, one domain.Tensor)
	// oneHot reads off and on from a tensor of two elements.
	oneHot(dst domain.Tensor, positions kernels.Positions, depth, inner int, offOn domain.Tensor)
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

func (moves[T]) pickBlocks(dst, src domain.Tensor, b kernels.Blocks) {
	kernels.PickBlocks(dataOf[T](dst), dataOf[T](src), b)
}

func (moves[T]) placeBlocks(dst, src domain.Tensor, b kernels.Blocks) {
	kernels.PlaceBlocks(dataOf[T](dst), dataOf[T](src), b)
}

func (moves[T]) pickGrid(dst, src domain.Tensor, g kernels.Grid, fill domain.Tensor) {
	kernels.PickGrid(dataOf[T](dst), dataOf[T](src), g, firstOf[T](fill))
}

func (moves[T]) countNonZero(t domain.Tensor) int { return kernels.CountNonZero(dataOf[T](t)) }

func (moves[T]) nonZero(dst []int64, src domain.Tensor, lengths []int) {
	kernels.NonZero(dst, dataOf[T](src), lengths)
}

func (moves[T]) equal(a, b domain.Tensor) bool { return slices.Equal(dataOf[T](a), dataOf[T](b)) }

func (moves[T]) choose(dst domain.Tensor, condition []bool, x, y domain.Tensor, c kernels.Choice) {
	kernels.Choose(dataOf[T](dst), condition, dataOf[T](x), dataOf[T](y), c)
}

func (moves[T]) triangle(dst, src domain.Tensor, rows, columns, k int, upper bool) {
	kernels.Triangle(dataOf[T](dst), dataOf[T](src), rows, columns, k, upper)
}

func (moves[T]) diagonal(dst domain.Tensor, columns, k int, one domain.Tensor) {
	kernels.Diagonal(dataOf[T](dst), columns, k, firstOf[T](one))
}

func (moves[T]) oneHot(dst domain.Tensor, positions kernels.Positions, depth, inner int, offOn domain.Tensor) {
	values := dataOf[T](offOn)
	kernels.OneHot(dataOf[T](dst), positions, depth, inner, values[0], values[1])
}

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
