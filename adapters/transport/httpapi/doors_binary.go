package httpapi

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"strings"

	"github.com/portent-go/portent/domain"
)

// readBinary reads tensors as their elements' bytes, little-endian, row by row.
func (h *view) readBinary(body []byte, in *inputs) error {
	size := h.input.Datatype.Size()
	if size == 0 || !h.input.Shape.Static() {
		return invalid("", fmt.Sprintf("the model takes %v %v, whose shape the bytes alone do not tell", h.input.Datatype, h.input.Shape), typeJSON, typeBinary, "send it as JSON")
	}
	n, err := h.input.Shape.Elements()
	if err != nil {
		return err
	}
	rows, err := h.rowsOf(body, n*size, in.quantity)
	if err != nil {
		return err
	}
	shape := append(domain.Shape{rows}, h.input.Shape...)
	if in.tensor, err = decodeBinary(h.input.Datatype, shape, body); err == nil {
		in.warnings = h.warnings(in.tensor)
	}
	return err
}

// rowsOf returns how many inputs of rowBytes each the body holds.
func (h *view) rowsOf(body []byte, rowBytes int, q quantity) (int, error) {
	rows := len(body) / rowBytes
	if len(body)%rowBytes != 0 || (q == oneInput && rows != 1) {
		expected := fmt.Sprintf("%d bytes (%v %v)", rowBytes, h.input.Datatype, h.input.Shape)
		if q == manyInputs {
			expected = "a multiple of " + expected
		}
		msg := fmt.Sprintf("the body has %d bytes, expected %s", len(body), expected)
		return 0, invalid("", msg, expected, fmt.Sprintf("%d bytes", len(body)), h.lengthHint(body, rowBytes))
	}
	if rows > h.options.MaxBatch {
		return 0, batchTooLarge(h.options.MaxBatch)
	}
	return rows, nil
}

// lengthHint recognises what else the bytes may be.
func (h *view) lengthHint(body []byte, rowBytes int) string {
	elements := rowBytes / h.input.Datatype.Size()
	switch {
	case strings.HasPrefix(http.DetectContentType(body), imageRange):
		return "the body looks like a picture: send it with its own Content-Type, such as image/png"
	case bytes.HasPrefix(body, []byte("\x93NUMPY")):
		return "the body looks like a .npy file: send array.tobytes() only"
	case body[0] == '{' || body[0] == '[':
		return "the body looks like JSON: send it as application/json"
	case len(body) == 8*elements:
		return fmt.Sprintf("eight bytes a value: if it is FP64, convert it to %v; if it is many inputs, send them to /predict/batch", h.input.Datatype)
	case len(body)%rowBytes == 0:
		return "send many inputs to /predict/batch"
	case len(body) == elements:
		return fmt.Sprintf("one byte a value: it looks like UINT8; the model takes %v", h.input.Datatype)
	default:
		return ""
	}
}

// decodeBinary makes a tensor of its bytes.
func decodeBinary(datatype domain.Datatype, shape domain.Shape, body []byte) (domain.Tensor, error) {
	switch datatype {
	case domain.FP32:
		return float32s(shape, body)
	case domain.FP64:
		return fromBytes(shape, body, func(b []byte) (float64, bool) {
			v := math.Float64frombits(binary.LittleEndian.Uint64(b))
			return v, v-v == 0 // not so for NaN and infinity
		})
	case domain.FP16:
		return fromBytes(shape, body, func(b []byte) (domain.Float16, bool) {
			v := domain.Float16(binary.LittleEndian.Uint16(b))
			return v, v.Float32()-v.Float32() == 0
		})
	case domain.BF16:
		return fromBytes(shape, body, func(b []byte) (domain.BFloat16, bool) {
			v := domain.BFloat16(binary.LittleEndian.Uint16(b))
			return v, v.Float32()-v.Float32() == 0
		})
	case domain.BOOL:
		return fromBytes(shape, body, func(b []byte) (value, ok bool) { return b[0] == 1, b[0] <= 1 })
	default:
		return integersFromBytes(datatype, shape, body)
	}
}

// float32s is fromBytes without a call for each element, since most models take
// FP32.
func float32s(shape domain.Shape, body []byte) (domain.Tensor, error) {
	data := make([]float32, len(body)/4)
	allFinite := true
	for i := range data {
		v := math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:]))
		data[i] = v
		if v-v != 0 {
			allFinite = false
		}
	}
	if allFinite {
		return domain.NewTensor(shape, data)
	}
	return fromBytes(shape, body, func(b []byte) (float32, bool) { // finds the one at fault
		v := math.Float32frombits(binary.LittleEndian.Uint32(b))
		return v, v-v == 0
	})
}

func integersFromBytes(datatype domain.Datatype, shape domain.Shape, body []byte) (domain.Tensor, error) {
	switch datatype {
	case domain.INT8:
		return fromBytes(shape, body, func(b []byte) (int8, bool) { return int8(b[0]), true })
	case domain.UINT8:
		return fromBytes(shape, body, func(b []byte) (uint8, bool) { return b[0], true })
	case domain.INT16:
		return fromBytes(shape, body, func(b []byte) (int16, bool) { return int16(binary.LittleEndian.Uint16(b)), true })
	case domain.UINT16:
		return fromBytes(shape, body, func(b []byte) (uint16, bool) { return binary.LittleEndian.Uint16(b), true })
	case domain.INT32:
		return fromBytes(shape, body, func(b []byte) (int32, bool) { return int32(binary.LittleEndian.Uint32(b)), true })
	case domain.UINT32:
		return fromBytes(shape, body, func(b []byte) (uint32, bool) { return binary.LittleEndian.Uint32(b), true })
	case domain.INT64:
		return fromBytes(shape, body, func(b []byte) (int64, bool) { return int64(binary.LittleEndian.Uint64(b)), true })
	case domain.UINT64:
		return fromBytes(shape, body, func(b []byte) (uint64, bool) { return binary.LittleEndian.Uint64(b), true })
	default:
		return domain.Tensor{}, domain.Errorf(domain.Unsupported, "a tensor of %v cannot be sent as bytes", datatype)
	}
}

// fromBytes decodes element after element. One that decode does not take is
// refused with its index.
func fromBytes[T domain.Element](shape domain.Shape, body []byte, decode func([]byte) (T, bool)) (domain.Tensor, error) {
	size := domain.DatatypeOf[T]().Size()
	data := make([]T, len(body)/size)
	for i := range data {
		element, ok := decode(body[i*size : i*size+size])
		if !ok {
			datatype, got := domain.DatatypeOf[T](), fmt.Sprintf("%v", element)
			if datatype == domain.BOOL {
				got = fmt.Sprint(body[i*size])
			}
			return domain.Tensor{}, invalid("", fmt.Sprintf("element %d (from 0, at byte %d) is %s", i, i*size, got), "a finite "+datatype.String(), got, "")
		}
		data[i] = element
	}
	return domain.NewTensor(shape, data)
}
