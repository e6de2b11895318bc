package jsontensor

import (
	"fmt"
	"strconv"

	"github.com/portent-go/portent/domain"
)

// values are the elements of a tensor as far as they have been read.
type values interface {
	// grow makes room for n more elements.
	grow(n int)
	// row reads an array of elements, the bracket being at the position, and
	// returns how many it holds. It keeps no more than limit of them, all if
	// limit is negative.
	row(d *Decoder, limit int) (int, error)
	// tensor returns the elements as a tensor.
	tensor(shape domain.Shape) (domain.Tensor, error)
}

// newValues returns values of a datatype, nil for one that JSON cannot hold.
func newValues(datatype domain.Datatype) values {
	switch datatype {
	case domain.FP32:
		return &elements[float32]{read: readFloat32}
	case domain.FP64:
		return &elements[float64]{read: readFloat64}
	case domain.INT8:
		return &elements[int8]{read: readInt[int8](8)}
	case domain.INT16:
		return &elements[int16]{read: readInt[int16](16)}
	case domain.INT32:
		return &elements[int32]{read: readInt[int32](32)}
	case domain.INT64:
		return &elements[int64]{read: readInt[int64](64)}
	case domain.UINT8:
		return &elements[uint8]{read: readUint[uint8](8)}
	case domain.UINT16:
		return &elements[uint16]{read: readUint[uint16](16)}
	case domain.UINT32:
		return &elements[uint32]{read: readUint[uint32](32)}
	case domain.UINT64:
		return &elements[uint64]{read: readUint[uint64](64)}
	case domain.BOOL:
		return &elements[bool]{read: readBool}
	case domain.BYTES:
		return &elements[string]{read: readString}
	default: // FP16 and BF16: the Open Inference Protocol gives them no JSON form
		return nil
	}
}

// readFloat32 and its like read one element. They return false, and leave the
// position where it is, if the value there is not one of the datatype; they
// need not find out why.
func readFloat32(d *Decoder) (float32, bool) {
	n, end := scanNumber(d.data, d.pos)
	if end < 0 {
		return 0, false
	}
	f, ok := n.float32(d.data[d.pos:end])
	if ok {
		d.pos = end
	}
	return f, ok
}

func readFloat64(d *Decoder) (float64, bool) {
	_, end := scanNumber(d.data, d.pos)
	if end < 0 {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(d.data[d.pos:end]), 64)
	if err != nil {
		return 0, false
	}
	d.pos = end
	return f, true
}

func readInt[T int8 | int16 | int32 | int64](bits int) func(*Decoder) (T, bool) {
	return func(d *Decoder) (T, bool) {
		n, end := scanNumber(d.data, d.pos)
		if end < 0 || !n.whole {
			return 0, false
		}
		i, err := strconv.ParseInt(string(d.data[d.pos:end]), 10, bits)
		if err != nil {
			return 0, false
		}
		d.pos = end
		return T(i), true
	}
}

func readUint[T uint8 | uint16 | uint32 | uint64](bits int) func(*Decoder) (T, bool) {
	return func(d *Decoder) (T, bool) {
		n, end := scanNumber(d.data, d.pos)
		if end < 0 || !n.whole {
			return 0, false
		}
		i, err := strconv.ParseUint(string(d.data[d.pos:end]), 10, bits)
		if err != nil {
			return 0, false
		}
		d.pos = end
		return T(i), true
	}
}

func readBool(d *Decoder) (value, ok bool) {
	if d.literal("true") {
		return true, true
	}
	return false, d.literal("false")
}

func readString(d *Decoder) (string, bool) {
	if d.byte() != '"' {
		return "", false
	}
	start := d.pos
	text, err := d.text()
	if err != nil {
		d.pos = start
		return "", false
	}
	return string(text), true
}

// elementName returns what one element of a datatype is in JSON.
func elementName(datatype domain.Datatype) string {
	switch datatype {
	case domain.FP32, domain.FP64:
		return "a number"
	case domain.BOOL:
		return "true or false"
	case domain.BYTES:
		return "a string"
	default:
		return "a whole number"
	}
}

// notElement says why the value at the position is not an element.
func (d *Decoder) notElement(datatype domain.Datatype) error {
	expected := elementName(datatype)
	_, end := scanNumber(d.data, d.pos)
	if end < 0 || datatype == domain.BOOL || datatype == domain.BYTES {
		return d.other(expected)
	}
	text := shortNumber(d.data[d.pos:end])
	if datatype == domain.FP32 || datatype == domain.FP64 {
		return d.Refuse(fmt.Sprintf("is %s, too large for %v", text, datatype), "a number that "+datatype.String()+" can hold", text, "")
	}
	return d.Refuse(fmt.Sprintf("is %s, not a whole number that %v can hold", text, datatype), "a "+datatype.String(), text, "")
}

func shortNumber(text []byte) string {
	if len(text) > maxQuoted {
		return string(text[:maxQuoted]) + "..."
	}
	return string(text)
}
