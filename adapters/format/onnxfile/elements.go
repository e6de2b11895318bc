package onnxfile

import (
	"encoding/binary"
	"math"

	"github.com/portent-go/portent/domain"
)

// rawTensor returns a tensor of little-endian elements, which are copied. The
// number of bytes has been checked.
func rawTensor(datatype domain.Datatype, shape domain.Shape, raw []byte) (domain.Tensor, error) {
	switch datatype {
	case domain.BOOL:
		return domain.NewTensor(shape, bools(raw))
	case domain.UINT8:
		return domain.NewTensor(shape, words8[uint8](raw))
	case domain.INT8:
		return domain.NewTensor(shape, words8[int8](raw))
	case domain.UINT16:
		return domain.NewTensor(shape, words16[uint16](raw))
	case domain.INT16:
		return domain.NewTensor(shape, words16[int16](raw))
	case domain.FP16:
		return domain.NewTensor(shape, words16[domain.Float16](raw))
	case domain.BF16:
		return domain.NewTensor(shape, words16[domain.BFloat16](raw))
	case domain.UINT32:
		return domain.NewTensor(shape, words32[uint32](raw))
	case domain.INT32:
		return domain.NewTensor(shape, words32[int32](raw))
	case domain.UINT64:
		return domain.NewTensor(shape, words64[uint64](raw))
	case domain.INT64:
		return domain.NewTensor(shape, words64[int64](raw))
	case domain.FP32:
		return domain.NewTensor(shape, float32s(raw))
	default:
		return domain.NewTensor(shape, float64s(raw))
	}
}

// One loop a width, and not one loop over a conversion handed in: a call for
// each element would make loading a large model several times slower.

func bools(raw []byte) []bool {
	values := make([]bool, len(raw))
	for i, b := range raw {
		values[i] = b != 0
	}
	return values
}

func words8[T uint8 | int8](raw []byte) []T {
	values := make([]T, len(raw))
	for i, b := range raw {
		values[i] = T(b)
	}
	return values
}

func words16[T uint16 | int16 | domain.Float16 | domain.BFloat16](raw []byte) []T {
	values := make([]T, len(raw)/2)
	for i := range values {
		values[i] = T(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return values
}

func words32[T uint32 | int32](raw []byte) []T {
	values := make([]T, len(raw)/4)
	for i := range values {
		values[i] = T(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return values
}

func words64[T uint64 | int64](raw []byte) []T {
	values := make([]T, len(raw)/8)
	for i := range values {
		values[i] = T(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return values
}

func float32s(raw []byte) []float32 {
	values := make([]float32, len(raw)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return values
}

func float64s(raw []byte) []float64 {
	values := make([]float64, len(raw)/8)
	for i := range values {
		values[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return values
}
