package operator

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// indexing is how the indices of an operator point into its data.
type indexing struct {
	// point works it out for two shapes.
	point func(data, indices domain.Shape) (pointers, error)
	// bounds are the lengths of the axes that the indices count along, in turn. It
	// is called for shapes that point has accepted, and does not allocate.
	bounds func(data, indices domain.Shape) []int
	// rowwise reports whether rows stay apart where of the data and the indices those
	// have rows that are told.
	rowwise func(data, indices domain.Shape, dataRows, indexRows bool) bool
}

// pointers are where indices point to: blocks of the data, and the axes that
// those blocks make.
type pointers struct {
	tuples kernels.Tuples
	count  int // of tuples
	size   int // elements of a block
	outer  int // how often the same indices are used
	step   int // how far on in the data each time
	shape  domain.Shape
}

// alongAxis indexes one axis; the axes before it and after it stay whole.
func alongAxis(at int) indexing {
	return indexing{
		point: func(data, indices domain.Shape) (p pointers, err error) {
			axis, err := axisOf(at, len(data))
			if err != nil {
				return p, err
			}
			size, n := product(data[axis+1:]), product(indices)
			return pointers{
				tuples: kernels.Tuples{Places: []kernels.Span{{Length: n}}, Bounds: data[axis : axis+1], Steps: []int{size}},
				count:  n, size: size, outer: product(data[:axis]), step: product(data[axis:]),
				shape: slices.Concat(data[:axis], indices, data[axis+1:]),
			}, nil
		},
		bounds: axisBounds(at),
		rowwise: func(data, indices domain.Shape, dataRows, indexRows bool) bool {
			if at == 0 || at == -len(data) {
				return indexRows && !dataRows && len(indices) > 0
			}
			return dataRows && !indexRows
		},
	}
}

// axisBounds returns the length of one axis of the data.
func axisBounds(at int) func(data, indices domain.Shape) []int {
	return func(data, _ domain.Shape) []int {
		axis := at
		if axis < 0 {
			axis += len(data)
		}
		return data[axis : axis+1]
	}
}

// elementsAlong indexes one axis for each element; on the other axes an element
// of the indices stands where it points to.
func elementsAlong(at int) indexing {
	return indexing{
		point: func(data, indices domain.Shape) (p pointers, err error) {
			axis, err := axisOf(at, len(data))
			if err != nil {
				return p, err
			}
			if len(indices) != len(data) {
				return p, misshapen("indices", indices, "as many axes as the data of shape "+data.String())
			}
			steps, n := stridesOf(data), product(indices)
			places := make([]kernels.Span, len(data))
			for i, length := range indices {
				places[i] = kernels.Span{Length: length, Step: steps[i]}
				if i != axis && length > data[i] {
					return p, misshapen("indices", indices, fmt.Sprintf("on all axes but %d no more than the data of shape %v", axis, data))
				}
			}
			places[axis].Step = 0
			return pointers{
				tuples: kernels.Tuples{Places: places, Bounds: data[axis : axis+1], Steps: steps[axis : axis+1]},
				count:  n, size: 1, outer: 1, shape: indices.Clone(),
			}, nil
		},
		bounds: axisBounds(at),
		rowwise: func(data, _ domain.Shape, dataRows, indexRows bool) bool {
			if at == 0 || at == -len(data) {
				return indexRows && !dataRows
			}
			return dataRows && indexRows
		},
	}
}

// tuplesAfter indexes several axes by the tuples on the last axis of the indices,
// after so many axes that both have.
func tuplesAfter(batch int) indexing {
	return indexing{
		point: func(data, indices domain.Shape) (p pointers, err error) {
			if len(indices) <= batch || len(data) <= batch {
				return p, misshapen("indices", indices, "more than the batch_dims of data and indices")
			}
			last := len(indices) - 1
			n := indices[last]
			if n < 1 || n > len(data)-batch {
				return p, misshapen("indices", indices, "a last axis of 1 to as many as the data of shape "+data.String()+" has axes after the batch")
			}
			if !data[:batch].Equal(indices[:batch]) {
				return p, misshapen("indices", indices, "the batch axes of the data of shape "+data.String())
			}
			steps := stridesOf(data)
			places := make([]kernels.Span, last)
			for i, length := range indices[:last] {
				places[i].Length = length
				if i < batch {
					places[i].Step = steps[i]
				}
			}
			return pointers{
				tuples: kernels.Tuples{Places: places, Bounds: data[batch : batch+n], Steps: steps[batch : batch+n]},
				count:  product(indices[:last]), size: product(data[batch+n:]), outer: 1,
				shape: slices.Concat(indices[:last], data[batch+n:]),
			}, nil
		},
		bounds: func(data, indices domain.Shape) []int { return data[batch : batch+indices[len(indices)-1]] },
		rowwise: func(_, indices domain.Shape, dataRows, indexRows bool) bool {
			return indexRows && len(indices) > 1 && dataRows == (batch > 0)
		},
	}
}

// of reads the data and the indices, and refuses indices that are known and not
// in range.
func (x indexing) of(inputs []Value) (p pointers, err error) {
	data, err := present(inputs, 0, "data")
	if err != nil {
		return p, err
	}
	indices, err := present(inputs, 1, "indices")
	if err != nil {
		return p, err
	}
	if indices.Datatype != domain.INT64 && indices.Datatype != domain.INT32 {
		return p, domain.Errorf(domain.Invalid, "input indices has datatype %v, expected INT64 or INT32", indices.Datatype)
	}
	if p, err = x.point(data.Shape, indices.Shape); err != nil {
		return p, err
	}
	if indices.Known() {
		err = x.check(data.Shape, indices.Const)
	}
	return p, err
}

// check refuses indices that are not in range.
func (x indexing) check(data domain.Shape, indices domain.Tensor) error {
	bounds := x.bounds(data, indices.Shape())
	var at, index int
	if indices.Datatype() == domain.INT64 {
		at, index = outOfRange[int64](indices, bounds)
	} else {
		at, index = outOfRange[int32](indices, bounds)
	}
	if at < 0 {
		return nil
	}
	return domain.Errorf(domain.Invalid, "input indices: element %d: index %d is not one of the %d of its axis of the data of shape %v", at, index, bounds[at%len(bounds)], data)
}

// outOfRange returns the first index that is out of range and where it is: at -1
// if there is none.
func outOfRange[I interface {
	domain.Element
	kernels.Index
}](indices domain.Tensor, bounds []int) (at, index int) {
	data := dataOf[I](indices)
	if at = kernels.OutOfRange(data, bounds); at >= 0 {
		index = int(data[at])
	}
	return at, index
}

// mostIndices bounds the memory for what indices point to.
const mostIndices = 1 << 28

// blocks returns the memory for the blocks that indices point to.
func (p pointers) blocks() (kernels.Blocks, error) {
	if p.count > mostIndices {
		return kernels.Blocks{}, domain.Errorf(domain.Unsupported, "there are %d indices, at most %d are supported", p.count, mostIndices)
	}
	return kernels.Blocks{Offsets: make([]int, p.count), Size: p.size, Outer: p.outer, Step: p.step}, nil
}

// locate works out where the indices point to.
func (p pointers) locate(b kernels.Blocks, indices domain.Tensor) {
	if indices.Datatype() == domain.INT64 {
		kernels.Locate(b.Offsets, dataOf[int64](indices), p.tuples)
		return
	}
	kernels.Locate(b.Offsets, dataOf[int32](indices), p.tuples)
}
