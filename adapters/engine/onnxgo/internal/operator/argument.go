package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// ranker ranks the elements of one datatype along the middle axis of an array
// [outer, n, inner].
type ranker interface {
	argument(dst []int64, src domain.Tensor, n, inner int, largest, last bool)
	top(values domain.Tensor, positions []int64, src domain.Tensor, n, inner, k int, largest bool, chosen []int)
}

type ranks[T number] struct{}

var rankers = map[domain.Datatype]ranker{
	domain.FP32: ranks[float32]{}, domain.FP64: ranks[float64]{},
	domain.INT8: ranks[int8]{}, domain.INT16: ranks[int16]{}, domain.INT32: ranks[int32]{}, domain.INT64: ranks[int64]{},
	domain.UINT8: ranks[uint8]{}, domain.UINT16: ranks[uint16]{}, domain.UINT32: ranks[uint32]{}, domain.UINT64: ranks[uint64]{},
}

func (ranks[T]) argument(dst []int64, src domain.Tensor, n, inner int, largest, last bool) {
	if largest {
		kernels.ArgLargest(dst, dataOf[T](src), n, inner, last)
	} else {
		kernels.ArgLeast(dst, dataOf[T](src), n, inner, last)
	}
}

func (ranks[T]) top(values domain.Tensor, positions []int64, src domain.Tensor, n, inner, k int, largest bool, chosen []int) {
	kernels.TopK(dataOf[T](values), positions, dataOf[T](src), n, inner, k, largest, chosen)
}

// ranked returns an input of numbers, and its axis counted from the front.
func ranked(inputs []Value, name string, axis int) (v Value, counted int, err error) {
	if v, err = present(inputs, 0, name); err != nil {
		return v, 0, err
	}
	if _, ok := rankers[v.Datatype]; !ok {
		return v, 0, wrongDatatype(name, v.Datatype, "FP32, FP64 or an integer")
	}
	counted, err = axisOf(axis, len(v.Shape))
	return v, counted, err
}

// argument finds where along an axis the largest or the least element is.
type argument struct {
	axis                int
	keep, largest, last bool
}

func parseArgument(largest bool) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		a := attributesOf(node)
		o := argument{axis: a.int("axis", 0), keep: a.bool("keepdims", true), largest: largest}
		if node.Opset >= 12 {
			o.last = a.bool("select_last_index", false)
		}
		return o, a.done()
	}
}

// Infer returns INT64 without the axis, or with 1 for it.
func (o argument) Infer(inputs []Value) ([]Value, error) {
	data, axis, err := ranked(inputs, "data", o.axis)
	if err != nil {
		return nil, err
	}
	if data.Shape[axis] == 0 {
		return nil, misshapen("data", data.Shape, "an axis that is not empty")
	}
	shape := slices.Concat(data.Shape[:axis], domain.Shape{1}, data.Shape[axis+1:])
	if !o.keep {
		shape = slices.Delete(shape, axis, axis+1)
	}
	return like(Value{Datatype: domain.INT64}, shape)
}

// Compile returns the search over [outer, n, inner].
func (o argument) Compile(inputs, _ []Value) (Run, error) {
	shape := inputs[0].Shape
	axis, err := axisOf(o.axis, len(shape))
	if err != nil {
		return nil, err
	}
	n, inner, rank := shape[axis], product(shape[axis+1:]), rankers[inputs[0].Datatype]
	return func(inputs, outputs []domain.Tensor) {
		rank.argument(dataOf[int64](outputs[0]), inputs[0], n, inner, o.largest, o.last)
	}, nil
}

func (o argument) keepsRows(inputs, _ []Value, _ []bool) bool {
	return axisBehindFirst(o.axis, inputs[0])
}

// axisBehindFirst reports whether an axis is not the first.
func axisBehindFirst(axis int, v Value) bool {
	at, err := axisOf(axis, len(v.Shape))
	return err == nil && at > 0
}

// topK picks the k largest or least elements along an axis, in order.
type topK struct {
	axis    int
	k       func([]Value) ([]int, error)
	largest bool
}

func parseTopK(node Node) (Operator, error) {
	a := attributesOf(node)
	t := topK{axis: a.int("axis", -1), largest: true}
	if node.Opset < 10 {
		a.expect(a.has("k"), "k", "is required")
		k := a.int("k", 0)
		t.k = func([]Value) ([]int, error) { return []int{k}, nil }
	} else {
		t.k = func(inputs []Value) ([]int, error) { return requiredInts(inputs, 1, "K") }
	}
	if node.Opset >= 11 {
		t.largest = a.bool("largest", true)
		a.bool("sorted", true) // if not, any order will do
	}
	return t, a.done()
}

// Infer returns the values and their positions.
func (t topK) Infer(inputs []Value) ([]Value, error) {
	x, axis, err := ranked(inputs, "X", t.axis)
	if err != nil {
		return nil, err
	}
	k, err := t.k(inputs)
	if err != nil {
		return nil, err
	}
	if len(k) != 1 || k[0] < 0 || k[0] > x.Shape[axis] {
		return nil, domain.Errorf(domain.Invalid, "K is %v, expected one number from 0 to %d, the length of axis %d", k, x.Shape[axis], axis)
	}
	shape := x.Shape.Clone()
	shape[axis] = k[0]
	return []Value{{Datatype: x.Datatype, Shape: shape}, {Datatype: domain.INT64, Shape: shape}}, nil
}

// Compile returns the search over [outer, n, inner].
func (t topK) Compile(inputs, outputs []Value) (Run, error) {
	shape := inputs[0].Shape
	axis, err := axisOf(t.axis, len(shape))
	if err != nil {
		return nil, err
	}
	n, inner, k := shape[axis], product(shape[axis+1:]), outputs[0].Shape[axis]
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	if err := fitsScratch(k); err != nil {
		return nil, err
	}
	chosen, rank := make([]int, k), rankers[inputs[0].Datatype]
	return func(inputs, outputs []domain.Tensor) {
		var positions []int64
		if len(outputs) > 1 {
			positions = dataOf[int64](outputs[1])
		}
		rank.top(outputs[0], positions, inputs[0], n, inner, k, t.largest, chosen)
	}, nil
}

func (t topK) keepsRows(inputs, _ []Value, perRow []bool) bool {
	return onlyFirst(perRow) && axisBehindFirst(t.axis, inputs[0])
}
