package jsontensor

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/portent-go/portent/domain"
)

// Text reads a string of at most longest bytes.
func (d *Decoder) Text(longest int) (string, error) {
	if d.byte() != '"' {
		return "", d.other("a string")
	}
	text, err := d.text()
	if err != nil {
		return "", err
	}
	if len(text) > longest {
		return "", d.Refuse("is "+strconv.Itoa(len(text))+" bytes long", "at most "+strconv.Itoa(longest)+" bytes", strconv.Itoa(len(text))+" bytes", "")
	}
	return string(text), nil
}

// Base64 reads a string of standard base64 with padding. A prefix as in
// "data:image/png;base64," is left out, since browsers put it there. hint is what
// to do where something else than a string came.
func (d *Decoder) Base64(hint string) ([]byte, error) {
	const expected = "a string of base64"
	if d.byte() != '"' {
		return nil, d.otherThan(expected, hint)
	}
	text, err := d.text()
	if err != nil {
		return nil, err
	}
	if head, rest, ok := bytes.Cut(text, []byte(";base64,")); ok && bytes.HasPrefix(head, []byte("data:")) {
		text = rest
	}
	decoded, err := base64.StdEncoding.AppendDecode(make([]byte, 0, base64.StdEncoding.DecodedLen(len(text))), text)
	if err != nil {
		return nil, d.Refuse("is not base64: "+err.Error(), expected, shorten(text), "use the standard alphabet (+ and /) with = padding")
	}
	return decoded, nil
}

// Int reads a whole number.
func (d *Decoder) Int() (int, error) {
	const expected = "a whole number"
	n, end := scanNumber(d.data, d.pos)
	if end < 0 || !n.whole {
		return 0, d.other(expected)
	}
	i, err := strconv.Atoi(string(d.data[d.pos:end]))
	if err != nil {
		return 0, d.other("a whole number of 64 bits")
	}
	d.pos = end
	return i, nil
}

// Shape reads an array of whole numbers, the lengths of at most 64 axes.
func (d *Decoder) Shape() (domain.Shape, error) {
	shape := domain.Shape{}
	err := d.Array(func(int) error {
		if len(shape) == maxDepth {
			return d.Refuse("is an axis too many", "at most "+strconv.Itoa(maxDepth)+" axes", "more", "")
		}
		n, err := d.Int()
		shape = append(shape, n)
		return err
	})
	return shape, err
}

// text reads a string, the opening quote being at the position. What it returns
// may share the document's memory.
func (d *Decoder) text() ([]byte, error) {
	start := d.pos + 1
	for i := start; i < len(d.data); i++ {
		switch c := d.data[i]; {
		case c == '"':
			d.pos = i + 1
			return d.data[start:i], nil
		case c < ' ' || c == '\\' || c >= utf8.RuneSelf:
			return d.escapedText(start, i)
		}
	}
	d.pos = len(d.data)
	return nil, d.unexpected("a closing quote")
}

// escapedText reads on at position i of a string that holds more than plain
// ASCII.
func (d *Decoder) escapedText(start, i int) ([]byte, error) {
	text := append(make([]byte, 0, i-start+32), d.data[start:i]...)
	d.pos = i
	for d.pos < len(d.data) {
		switch c := d.data[d.pos]; {
		case c == '"':
			d.pos++
			return text, nil
		case c < ' ':
			return nil, d.malformed(d.pos, domain.Error{Msg: "holds a control character", Expected: "it escaped", Got: strconv.QuoteToASCII(string(rune(c)))})
		case c == '\\':
			r, err := d.escape()
			if err != nil {
				return nil, err
			}
			text = utf8.AppendRune(text, r)
		case c < utf8.RuneSelf:
			text = append(text, c)
			d.pos++
		default:
			r, size := utf8.DecodeRune(d.data[d.pos:])
			if r == utf8.RuneError && size == 1 {
				return nil, d.malformed(d.pos, domain.Error{Msg: "holds a byte that is not UTF-8", Expected: "UTF-8", Got: strconv.Quote(string(d.data[d.pos : d.pos+1]))})
			}
			text = append(text, d.data[d.pos:d.pos+size]...)
			d.pos += size
		}
	}
	return nil, d.unexpected("a closing quote")
}

// escape reads a backslash and what belongs to it.
func (d *Decoder) escape() (rune, error) {
	start := d.pos
	d.pos++
	c := d.byte()
	d.pos++
	if i := bytes.IndexByte([]byte(`"\/bfnrt`), c); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), nil
	}
	if c == 'u' {
		r, ok := d.hex()
		if ok && utf16.IsSurrogate(r) {
			low := utf8.RuneError
			if d.literal(`\u`) {
				low, ok = d.hex()
			}
			r = utf16.DecodeRune(r, low)
			ok = ok && r != utf8.RuneError
		}
		if ok {
			return r, nil
		}
	}
	got := strconv.QuoteToASCII(string(d.data[start:min(d.pos, len(d.data))]))
	return 0, d.malformed(start, domain.Error{Msg: "holds an escape that JSON does not know: " + got, Expected: `\" \\ \/ \b \f \n \r \t or \uXXXX`, Got: got})
}

// hex reads four hexadecimal digits.
func (d *Decoder) hex() (rune, bool) {
	if d.pos+4 > len(d.data) {
		return 0, false
	}
	var r rune
	for _, c := range d.data[d.pos : d.pos+4] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	d.pos += 4
	return r, true
}
