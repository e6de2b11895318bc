package openinference

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/portent-go/portent/domain"
)

// data writes a tensor's elements in one flat array.
func (w *writer) data(t NamedTensor) error {
	w.byte('[')
	if err := w.elements(t); err != nil {
		return err
	}
	w.byte(']')
	return nil
}

func (w *writer) elements(t NamedTensor) error {
	switch t.Tensor.Datatype() {
	case domain.FP32:
		return floats(w, t, elements[float32](t.Tensor), 32)
	case domain.FP64:
		return floats(w, t, elements[float64](t.Tensor), 64)
	case domain.BOOL:
		each(w, elements[bool](t.Tensor), strconv.AppendBool)
	case domain.INT8:
		signed(w, elements[int8](t.Tensor))
	case domain.INT16:
		signed(w, elements[int16](t.Tensor))
	case domain.INT32:
		signed(w, elements[int32](t.Tensor))
	case domain.INT64:
		signed(w, elements[int64](t.Tensor))
	case domain.UINT8:
		unsigned(w, elements[uint8](t.Tensor))
	case domain.UINT16:
		unsigned(w, elements[uint16](t.Tensor))
	case domain.UINT32:
		unsigned(w, elements[uint32](t.Tensor))
	case domain.UINT64:
		unsigned(w, elements[uint64](t.Tensor))
	case domain.BYTES:
		return w.texts(t)
	default:
		return &domain.Error{Kind: domain.Unsupported, Field: t.Name, Msg: fmt.Sprintf("is of datatype %v, which has no JSON form", t.Tensor.Datatype()), Hint: rawHint}
	}
	return nil
}

// each writes elements with commas between them.
func each[T domain.Element](w *writer, values []T, appendTo func([]byte, T) []byte) {
	for i, v := range values {
		if i > 0 {
			w.body = append(w.body, ',')
		}
		w.body = appendTo(w.body, v)
	}
}

func signed[T int8 | int16 | int32 | int64](w *writer, values []T) {
	each(w, values, func(body []byte, v T) []byte { return strconv.AppendInt(body, int64(v), 10) })
}

func unsigned[T uint8 | uint16 | uint32 | uint64](w *writer, values []T) {
	each(w, values, func(body []byte, v T) []byte { return strconv.AppendUint(body, uint64(v), 10) })
}

// floats writes numbers in the shortest form that reads back as the same bits.
func floats[T float32 | float64](w *writer, t NamedTensor, values []T, bits int) error {
	for i, v := range values {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return &domain.Error{Kind: domain.Invalid, Field: t.Name, Msg: fmt.Sprintf("holds %v as element %d, which JSON cannot hold", f, i), Expected: "finite numbers", Got: fmt.Sprint(f), Hint: rawHint}
		}
	}
	each(w, values, func(body []byte, v T) []byte { return strconv.AppendFloat(body, float64(v), 'g', -1, bits) })
	return nil
}

func (w *writer) texts(t NamedTensor) error {
	for i, text := range elements[string](t.Tensor) {
		if !utf8.ValidString(text) {
			return &domain.Error{Kind: domain.Invalid, Field: t.Name, Msg: fmt.Sprintf("holds bytes as element %d that are not UTF-8, which JSON cannot hold", i), Expected: "UTF-8", Got: "other bytes", Hint: rawHint}
		}
		if i > 0 {
			w.byte(',')
		}
		w.text(text)
	}
	return nil
}
