package onnxfile

import "github.com/portent-go/portent/domain"

// integerTensor returns a tensor of a datatype that the format keeps as 32- or
// 64-bit integers; 16-bit floats are kept as their bits. A value that does not
// fit the datatype is an error of kind Invalid.
func integerTensor(where string, datatype domain.Datatype, shape domain.Shape, v []int64) (domain.Tensor, error) {
	switch datatype {
	case domain.BOOL:
		return boolTensor(shape, v)
	case domain.UINT8:
		return narrowTensor[uint8](where, shape, v)
	case domain.INT8:
		return narrowTensor[int8](where, shape, v)
	case domain.UINT16:
		return narrowTensor[uint16](where, shape, v)
	case domain.INT16:
		return narrowTensor[int16](where, shape, v)
	case domain.FP16:
		return narrowTensor[domain.Float16](where, shape, v)
	case domain.BF16:
		return narrowTensor[domain.BFloat16](where, shape, v)
	case domain.UINT32:
		return narrowTensor[uint32](where, shape, v)
	case domain.INT32:
		return narrowTensor[int32](where, shape, v)
	case domain.UINT64:
		return narrowTensor[uint64](where, shape, v)
	default:
		return domain.NewTensor(shape, v)
	}
}

func boolTensor(shape domain.Shape, v []int64) (domain.Tensor, error) {
	values := make([]bool, len(v))
	for i, n := range v {
		values[i] = n != 0
	}
	return domain.NewTensor(shape, values)
}

type narrower interface {
	uint8 | int8 | uint16 | int16 | uint32 | int32 | uint64 | domain.Float16 | domain.BFloat16
}

func narrowTensor[T narrower](where string, shape domain.Shape, v []int64) (domain.Tensor, error) {
	values := make([]T, len(v))
	for i, n := range v {
		values[i] = T(n)
		if int64(values[i]) != n { // holds for a uint64 above MaxInt64, too: both wrap the same way
			return domain.Tensor{}, invalid(where, "element %d is %d, which %v cannot hold", i, n, domain.DatatypeOf[T]())
		}
	}
	return domain.NewTensor(shape, values)
}
