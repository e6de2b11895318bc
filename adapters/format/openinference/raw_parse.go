package openinference

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/portent-go/portent/domain"
)

// ParseRaw makes a tensor of its raw form, which must hold exactly the shape's
// elements. The data is not kept. Another length, or a BOOL that is neither 0 nor
// 1, is an error of kind Invalid.
func ParseRaw(datatype domain.Datatype, shape domain.Shape, data []byte) (domain.Tensor, error) {
	if datatype == domain.BYTES {
		return parseTexts(shape, data)
	}
	n, err := shape.Elements()
	if err != nil {
		return domain.Tensor{}, err
	}
	if size := datatype.Size(); n > math.MaxInt/max(size, 1) || len(data) != n*size {
		return domain.Tensor{}, &domain.Error{
			Kind: domain.Invalid, Msg: fmt.Sprintf("has %d bytes, %v of shape %v takes %d elements of %d", len(data), datatype, shape, n, size),
			Expected: fmt.Sprintf("%d elements of %d bytes", n, size), Got: fmt.Sprintf("%d bytes", len(data)),
		}
	}
	t, err := domain.MakeTensor(datatype, shape)
	if err != nil {
		return domain.Tensor{}, err
	}
	if err := fill(t, data); err != nil {
		return domain.Tensor{}, err
	}
	return t, nil
}

// fill sets a tensor's elements, for which data has been found to be long enough.
// encoding/binary could do the same, with a call through an interface for each.
func fill(t domain.Tensor, data []byte) error {
	switch t.Datatype() {
	case domain.BOOL:
		return fillTruths(elements[bool](t), data)
	case domain.UINT8:
		copy(elements[uint8](t), data)
	case domain.INT8:
		fill8(elements[int8](t), data)
	case domain.UINT16:
		fill16(elements[uint16](t), data)
	case domain.INT16:
		fill16(elements[int16](t), data)
	case domain.FP16:
		fill16(elements[domain.Float16](t), data)
	case domain.BF16:
		fill16(elements[domain.BFloat16](t), data)
	case domain.UINT32:
		fill32(elements[uint32](t), data)
	case domain.INT32:
		fill32(elements[int32](t), data)
	case domain.UINT64:
		fill64(elements[uint64](t), data)
	case domain.INT64:
		fill64(elements[int64](t), data)
	case domain.FP32:
		fillFP32(elements[float32](t), data)
	case domain.FP64:
		fillFP64(elements[float64](t), data)
	}
	return nil
}

func fillTruths(truths []bool, data []byte) error {
	for i, b := range data {
		if b > 1 {
			return &domain.Error{Kind: domain.Invalid, Msg: fmt.Sprintf("has a BOOL that is %d, at byte %d", b, i), Expected: "0 or 1", Got: fmt.Sprint(b)}
		}
		truths[i] = b == 1
	}
	return nil
}

func fill8(values []int8, data []byte) {
	for i, b := range data {
		values[i] = int8(b)
	}
}

func fill16[T uint16 | int16 | domain.Float16 | domain.BFloat16](values []T, data []byte) {
	for i := range values {
		values[i] = T(binary.LittleEndian.Uint16(data[2*i:]))
	}
}

func fill32[T uint32 | int32](values []T, data []byte) {
	for i := range values {
		values[i] = T(binary.LittleEndian.Uint32(data[4*i:]))
	}
}

func fill64[T uint64 | int64](values []T, data []byte) {
	for i := range values {
		values[i] = T(binary.LittleEndian.Uint64(data[8*i:]))
	}
}

func fillFP32(values []float32, data []byte) {
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
	}
}

func fillFP64(values []float64, data []byte) {
	for i := range values {
		values[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
	}
}

// parseTexts reads BYTES elements, each behind its length.
func parseTexts(shape domain.Shape, data []byte) (domain.Tensor, error) {
	n, err := shape.Elements()
	if err != nil {
		return domain.Tensor{}, err
	}
	fail := func(format string, args ...any) (domain.Tensor, error) {
		return domain.Tensor{}, &domain.Error{Kind: domain.Invalid, Msg: fmt.Sprintf(format, args...), Expected: fmt.Sprintf("%d BYTES elements, each behind its length", n)}
	}
	if n > len(data)/lengthBytes {
		return fail("has %d bytes, too few for %d BYTES elements", len(data), n)
	}
	texts := make([]string, n)
	at := 0
	for i := range texts {
		if len(data)-at < lengthBytes {
			return fail("ends before the length of element %d", i)
		}
		length := uint64(binary.LittleEndian.Uint32(data[at:]))
		at += lengthBytes
		if length > uint64(len(data)-at) {
			return fail("element %d should have %d bytes, %d are left", i, length, len(data)-at)
		}
		texts[i] = string(data[at : at+int(length)])
		at += int(length)
	}
	if at != len(data) {
		return fail("has %d bytes behind its last element", len(data)-at)
	}
	return domain.NewTensor(shape, texts)
}
