package domain

import "fmt"

// Datatype is the type of a tensor's elements, named as the Open Inference
// Protocol names them.
type Datatype uint8

// The datatypes. The zero value is no datatype.
const (
	InvalidDatatype Datatype = iota
	BOOL
	UINT8
	UINT16
	UINT32
	UINT64
	INT8
	INT16
	INT32
	INT64
	FP16
	BF16
	FP32
	FP64
	BYTES
)

type datatypeInfo struct {
	name string
	size int
}

var datatypes = [...]datatypeInfo{
	InvalidDatatype: {"INVALID", 0},
	BOOL:            {"BOOL", 1},
	UINT8:           {"UINT8", 1},
	UINT16:          {"UINT16", 2},
	UINT32:          {"UINT32", 4},
	UINT64:          {"UINT64", 8},
	INT8:            {"INT8", 1},
	INT16:           {"INT16", 2},
	INT32:           {"INT32", 4},
	INT64:           {"INT64", 8},
	FP16:            {"FP16", 2},
	BF16:            {"BF16", 2},
	FP32:            {"FP32", 4},
	FP64:            {"FP64", 8},
	BYTES:           {"BYTES", 0},
}

// String returns the protocol's name of d, such as "FP32".
func (d Datatype) String() string {
	if int(d) >= len(datatypes) {
		return fmt.Sprintf("Datatype(%d)", uint8(d))
	}
	return datatypes[d].name
}

// Size returns the bytes one element takes, 0 for BYTES, whose elements vary.
func (d Datatype) Size() int {
	if int(d) >= len(datatypes) {
		return 0
	}
	return datatypes[d].size
}

// Valid reports whether d is one of the datatypes.
func (d Datatype) Valid() bool { return d != InvalidDatatype && int(d) < len(datatypes) }

// ParseDatatype returns the datatype with the given name. Names are
// case-sensitive. The error is of kind Invalid.
func ParseDatatype(name string) (Datatype, error) {
	for d := BOOL; d.Valid(); d++ {
		if datatypes[d].name == name {
			return d, nil
		}
	}
	return InvalidDatatype, &Error{
		Kind: Invalid, Field: "datatype",
		Msg:      fmt.Sprintf("unknown datatype %q", name),
		Expected: "one of BOOL, UINT8 to UINT64, INT8 to INT64, FP16, BF16, FP32, FP64, BYTES",
		Got:      fmt.Sprintf("%q", name),
	}
}
