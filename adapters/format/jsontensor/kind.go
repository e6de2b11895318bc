package jsontensor

import (
	"fmt"
	"unicode/utf8"
)

// valueKind is what sort of JSON value begins with a byte.
type valueKind uint8

const (
	noValue valueKind = iota
	stringValue
	numberValue
	arrayValue
	objectValue
	boolValue
	nullValue
)

var kindNames = [...]string{"no value", "a string", "a number", "an array", "an object", "a boolean", "null"}

func (k valueKind) String() string { return kindNames[k] }

func kindOf(c byte) valueKind {
	switch {
	case c == '"':
		return stringValue
	case c == '-' || ('0' <= c && c <= '9'):
		return numberValue
	case c == '[':
		return arrayValue
	case c == '{':
		return objectValue
	case c == 't' || c == 'f':
		return boolValue
	case c == 'n':
		return nullValue
	default:
		return noValue
	}
}

// describe returns the value at the position in words: its kind, and a short
// one's text. A value that is not JSON is an error.
func (d *Decoder) describe(k valueKind) (string, error) {
	switch k {
	case arrayValue, objectValue:
		return k.String(), nil
	case stringValue:
		text, err := d.text()
		if err != nil {
			return "", err
		}
		return "the string " + shorten(text), nil
	default:
		start := d.pos
		if err := d.skip(0); err != nil {
			return "", err
		}
		return shortNumber(d.data[start:d.pos]), nil // true, false and null are short
	}
}

// shorten quotes a string, or its beginning if it is long.
func shorten(text []byte) string {
	if len(text) <= maxQuoted {
		return fmt.Sprintf("%q", text)
	}
	cut := maxQuoted
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%q...", text[:cut])
}

// maxDepth bounds the nesting of values that are only skipped.
const maxDepth = 64

// skip reads past a value of any kind.
func (d *Decoder) skip(depth int) error {
	if depth > maxDepth {
		return d.Refuse(fmt.Sprintf("is nested more than %d deep", maxDepth), "", "", "")
	}
	switch kindOf(d.byte()) {
	case stringValue:
		_, err := d.text()
		return err
	case numberValue:
		if _, end := scanNumber(d.data, d.pos); end >= 0 {
			d.pos = end
			return nil
		}
		return d.unexpected("a number")
	case boolValue, nullValue:
		for _, word := range []string{"true", "false", "null"} {
			if d.literal(word) {
				return nil
			}
		}
		return d.unexpected("a value")
	case arrayValue:
		d.pos++
		return d.list(']', func(int) error { return d.skip(depth + 1) })
	case objectValue:
		d.pos++
		return d.list('}', func(int) error { return d.skipField(depth) })
	default:
		return d.unexpected("a value")
	}
}

func (d *Decoder) skipField(depth int) error {
	if _, err := d.anyKey(); err != nil {
		return err
	}
	return d.skip(depth + 1)
}

// literal reads word if it stands at the position.
func (d *Decoder) literal(word string) bool {
	if end := d.pos + len(word); end <= len(d.data) && string(d.data[d.pos:end]) == word {
		d.pos = end
		return true
	}
	return false
}
