package onnxfile

import (
	"encoding/binary"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/portent-go/portent/domain"
)

// WriteTensor returns a tensor as a TensorProto, the format of ONNX's test
// vectors. ReadTensor gives it back, bit for bit. The zero Tensor, which is no
// tensor, gives a TensorProto without a datatype, which ReadTensor refuses.
func WriteTensor(name string, t domain.Tensor) []byte {
	var proto []byte
	for _, length := range t.Shape() {
		proto = appendInt(proto, 1, int64(length))
	}
	proto = appendInt(proto, 2, dataTypeOf(t.Datatype()))
	proto = appendText(proto, 8, name)
	if texts, ok := domain.Data[string](t); ok {
		for _, text := range texts {
			proto = appendText(proto, 6, text)
		}
		return proto
	}
	return appendMessage(proto, 9, rawBytes(t))
}

// dataTypeOf returns the TensorProto.DataType of a datatype, 0 for none.
func dataTypeOf(datatype domain.Datatype) int64 {
	for number, d := range datatypes {
		if d == datatype {
			return number
		}
	}
	return 0
}

// rawBytes returns the elements of a tensor of numbers, little-endian.
func rawBytes(t domain.Tensor) []byte {
	raw := make([]byte, 0, t.Len()*t.Datatype().Size())
	switch t.Datatype() {
	case domain.BOOL:
		return appendRaw[bool](raw, t)
	case domain.UINT8:
		return appendRaw[uint8](raw, t)
	case domain.INT8:
		return appendRaw[int8](raw, t)
	case domain.UINT16:
		return appendRaw[uint16](raw, t)
	case domain.INT16:
		return appendRaw[int16](raw, t)
	case domain.UINT32:
		return appendRaw[uint32](raw, t)
	case domain.INT32:
		return appendRaw[int32](raw, t)
	case domain.UINT64:
		return appendRaw[uint64](raw, t)
	case domain.INT64:
		return appendRaw[int64](raw, t)
	case domain.FP16:
		return appendRaw[domain.Float16](raw, t)
	case domain.BF16:
		return appendRaw[domain.BFloat16](raw, t)
	case domain.FP32:
		return appendRaw[float32](raw, t)
	default:
		return appendRaw[float64](raw, t)
	}
}

func appendRaw[T domain.Element](to []byte, t domain.Tensor) []byte {
	values, _ := domain.Data[T](t)
	raw, err := binary.Append(to, binary.LittleEndian, values)
	if err != nil {
		return to // cannot be: every element that is not a string has a fixed size
	}
	return raw
}

func appendInt(to []byte, number protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(to, number, protowire.VarintType), uint64(v))
}

func appendText(to []byte, number protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(to, number, protowire.BytesType), text)
}

func appendMessage(to []byte, number protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, number, protowire.BytesType), message)
}
