package npy

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/portent-go/portent/domain"
)

// dtype is the type of an array's elements, as NumPy spells it: <f4.
type dtype struct {
	name  string
	order binary.ByteOrder
	kind  byte
	size  int // bytes of an element
}

func (d dtype) String() string { return d.name }

const known = "bool, int8 to int64, uint8 to uint64, float16, float32, float64, bytes or str"

// sizes are those of the kinds of numbers.
var sizes = map[byte]string{'b': "1", 'i': "1248", 'u': "1248", 'f': "248"}

// names are those of what is refused.
var names = map[byte]string{
	'c': "complex numbers", 'f': "longdouble", 'm': "time differences", 'M': "times", 'O': "Python objects", 'V': "raw bytes or records",
}

func parseDtype(name string) (dtype, error) {
	d := dtype{name: name, order: binary.LittleEndian}
	switch {
	case name == "":
		return d, damaged("names no dtype")
	case len(name) < 3 || strings.IndexByte("<>|", name[0]) < 0:
		return d, unknown(name)
	case name[0] == '>':
		d.order = binary.BigEndian
	}
	d.kind = name[1]
	size, err := strconv.Atoi(name[2:])
	if err != nil {
		return d, unknown(name)
	}
	if d.kind == 'S' || d.kind == 'U' {
		return d.ofText(size)
	}
	if len(name) != 3 || !strings.Contains(sizes[d.kind], name[2:]) {
		return d, unknown(name)
	}
	if name[0] == '|' && size > 1 {
		return d, damaged("has dtype %q, which does not say its byte order", name)
	}
	d.size = size
	return d, nil
}

// ofText returns the dtype of texts of so many bytes, or characters of four.
func (d dtype) ofText(length int) (dtype, error) {
	if length < 1 || length > 1<<28 {
		return d, unknown(d.name)
	}
	d.size = length
	if d.kind == 'U' {
		d.size *= 4
	}
	return d, nil
}

func unknown(name string) error {
	e := &domain.Error{Kind: domain.Unsupported, Field: field, Msg: fmt.Sprintf("has dtype %q, which is not supported", name), Expected: known}
	if len(name) > 1 && names[name[1]] != "" {
		e.Msg = fmt.Sprintf("has dtype %q (%s), which is not supported", name, names[name[1]])
	}
	if e.Hint = `convert it before: array.astype("float32")`; len(name) > 1 && name[1] == 'O' {
		e.Hint = "save numbers, not objects"
	}
	return e
}
