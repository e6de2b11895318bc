package onnxfile

import (
	"fmt"
	"math"

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

// fields calls visit for each field of a message. Unknown fields are for visit
// to skip.
func fields(message []byte, where string, visit func(field) error) error {
	for at := 0; at < len(message); {
		f, n, err := readField(message[at:], where)
		if err != nil {
			return fmt.Errorf("%w (byte %d of the message)", err, at)
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
		return field{}, 0, malformed(where, protowire.ParseError(tag))
	}
	f := field{number: number, kind: kind, where: where}
	n := 0
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
		return field{}, 0, malformed(where, protowire.ParseError(n))
	}
	return f, tag + n, nil
}

// text sets a string field.
func (f field) text(to *string) error {
	if f.kind != protowire.BytesType {
		return f.wrongType("a string")
	}
	*to = string(f.bytes)
	return nil
}

// integer sets a signed integer field.
func (f field) integer(to *int64) error {
	if f.kind != protowire.VarintType {
		return f.wrongType("an integer")
	}
	*to = int64(f.bits)
	return nil
}

// message reads a field that holds another message.
func (f field) message(read func([]byte) error) error {
	if f.kind != protowire.BytesType {
		return f.wrongType("a message")
	}
	return read(f.bytes)
}

func (f field) wrongType(want string) error {
	return malformed(f.where, fmt.Errorf("field %d is not %s", f.number, want))
}

// integers appends a repeated integer field, packed or not.
func (f field) integers(to []int64) ([]int64, error) {
	if f.kind == protowire.VarintType {
		return append(to, int64(f.bits)), nil
	}
	if f.kind != protowire.BytesType {
		return nil, f.wrongType("integers")
	}
	for data := f.bytes; len(data) > 0; {
		v, n := protowire.ConsumeVarint(data)
		if n < 0 {
			return nil, malformed(f.where, protowire.ParseError(n))
		}
		to, data = append(to, int64(v)), data[n:]
	}
	return to, nil
}

// floats appends a repeated float field, packed or not.
func (f field) floats(to []float32) ([]float32, error) {
	if f.kind == protowire.Fixed32Type {
		return append(to, math.Float32frombits(uint32(f.bits))), nil
	}
	if f.kind != protowire.BytesType || len(f.bytes)%4 != 0 {
		return nil, f.wrongType("floats")
	}
	return append(to, decode(f.bytes, 4, float32At)...), nil
}

// doubles appends a repeated double field, packed or not.
func (f field) doubles(to []float64) ([]float64, error) {
	if f.kind == protowire.Fixed64Type {
		return append(to, math.Float64frombits(f.bits)), nil
	}
	if f.kind != protowire.BytesType || len(f.bytes)%8 != 0 {
		return nil, f.wrongType("doubles")
	}
	return append(to, decode(f.bytes, 8, float64At)...), nil
}

func malformed(where string, cause error) error {
	return &domain.Error{Kind: domain.Invalid, Field: where, Msg: "the file is truncated or damaged", Err: cause}
}
