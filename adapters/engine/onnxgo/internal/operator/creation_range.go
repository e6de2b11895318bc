package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// progression counts from start towards limit, which it does not reach, in steps
// of delta. How many elements that are must be known.
type progression struct{}

func parseRange(node Node) (Operator, error) {
	a := attributesOf(node)
	if node.Opset >= 27 {
		stash := a.int("stash_type", 1) // is about 16-bit numbers, which are computed with as FP32
		a.expect(stash == 1, "stash_type", "is not supported, 1 is")
	}
	return progression{}, a.done()
}

// counters return how many elements there are, in each datatype that Range takes.
var counters = map[domain.Datatype]func(start, limit, delta domain.Tensor) (int, error){
	domain.FP32: countReals[float32], domain.FP64: countReals[float64],
	domain.INT16: countIntegers[int16], domain.INT32: countIntegers[int32], domain.INT64: countIntegers[int64],
}

// mostSteps is more than any memory holds.
const mostSteps = 1 << 53

func countReals[T realNumber](start, limit, delta domain.Tensor) (int, error) {
	from, to, by := float64(firstOf[T](start)), float64(firstOf[T](limit)), float64(firstOf[T](delta))
	n := math.Ceil((to - from) / by)
	if n != n || n >= mostSteps || by == 0 {
		return 0, domain.Errorf(domain.Invalid, "from %v to %v in steps of %v is no number of elements", from, to, by)
	}
	return int(max(n, 0)), nil
}

func countIntegers[T int16 | int32 | int64](start, limit, delta domain.Tensor) (int, error) {
	from, to, by := int64(firstOf[T](start)), int64(firstOf[T](limit)), int64(firstOf[T](delta))
	if by == 0 {
		return 0, domain.Errorf(domain.Invalid, "from %v to %v in steps of 0 is no number of elements", from, to)
	}
	if (to > from) != (by > 0) || to == from {
		return 0, nil
	}
	distance, step := uint64(to)-uint64(from), uint64(by)
	if by < 0 {
		distance, step = -distance, -step
	}
	n := (distance-1)/step + 1
	if n >= mostSteps {
		return 0, domain.Errorf(domain.Invalid, "from %v to %v in steps of %v are too many elements", from, to, by)
	}
	return int(n), nil
}

// Infer returns as many elements as there are steps.
func (progression) Infer(inputs []Value) ([]Value, error) {
	var known [3]domain.Tensor
	for i, name := range [...]string{"start", "limit", "delta"} {
		v, err := present(inputs, i, name)
		if err != nil {
			return nil, err
		}
		if _, ok := counters[v.Datatype]; !ok {
			return nil, wrongDatatype(name, v.Datatype, "FP32, FP64, INT16, INT32 or INT64")
		}
		if v.Datatype != inputs[0].Datatype {
			return nil, domain.Errorf(domain.Invalid, "inputs start and %s have datatypes %v and %v, expected one", name, inputs[0].Datatype, v.Datatype)
		}
		if product(v.Shape) != 1 {
			return nil, misshapen(name, v.Shape, "one element")
		}
		if !v.Known() {
			return nil, unknownElements(name)
		}
		known[i] = v.Const
	}
	n, err := counters[inputs[0].Datatype](known[0], known[1], known[2])
	if err != nil {
		return nil, err
	}
	return like(inputs[0], domain.Shape{n})
}

// Compile returns what counts.
func (progression) Compile(inputs, _ []Value) (Run, error) {
	switch inputs[0].Datatype {
	case domain.FP32:
		return progress[float64, float32], nil
	case domain.FP64:
		return progress[float64, float64], nil
	case domain.INT16:
		return progress[int64, int16], nil
	case domain.INT32:
		return progress[int64, int32], nil
	default:
		return progress[int64, int64], nil
	}
}

func progress[A kernels.Number, T number](in, out []domain.Tensor) {
	kernels.Progression(dataOf[T](out[0]), A(firstOf[T](in[0])), A(firstOf[T](in[2])))
}
