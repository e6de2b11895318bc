package inferencepb

import (
	"fmt"

	"github.com/portent-go/portent/domain"
)

// readContents makes a tensor of the elements in the field of its datatype.
func readContents(spec domain.TensorSpec, c *InferTensorContents) (domain.Tensor, error) {
	switch spec.Datatype {
	case domain.BOOL:
		return copied(spec.Shape, c.GetBoolContents())
	case domain.INT8:
		return narrowed[int8](spec, c.GetIntContents())
	case domain.INT16:
		return narrowed[int16](spec, c.GetIntContents())
	case domain.INT32:
		return copied(spec.Shape, c.GetIntContents())
	case domain.INT64:
		return copied(spec.Shape, c.GetInt64Contents())
	case domain.UINT8:
		return narrowed[uint8](spec, c.GetUintContents())
	case domain.UINT16:
		return narrowed[uint16](spec, c.GetUintContents())
	case domain.UINT32:
		return copied(spec.Shape, c.GetUintContents())
	case domain.UINT64:
		return copied(spec.Shape, c.GetUint64Contents())
	case domain.FP32:
		return copied(spec.Shape, c.GetFp32Contents())
	case domain.FP64:
		return copied(spec.Shape, c.GetFp64Contents())
	default:
		texts := make([]string, len(c.GetBytesContents()))
		for i, text := range c.GetBytesContents() {
			texts[i] = string(text)
		}
		return domain.NewTensor(spec.Shape, texts)
	}
}

// copied makes a tensor of elements that stay the message's.
func copied[T domain.Element](shape domain.Shape, data []T) (domain.Tensor, error) {
	return domain.NewTensor(shape, append(make([]T, 0, len(data)), data...))
}

// narrowed makes a tensor of elements that are sent as a wider type.
func narrowed[T int8 | int16 | uint8 | uint16, W int32 | uint32](spec domain.TensorSpec, wide []W) (domain.Tensor, error) {
	data := make([]T, len(wide))
	for i, v := range wide {
		data[i] = T(v)
		if W(data[i]) != v {
			return domain.Tensor{}, &domain.Error{
				Kind: domain.Invalid, Msg: fmt.Sprintf("element %d is %d, which is out of range for %v", i, v, spec.Datatype),
				Expected: "a value in the range of " + spec.Datatype.String(), Got: fmt.Sprint(v),
			}
		}
	}
	return domain.NewTensor(spec.Shape, data)
}

// Contents returns a tensor's elements in the field of their datatype; they are
// shared with the tensor where they are of the same type. A datatype that can only
// be sent raw is an error of kind Invalid.
func Contents(t domain.Tensor) (*InferTensorContents, error) {
	c := new(InferTensorContents)
	switch t.Datatype() {
	case domain.BOOL:
		c.BoolContents, _ = domain.Data[bool](t)
	case domain.INT8:
		c.IntContents = widened[int32, int8](t)
	case domain.INT16:
		c.IntContents = widened[int32, int16](t)
	case domain.INT32:
		c.IntContents, _ = domain.Data[int32](t)
	case domain.INT64:
		c.Int64Contents, _ = domain.Data[int64](t)
	case domain.UINT8:
		c.UintContents = widened[uint32, uint8](t)
	case domain.UINT16:
		c.UintContents = widened[uint32, uint16](t)
	case domain.UINT32:
		c.UintContents, _ = domain.Data[uint32](t)
	case domain.UINT64:
		c.Uint64Contents, _ = domain.Data[uint64](t)
	case domain.FP32:
		c.Fp32Contents, _ = domain.Data[float32](t)
	case domain.FP64:
		c.Fp64Contents, _ = domain.Data[float64](t)
	case domain.BYTES:
		texts, _ := domain.Data[string](t)
		c.BytesContents = make([][]byte, len(texts))
		for i, text := range texts {
			c.BytesContents[i] = []byte(text)
		}
	default:
		return nil, domain.Errorf(domain.Invalid, "%v can only be sent raw", t.Datatype())
	}
	return c, nil
}

func widened[W int32 | uint32, T int8 | int16 | uint8 | uint16](t domain.Tensor) []W {
	data, _ := domain.Data[T](t)
	wide := make([]W, len(data))
	for i, v := range data {
		wide[i] = W(v)
	}
	return wide
}
