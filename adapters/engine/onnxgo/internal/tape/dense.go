package tape

import (
	"gorgonia.org/tensor"

	"github.com/portent-go/portent/domain"
)

// dense returns a Gorgonia tensor over the elements of t. Gorgonia has no
// scalars with memory of their own, so a scalar becomes a vector of one. It has
// neither 16-bit floats nor empty tensors: one number stands for those, which
// nothing reads, because steps compute in the plan's own buffers.
func dense(t domain.Tensor) *tensor.Dense {
	shape := t.Shape()
	if len(shape) == 0 {
		shape = domain.Shape{1}
	}
	backing := backingOf(t)
	if backing == nil || t.Len() == 0 {
		shape, backing = domain.Shape{1}, []float32{0}
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(backing))
}

func backingOf(t domain.Tensor) any {
	switch t.Datatype() {
	case domain.FP32:
		return elements[float32](t)
	case domain.FP64:
		return elements[float64](t)
	case domain.BOOL:
		return elements[bool](t)
	case domain.INT8:
		return elements[int8](t)
	case domain.INT16:
		return elements[int16](t)
	case domain.INT32:
		return elements[int32](t)
	case domain.INT64:
		return elements[int64](t)
	case domain.UINT8:
		return elements[uint8](t)
	case domain.UINT16:
		return elements[uint16](t)
	case domain.UINT32:
		return elements[uint32](t)
	case domain.UINT64:
		return elements[uint64](t)
	case domain.BYTES:
		return elements[string](t)
	default:
		return nil
	}
}

func elements[T domain.Element](t domain.Tensor) []T {
	data, _ := domain.Data[T](t)
	return data
}
