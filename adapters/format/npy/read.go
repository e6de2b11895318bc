package npy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/portent-go/portent/domain"
)

// magic is what every file begins with.
const magic = "\x93NUMPY"

// Recognised reports whether data begins as an array of NumPy's does.
func Recognised(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }

// Read returns the array in a file that numpy.save wrote, with its elements in C
// order. What is damaged is an error of kind Invalid, a dtype that is not known
// here one of kind Unsupported. The bytes are not kept.
func Read(data []byte) (domain.Tensor, error) {
	h, body, err := readHeader(data)
	if err != nil {
		return domain.Tensor{}, err
	}
	n, err := h.shape.Elements()
	if err != nil {
		return domain.Tensor{}, &domain.Error{Kind: domain.Invalid, Field: field, Msg: "has an impossible shape", Err: err}
	}
	if size := h.dtype.size; n > math.MaxInt/size || n*size != len(body) {
		return domain.Tensor{}, &domain.Error{
			Kind: domain.Invalid, Field: field, Msg: fmt.Sprintf("%s of shape %v does not take the %d bytes that the file holds", h.dtype, h.shape, len(body)),
			Expected: fmt.Sprintf("%d elements of %d bytes", n, size), Got: fmt.Sprintf("%d bytes", len(body)),
		}
	}
	return h.tensor(body, n)
}

// field is what errors are about.
const field = "array"

// tensor reads n elements, which body holds to the byte.
func (h header) tensor(body []byte, n int) (domain.Tensor, error) {
	order := h.dtype.order
	switch h.dtype.kind {
	case 'b':
		return read(h, body, n, truth)
	case 'S':
		return read(h, body, n, func(b []byte) (string, error) { return string(bytes.TrimRight(b, "\x00")), nil })
	case 'U':
		return read(h, body, n, func(b []byte) (string, error) { return text(b, order) })
	case 'i':
		return h.signed(body, n)
	case 'u':
		return h.unsigned(body, n)
	default:
		return h.floating(body, n)
	}
}

func (h header) signed(body []byte, n int) (domain.Tensor, error) {
	order := h.dtype.order
	switch h.dtype.size {
	case 1:
		return read(h, body, n, func(b []byte) (int8, error) { return int8(b[0]), nil })
	case 2:
		return read(h, body, n, func(b []byte) (int16, error) { return int16(order.Uint16(b)), nil })
	case 4:
		return read(h, body, n, func(b []byte) (int32, error) { return int32(order.Uint32(b)), nil })
	default:
		return read(h, body, n, func(b []byte) (int64, error) { return int64(order.Uint64(b)), nil })
	}
}

func (h header) unsigned(body []byte, n int) (domain.Tensor, error) {
	order := h.dtype.order
	switch h.dtype.size {
	case 1:
		return read(h, body, n, func(b []byte) (uint8, error) { return b[0], nil })
	case 2:
		return read(h, body, n, func(b []byte) (uint16, error) { return order.Uint16(b), nil })
	case 4:
		return read(h, body, n, func(b []byte) (uint32, error) { return order.Uint32(b), nil })
	default:
		return read(h, body, n, func(b []byte) (uint64, error) { return order.Uint64(b), nil })
	}
}

func (h header) floating(body []byte, n int) (domain.Tensor, error) {
	order := h.dtype.order
	switch h.dtype.size {
	case 2:
		return read(h, body, n, func(b []byte) (domain.Float16, error) { return domain.Float16(order.Uint16(b)), nil })
	case 4:
		return read(h, body, n, func(b []byte) (float32, error) { return math.Float32frombits(order.Uint32(b)), nil })
	default:
		return read(h, body, n, func(b []byte) (float64, error) { return math.Float64frombits(order.Uint64(b)), nil })
	}
}

// read reads elements in the order of the file, and puts each to where C order has
// it.
func read[T domain.Element](h header, body []byte, n int, element func([]byte) (T, error)) (domain.Tensor, error) {
	values, size := make([]T, n), h.dtype.size
	place := placesOf(h)
	for i := range values {
		value, err := element(body[i*size : (i+1)*size])
		if err != nil {
			return domain.Tensor{}, &domain.Error{Kind: domain.Invalid, Field: field, Msg: fmt.Sprintf("element %d in the file", i), Err: err}
		}
		values[place(i)] = value
	}
	return domain.NewTensor(h.shape, values)
}

// placesOf returns where elements go, asked for one after the other.
func placesOf(h header) func(i int) int {
	if !h.fortran {
		return func(i int) int { return i }
	}
	at, strides := make([]int, len(h.shape)), make([]int, len(h.shape))
	stride := 1
	for axis := len(h.shape) - 1; axis >= 0; axis-- {
		strides[axis] = stride
		stride *= h.shape[axis]
	}
	place := 0
	return func(int) int {
		here := place
		for axis := range at { // the first one varies fastest
			at[axis]++
			place += strides[axis]
			if at[axis] < h.shape[axis] {
				break
			}
			place -= at[axis] * strides[axis]
			at[axis] = 0
		}
		return here
	}
}

func truth(b []byte) (bool, error) {
	if b[0] > 1 {
		return false, fmt.Errorf("is %d, expected 0 or 1", b[0])
	}
	return b[0] == 1, nil
}

// text returns UTF-32 as UTF-8.
func text(b []byte, order binary.ByteOrder) (string, error) {
	runes := make([]rune, 0, len(b)/4)
	for ; len(b) > 0; b = b[4:] {
		r := order.Uint32(b)
		if r > 0x10ffff || r >= 0xd800 && r < 0xe000 {
			return "", fmt.Errorf("holds %#x, which is no character", r)
		}
		runes = append(runes, rune(r))
	}
	for len(runes) > 0 && runes[len(runes)-1] == 0 {
		runes = runes[:len(runes)-1]
	}
	return string(runes), nil
}
