package onnxfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/portent-go/portent/domain"
)

// field is one field of a protobuf message.
type field struct {
	number protowire.Number
	kind   protowire.Type
	bits   uint64 // of a varint or fixed-width field
	bytes  []byte // of a length-delimited field
	where  string // the message it is in, for errors
}

// fields calls visit for each field of a message. Fields that visit does not
// know are for it to skip, as protobuf wants.
func fields(message []byte, where string, visit func(field) error) error {
	for at := 0; at < len(message); {
		f, n, err := readField(message[at:], where)
		if err != nil {
			return invalid(where, "the file is truncated or damaged: byte %d here: %v", at, err)
		}
		if err := visit(f); err != nil {
			return err
		}
		at += n
	}
	return nil
}

func readField(data []byte, where string) (field, int, error) {
	number, kind, tag := protowire.ConsumeTag(data)
	if tag < 0 {
		return field{}, 0, protowire.ParseError(tag)
	}
	f := field{number: number, kind: kind, where: where}
	var n int
	switch kind {
	case protowire.VarintType:
		f.bits, n = protowire.ConsumeVarint(data[tag:])
	case protowire.Fixed32Type:
		var bits uint32
		bits, n = protowire.ConsumeFixed32(data[tag:])
		f.bits = uint64(bits)
	case protowire.Fixed64Type:
		f.bits, n = protowire.ConsumeFixed64(data[tag:])
	case protowire.BytesType:
		f.bytes, n = protowire.ConsumeBytes(data[tag:])
	default:
		n = protowire.ConsumeFieldValue(number, kind, data[tag:])
	}
	if n < 0 {
		return field{}, 0, protowire.ParseError(n)
	}
	return f, tag + n, nil
}

// count returns how many fields of a number a message has, so that room for a
// long list is made once. A damaged message is for fields to report.
func count(message []byte, number protowire.Number) (n int) {
	for len(message) > 0 {
		found, kind, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			break
		}
		length := protowire.ConsumeFieldValue(found, kind, message[tag:])
		if length < 0 {
			break
		}
		if found == number {
			n++
		}
		message = message[tag+length:]
	}
	return n
}

// text sets a string field, which must be UTF-8: names end up in answers and
// logs.
func (f field) text(to *string) error {
	if f.kind != protowire.BytesType || !utf8.Valid(f.bytes) {
		return f.isNot("a text")
	}
	*to = string(f.bytes)
	return nil
}

// texts appends a repeated string field.
func (f field) texts(to []string) ([]string, error) {
	var text string
	err := f.text(&text)
	return append(to, text), err
}

// octets returns a field of any bytes.
func (f field) octets() (string, error) {
	if f.kind != protowire.BytesType {
		return "", f.isNot("bytes")
	}
	return string(f.bytes), nil
}

// integer sets a signed integer field.
func (f field) integer(to *int64) error {
	if f.kind != protowire.VarintType {
		return f.isNot("an integer")
	}
	*to = int64(f.bits)
	return nil
}

// float sets a float field.
func (f field) float(to *float32) error {
	if f.kind != protowire.Fixed32Type {
		return f.isNot("a float")
	}
	*to = math.Float32frombits(uint32(f.bits))
	return nil
}

// message reads a field that holds another message.
func (f field) message(read func([]byte) error) error {
	if f.kind != protowire.BytesType {
		return f.isNot("a message")
	}
	return read(f.bytes)
}

// once is message for a field that may be there once only. Protobuf would merge
// two, which no exporter means.
func (f field) once(seen bool, read func([]byte) error) error {
	if seen {
		return invalid(f.where, "field %d is there twice", f.number)
	}
	return f.message(read)
}

func (f field) isNot(want string) error {
	return invalid(f.where, "the file is damaged: field %d is not %s", f.number, want)
}

// integers appends a repeated integer field, packed or not.
func (f field) integers(to []int64) ([]int64, error) {
	if f.kind == protowire.VarintType {
		return append(to, int64(f.bits)), nil
	}
	if f.kind != protowire.BytesType {
		return nil, f.isNot("integers")
	}
	to = slices.Grow(to, countVarints(f.bytes))
	for data := f.bytes; len(data) > 0; {
		v, n := protowire.ConsumeVarint(data)
		if n < 0 {
			return nil, f.isNot("integers")
		}
		to, data = append(to, int64(v)), data[n:]
	}
	return to, nil
}

// countVarints returns how many integers end in data.
func countVarints(data []byte) (n int) {
	for _, b := range data {
		if b < 0x80 {
			n++
		}
	}
	return n
}

// floats appends a repeated float field, packed or not.
func (f field) floats(to []float32) ([]float32, error) {
	if f.kind == protowire.Fixed32Type {
		return append(to, math.Float32frombits(uint32(f.bits))), nil
	}
	if f.kind != protowire.BytesType || len(f.bytes)%4 != 0 {
		return nil, f.isNot("floats")
	}
	to = slices.Grow(to, len(f.bytes)/4)
	for data := f.bytes; len(data) > 0; data = data[4:] {
		to = append(to, math.Float32frombits(binary.LittleEndian.Uint32(data)))
	}
	return to, nil
}

// doubles appends a repeated double field, packed or not.
func (f field) doubles(to []float64) ([]float64, error) {
	if f.kind == protowire.Fixed64Type {
		return append(to, math.Float64frombits(f.bits)), nil
	}
	if f.kind != protowire.BytesType || len(f.bytes)%8 != 0 {
		return nil, f.isNot("doubles")
	}
	to = slices.Grow(to, len(f.bytes)/8)
	for data := f.bytes; len(data) > 0; data = data[8:] {
		to = append(to, math.Float64frombits(binary.LittleEndian.Uint64(data)))
	}
	return to, nil
}

func invalid(where, format string, args ...any) error {
	return &domain.Error{Kind: domain.Invalid, Field: where, Msg: fmt.Sprintf(format, args...)}
}

func unsupported(where, format string, args ...any) error {
	return &domain.Error{Kind: domain.Unsupported, Field: where, Msg: fmt.Sprintf(format, args...)}
}
