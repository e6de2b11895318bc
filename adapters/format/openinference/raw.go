package openinference

import (
	"encoding/binary"
	"fmt"
	"math"

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
	switch t.Datatype() {
	case domain.BYTES:
		return appendTexts(data, t)
	case domain.FP16:
		return appendHalves[domain.Float16](data, t), nil
	case domain.BF16:
		return appendHalves[domain.BFloat16](data, t), nil
	default:
		return appendNumbers(data, t)
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

func appendHalves[T domain.Float16 | domain.BFloat16](data []byte, t domain.Tensor) []byte {
	halves, _ := domain.Data[T](t)
	for _, half := range halves {
		data = binary.LittleEndian.AppendUint16(data, uint16(half))
	}
	return data
}

func appendNumbers(data []byte, t domain.Tensor) ([]byte, error) {
	numbers := numbersOf(t)
	if numbers == nil {
		return nil, domain.Errorf(domain.Internal, "a tensor of %v has no raw form", t.Datatype())
	}
	return binary.Append(data, binary.LittleEndian, numbers)
}

// numbersOf returns the elements as a slice that encoding/binary reads and writes
// as a whole, nil for datatypes that are no such numbers.
func numbersOf(t domain.Tensor) any {
	switch t.Datatype() {
	case domain.BOOL:
		return elements[bool](t)
	case domain.UINT8:
		return elements[uint8](t)
	case domain.UINT16:
		return elements[uint16](t)
	case domain.UINT32:
		return elements[uint32](t)
	case domain.UINT64:
		return elements[uint64](t)
	case domain.INT8:
		return elements[int8](t)
	case domain.INT16:
		return elements[int16](t)
	case domain.INT32:
		return elements[int32](t)
	case domain.INT64:
		return elements[int64](t)
	case domain.FP32:
		return elements[float32](t)
	case domain.FP64:
		return elements[float64](t)
	default:
		return nil
	}
}

func elements[T domain.Element](t domain.Tensor) []T {
	data, _ := domain.Data[T](t)
	return data
}

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
func fill(t domain.Tensor, data []byte) error {
	switch t.Datatype() {
	case domain.BOOL:
		return fillTruths(elements[bool](t), data)
	case domain.FP16:
		fillHalves(elements[domain.Float16](t), data)
		return nil
	case domain.BF16:
		fillHalves(elements[domain.BFloat16](t), data)
		return nil
	default:
		_, err := binary.Decode(data, binary.LittleEndian, numbersOf(t))
		return err
	}
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

func fillHalves[T domain.Float16 | domain.BFloat16](halves []T, data []byte) {
	for i := range halves {
		halves[i] = T(binary.LittleEndian.Uint16(data[2*i:]))
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
