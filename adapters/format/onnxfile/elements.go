package onnxfile

import (
	"encoding/binary"
	"math"

	"github.com/portent-go/portent/domain"
)

// decode returns little-endian elements of a size in bytes.
func decode[T any](data []byte, size int, at func([]byte) T) []T {
	values := make([]T, len(data)/size)
	for i := range values {
		values[i] = at(data[i*size : i*size+size])
	}
	return values
}

func float32At(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
func float64At(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }

// rawTensor returns a tensor of little-endian elements. The number of bytes has
// been checked.
func rawTensor(datatype domain.Datatype, shape domain.Shape, data []byte) (domain.Tensor, error) {
	size := datatype.Size()
	switch datatype {
	case domain.BOOL:
		return domain.NewTensor(shape, decode(data, size, func(b []byte) bool { return b[0] != 0 }))
	case domain.UINT8:
		return domain.NewTensor(shape, decode(data, size, func(b []byte) uint8 { return b[0] }))
	case domain.INT8:
		return domain.NewTensor(shape, decode(data, size, func(b []byte) int8 { return int8(b[0]) }))
	case domain.UINT16:
		return domain.NewTensor(shape, decode(data, size, binary.LittleEndian.Uint16))
	case domain.INT16:
		return domain.NewTensor(shape, decode(data, size, func(b []byte) int16 { return int16(binary.LittleEndian.Uint16(b)) }))
	case domain.UINT32:
		return domain.NewTensor(shape, decode(data, size, binary.LittleEndian.Uint32))
	case domain.INT32:
		return domain.NewTensor(shape, decode(data, size, func(b []byte) int32 { return int32(binary.LittleEndian.Uint32(b)) }))
	case domain.UINT64:
		return domain.NewTensor(shape, decode(data, size, binary.LittleEndian.Uint64))
	case domain.INT64:
		return domain.NewTensor(shape, decode(data, size, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }))
	case domain.FP16:
		return domain.NewTensor(shape, decode(data, size, func(b []byte) domain.Float16 { return domain.Float16(binary.LittleEndian.Uint16(b)) }))
	case domain.BF16:
		return domain.NewTensor(shape, decode(data, size, func(b []byte) domain.BFloat16 { return domain.BFloat16(binary.LittleEndian.Uint16(b)) }))
	case domain.FP32:
		return domain.NewTensor(shape, decode(data, size, float32At))
	default:
		return domain.NewTensor(shape, decode(data, size, float64At))
	}
}

// narrow converts the 32-bit integers in which the format keeps smaller types.
func narrow[T domain.Element](values []int64, convert func(int64) T) []T {
	narrowed := make([]T, len(values))
	for i, v := range values {
		narrowed[i] = convert(v)
	}
	return narrowed
}

// integerTensor returns a tensor of a datatype that the format keeps as
// integers.
func integerTensor(datatype domain.Datatype, shape domain.Shape, v []int64) (domain.Tensor, error) {
	switch datatype {
	case domain.BOOL:
		return domain.NewTensor(shape, narrow(v, func(i int64) bool { return i != 0 }))
	case domain.UINT8:
		return domain.NewTensor(shape, narrow(v, func(i int64) uint8 { return uint8(i) }))
	case domain.INT8:
		return domain.NewTensor(shape, narrow(v, func(i int64) int8 { return int8(i) }))
	case domain.UINT16:
		return domain.NewTensor(shape, narrow(v, func(i int64) uint16 { return uint16(i) }))
	case domain.INT16:
		return domain.NewTensor(shape, narrow(v, func(i int64) int16 { return int16(i) }))
	case domain.UINT32:
		return domain.NewTensor(shape, narrow(v, func(i int64) uint32 { return uint32(i) }))
	case domain.INT32:
		return domain.NewTensor(shape, narrow(v, func(i int64) int32 { return int32(i) }))
	case domain.UINT64:
		return domain.NewTensor(shape, narrow(v, func(i int64) uint64 { return uint64(i) }))
	case domain.INT64:
		return domain.NewTensor(shape, v)
	case domain.FP16:
		return domain.NewTensor(shape, narrow(v, func(i int64) domain.Float16 { return domain.Float16(i) }))
	default:
		return domain.NewTensor(shape, narrow(v, func(i int64) domain.BFloat16 { return domain.BFloat16(i) }))
	}
}
