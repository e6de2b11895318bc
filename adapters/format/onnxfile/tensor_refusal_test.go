package onnxfile_test

import (
	"math"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// TestTensorRefusals walks the ways in which a tensor can be wrong.
func TestTensorRefusals(t *testing.T) {
	const huge = math.MaxInt64
	fp32 := join(text(8, "w"), varint(2, 1))
	for _, test := range []struct {
		name string
		data []byte
		kind domain.Kind
		want string
	}{
		{"nothing", nil, domain.Invalid, "empty"},
		{"no datatype", varint(1, 0), domain.Invalid, "no datatype"},
		{"complex", join(text(8, "w"), varint(2, 14)), domain.Unsupported, `tensor "w": has datatype COMPLEX64`},
		{"float8", varint(2, 17), domain.Unsupported, "FLOAT8E4M3FN"},
		{"4 bits", varint(2, 22), domain.Unsupported, "INT4"},
		{"unknown datatype", varint(2, 99), domain.Unsupported, "unknown datatype 99"},
		{"too few bytes", join(fp32, varint(1, 2), message(9, make([]byte, 7))), domain.Invalid, "FP32 of shape [2] takes 8 bytes, the file holds 7"},
		{"too many bytes", join(fp32, varint(1, 2), message(9, make([]byte, 12))), domain.Invalid, "takes 8 bytes, the file holds 12"},
		{"no elements", join(fp32, varint(1, 2)), domain.Invalid, "takes 2 elements, the file holds 0"},
		{"too few elements", join(fp32, varint(1, 2), fixed32(4, 0)), domain.Invalid, "takes 2 elements, the file holds 1"},
		{"elements of an empty tensor", join(fp32, varint(1, 0), fixed32(4, 0)), domain.Invalid, "takes 0 elements, the file holds 1"},
		{"too few texts", join(varint(2, 8), varint(1, 2), text(6, "a")), domain.Invalid, "takes 2 elements, the file holds 1"},
		{"negative axis", join(fp32, varint(1, math.MaxUint64)), domain.Invalid, "axis 0 is -1"},
		{"uncountable elements", join(fp32, varint(1, huge), varint(1, huge)), domain.Invalid, "impossible shape"},
		{"uncountable bytes", join(fp32, varint(1, huge), message(9, []byte("abcd"))), domain.Invalid, "more bytes than can be counted"},
		{"many elements", join(fp32, varint(1, 1<<40), message(9, []byte("abcd"))), domain.Invalid, "the file holds 4"},
		{"many axes", join(fp32, message(1, make([]byte, 65))), domain.Unsupported, "65 axes"},
		{"a float in the wrong field", join(fp32, varint(1, 1), varint(5, 1)), domain.Invalid, "field 5"},
		{"an INT64 in 32 bits", join(varint(2, 7), varint(1, 1), varint(5, 1)), domain.Invalid, "field 5"},
		{"raw texts", join(varint(2, 8), varint(1, 1), text(9, "a")), domain.Invalid, "texts as raw bytes"},
		{"raw and typed", join(fp32, fixed32(4, 0), message(9, make([]byte, 4))), domain.Invalid, "twice"},
		{"raw twice", join(fp32, message(9, make([]byte, 4)), message(9, make([]byte, 4))), domain.Invalid, "twice"},
		{"UINT8 of 256", join(varint(2, 2), varint(5, 256)), domain.Invalid, "element 0 is 256, which UINT8 cannot hold"},
		{"INT8 of 128", join(varint(2, 3), varint(5, 128)), domain.Invalid, "INT8 cannot hold"},
		{"INT16 below", join(varint(2, 5), varint(5, ^uint64(32768))), domain.Invalid, "is -32769"},
		{"UINT16 of -1", join(varint(2, 4), varint(5, math.MaxUint64)), domain.Invalid, "is -1"},
		{"INT32 of 33 bits", join(varint(2, 6), varint(5, 1<<32)), domain.Invalid, "INT32 cannot hold"},
		{"UINT32 of 33 bits", join(varint(2, 12), varint(11, 1<<32)), domain.Invalid, "UINT32 cannot hold"},
		{"FP16 of 17 bits", join(varint(2, 10), varint(5, 1<<16)), domain.Invalid, "FP16 cannot hold"},
		{"segments", message(3, nil), domain.Unsupported, "segments"},
		{"another file", join(fp32, varint(14, 1), message(13, text(1, "location"), text(2, "w.bin"))), domain.Unsupported, `tensor "w": its elements are in another file, "w.bin"`},
		{"unknown place", join(fp32, varint(14, 2)), domain.Invalid, "data_location 2"},
		{"a name that is no text", text(8, "\xff"), domain.Invalid, "field 8 is not a text"},
		{"a shape that is a float", fixed32(1, 0), domain.Invalid, "field 1 is not integers"},
		{"a datatype that is a text", text(2, "FLOAT"), domain.Invalid, "field 2 is not an integer"},
		{"half a float", join(fp32, text(4, "ab")), domain.Invalid, "field 4 is not floats"},
		{"half an integer", join(varint(2, 7), text(7, "\x80")), domain.Invalid, "field 7 is not integers"},
		{"a NumPy file", []byte("\x93NUMPY\x01\x00"), domain.Invalid, "NumPy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := onnxfile.ReadTensor(test.data)
			checkError(t, err, test.kind, test.want)
		})
	}
}
