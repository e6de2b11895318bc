package jsontensor

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/portent-go/portent/domain"
)

// Error is why a document was refused.
type Error struct {
	Reason    *domain.Error // of kind Invalid or Unsupported; its field is written as "input[1][4]"
	Pointer   string        // the same place as a JSON pointer, such as "/input/1/4"; empty for the document
	Malformed bool          // it is not JSON, or ambiguous JSON; else it is well-formed but not what was asked for
}

// Error returns the reason.
func (e *Error) Error() string { return e.Reason.Error() }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Reason }

// step is one part of a path: the key of an object's field, or an index.
type step struct {
	key   string
	index int
}

// place returns where the decoder is, in words and as a JSON pointer.
func place(path []step) (field, pointer string) {
	var words, slashes strings.Builder
	for i, s := range path {
		if s.key == "" {
			fmt.Fprintf(&words, "[%d]", s.index)
			fmt.Fprintf(&slashes, "/%d", s.index)
			continue
		}
		if i > 0 {
			words.WriteByte('.')
		}
		words.WriteString(s.key)
		slashes.WriteByte('/')
		slashes.WriteString(escapePointer(s.key))
	}
	return words.String(), slashes.String()
}

func escapePointer(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// RefuseWith is Refuse with a reason of any kind, whose field is set to the place
// of the value.
func (d *Decoder) RefuseWith(reason domain.Error) error {
	reason.Kind = max(reason.Kind, domain.Invalid)
	field, pointer := place(d.path)
	reason.Field = field
	return &Error{Reason: &reason, Pointer: pointer}
}

// Refuse says that the value that is being read is not what was asked for.
func (d *Decoder) Refuse(msg, expected, got, hint string) error {
	return d.RefuseWith(domain.Error{Msg: msg, Expected: expected, Got: got, Hint: hint})
}

// malformed says that the document is not JSON, or ambiguous, at the offset.
func (d *Decoder) malformed(offset int, reason domain.Error) error {
	reason.Kind = domain.Invalid
	field, pointer := place(d.path)
	reason.Field = field
	reason.Msg += " at " + position(d.data, offset)
	return &Error{Reason: &reason, Pointer: pointer, Malformed: true}
}

// unexpected says what stands at the decoder's position where something else
// must.
func (d *Decoder) unexpected(expected string) error {
	if d.pos >= len(d.data) {
		return d.malformed(len(d.data), domain.Error{
			Msg: "the document ends too early", Expected: expected, Got: "the end",
			Hint: "the body was cut off, or a bracket, brace or quote is missing",
		})
	}
	got := d.token()
	return d.malformed(d.pos, domain.Error{
		Msg: "is not JSON: found " + got, Expected: expected, Got: got, Hint: syntaxHint(got),
	})
}

// token returns what stands at the position, quoted and cut to a sane length.
func (d *Decoder) token() string {
	rest := d.data[d.pos:]
	end := bytes.IndexAny(rest[:min(len(rest), maxQuoted)], " \t\r\n,:[]{}\"")
	switch {
	case end < 0:
		end = min(len(rest), maxQuoted)
	case end == 0:
		_, end = utf8.DecodeRune(rest)
	}
	return strconv.QuoteToASCII(string(rest[:end]))
}

const maxQuoted = 24

func syntaxHint(got string) string {
	switch text := strings.Trim(got, `"+-`); {
	case strings.EqualFold(text, "nan"), strings.EqualFold(text, "inf"), strings.EqualFold(text, "infinity"):
		return "JSON has no NaN and no infinity"
	case strings.HasPrefix(got, `"'`):
		return "JSON quotes with \", not with '"
	case text == "True", text == "False", text == "None":
		return "this is Python's notation; json.dumps makes JSON of it"
	case strings.HasPrefix(got, `"\ufeff`):
		return "leave out the byte order mark"
	default:
		return ""
	}
}

// position returns "line 1, column 15 (offset 14)", lines and columns counted
// from 1, columns and the offset in bytes.
func position(data []byte, offset int) string {
	line := 1 + bytes.Count(data[:offset], []byte{'\n'})
	column := offset - bytes.LastIndexByte(data[:offset], '\n')
	return fmt.Sprintf("line %d, column %d (offset %d)", line, column, offset)
}

// count returns "1 value" or "31 values".
func count(n int) string {
	if n == 1 {
		return "1 value"
	}
	return strconv.Itoa(n) + " values"
}
