package npy

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/portent-go/portent/domain"
)

// header is what a file says about its array.
type header struct {
	dtype   dtype
	fortran bool
	shape   domain.Shape
}

const maxAxes = 64 // as NumPy's own

// readHeader returns the header and the bytes behind it.
func readHeader(data []byte) (h header, body []byte, err error) {
	if !Recognised(data) {
		return h, nil, notNumPy(data)
	}
	if len(data) < len(magic)+2 {
		return h, nil, damaged("ends within its header")
	}
	version, rest := data[len(magic)], data[len(magic)+2:]
	width := 2
	switch version {
	case 1:
	case 2, 3:
		width = 4
	default:
		return h, nil, &domain.Error{
			Kind: domain.Unsupported, Field: field, Msg: fmt.Sprintf("is of version %d of the format", version), Expected: "version 1, 2 or 3",
		}
	}
	if len(rest) < width {
		return h, nil, damaged("ends within its header")
	}
	length := uint64(binary.LittleEndian.Uint16(rest))
	if width == 4 {
		length = uint64(binary.LittleEndian.Uint32(rest))
	}
	if rest = rest[width:]; uint64(len(rest)) < length {
		return h, nil, damaged("ends within its header")
	}
	h, err = parseHeader(string(rest[:length]))
	return h, rest[length:], err
}

func notNumPy(data []byte) error {
	e := &domain.Error{
		Kind: domain.Invalid, Field: field, Msg: "is no array of NumPy's", Expected: `a file that numpy.save wrote, which begins with "\x93NUMPY"`,
		Got: fmt.Sprintf("%d bytes that begin with %q", len(data), data[:min(len(data), 8)]),
	}
	switch {
	case len(data) == 0:
		e.Msg = "is empty"
	case strings.HasPrefix(string(data[:min(len(data), 4)]), "PK\x03\x04"):
		e.Kind, e.Msg, e.Hint = domain.Unsupported, "is an archive of arrays (.npz)", "save each array by numpy.save"
	}
	return e
}

func damaged(format string, args ...any) error {
	return &domain.Error{Kind: domain.Invalid, Field: field, Msg: "the file of NumPy's is damaged: it " + fmt.Sprintf(format, args...)}
}

// parseHeader reads the dictionary that a header is, as Python writes it.
func parseHeader(text string) (h header, err error) {
	l := literal{rest: text}
	seen := make(map[string]bool)
	l.expect("{")
	for l.err == nil && !l.next("}") {
		key := l.quoted()
		l.expect(":")
		if seen[key] {
			l.fail("key " + key + " comes twice")
		}
		seen[key] = true
		h.set(&l, key)
		if !l.next(",") {
			l.expect("}")
			break
		}
	}
	if l.err == nil && strings.TrimSpace(l.rest) != "" {
		l.fail("something is behind the dictionary")
	}
	if l.err == nil && len(seen) != 3 {
		l.fail("a key is missing")
	}
	return h, l.err
}

// set takes the value of a key.
func (h *header) set(l *literal, key string) {
	switch {
	case l.err != nil:
	case key == "descr" && l.next("["):
		l.err = &domain.Error{Kind: domain.Unsupported, Field: field, Msg: "holds records (a structured dtype)", Expected: known, Hint: "save each field as an array of its own"}
	case key == "descr":
		if name := l.quoted(); l.err == nil {
			h.dtype, l.err = parseDtype(name)
		}
	case key == "fortran_order":
		if h.fortran = l.next("True"); !h.fortran {
			l.expect("False")
		}
	case key == "shape":
		h.shape = l.tuple()
	default:
		l.fail("key " + key + " is not known")
	}
}
