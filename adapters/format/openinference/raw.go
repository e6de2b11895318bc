package openinference

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/portent-go/portent/domain"
)

// RawSize returns the bytes that a tensor takes in raw form.
func RawSize(t domain.Tensor) int {
	texts, ok := domain.Data[string](t)
	if !ok {
		return t.Len() * t.Datatype().Size()
	}
	size := 0
	for _, text := range texts {
		size += lengthBytes + len(text)
	}
	return size
}

// lengthBytes are the bytes before each BYTES element that tell its length.
const lengthBytes = 4

// AppendRaw appends a tensor's elements in row-major order to data: little-endian,
// BOOL as a byte each, a BYTES element behind its length as a uint32. A BYTES
// element of 4 GiB or more is an error of kind Invalid.
func AppendRaw(data []byte, t domain.Tensor) ([]byte, error) {
	data = slices.Grow(data, RawSize(t))
	switch t.Datatype() {
	case domain.BYTES:
		return appendTexts(data, t)
	case domain.BOOL:
		return appendTruths(data, elements[bool](t)), nil
	case domain.UINT8:
		return append(data, elements[uint8](t)...), nil
	case domain.INT8:
		return append8(data, elements[int8](t)), nil
	case domain.UINT16:
		return append16(data, elements[uint16](t)), nil
	case domain.INT16:
		return append16(data, elements[int16](t)), nil
	case domain.FP16:
		return append16(data, elements[domain.Float16](t)), nil
	case domain.BF16:
		return append16(data, elements[domain.BFloat16](t)), nil
	case domain.UINT32:
		return append32(data, elements[uint32](t)), nil
	case domain.INT32:
		return append32(data, elements[int32](t)), nil
	case domain.UINT64:
		return append64(data, elements[uint64](t)), nil
	case domain.INT64:
		return append64(data, elements[int64](t)), nil
	case domain.FP32:
		return appendFP32(data, elements[float32](t)), nil
	case domain.FP64:
		return appendFP64(data, elements[float64](t)), nil
	default:
		return nil, domain.Errorf(domain.Internal, "a tensor of %v has no raw form", t.Datatype())
	}
}

func appendTexts(data []byte, t domain.Tensor) ([]byte, error) {
	texts, _ := domain.Data[string](t)
	for i, text := range texts {
		if uint64(len(text)) > math.MaxUint32 {
			return nil, domain.Errorf(domain.Invalid, "element %d has %d bytes, at most %d can be sent", i, len(text), uint32(math.MaxUint32))
		}
		data = binary.LittleEndian.AppendUint32(data, uint32(len(text)))
		data = append(data, text...)
	}
	return data, nil
}

func appendTruths(data []byte, truths []bool) []byte {
	for _, truth := range truths {
		b := byte(0)
		if truth {
			b = 1
		}
		data = append(data, b)
	}
	return data
}

func append8(data []byte, values []int8) []byte {
	for _, v := range values {
		data = append(data, byte(v))
	}
	return data
}

func append16[T uint16 | int16 | domain.Float16 | domain.BFloat16](data []byte, values []T) []byte {
	for _, v := range values {
		data = binary.LittleEndian.AppendUint16(data, uint16(v))
	}
	return data
}

func append32[T uint32 | int32](data []byte, values []T) []byte {
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, uint32(v))
	}
	return data
}

func append64[T uint64 | int64](data []byte, values []T) []byte {
	for _, v := range values {
		data = binary.LittleEndian.AppendUint64(data, uint64(v))
	}
	return data
}

func appendFP32(data []byte, values []float32) []byte {
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return data
}

func appendFP64(data []byte, values []float64) []byte {
	for _, v := range values {
		data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
	}
	return data
}

func elements[T domain.Element](t domain.Tensor) []T {
	data, _ := domain.Data[T](t)
	return data
}
