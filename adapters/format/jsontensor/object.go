package jsontensor

import (
	"fmt"
	"slices"
	"strings"

	"github.com/portent-go/portent/domain"
)

// Object reads the document, which is an object, to its end. It calls field with
// the index in known of each key, in the document's order; field reads the
// value. A key that is not known or that comes twice is refused.
func (d *Decoder) Object(known []string, field func(int) error) error {
	d.space()
	if d.byte() != '{' {
		return d.notObject()
	}
	if err := d.fields(known, field); err != nil {
		return err
	}
	return d.end()
}

// Fields reads an object inside the document as Object does the document itself.
func (d *Decoder) Fields(known []string, field func(int) error) error {
	if d.byte() != '{' {
		return d.other("an object")
	}
	return d.fields(known, field)
}

// IgnoreUnknown makes the Decoder pass over fields that are not known, for
// documents of programs that may say more than a reader needs.
func (d *Decoder) IgnoreUnknown() { d.lenient = true }

// fields reads an object whose brace is at the position.
func (d *Decoder) fields(known []string, field func(int) error) error {
	d.pos++
	var seen uint64
	return d.list('}', func(int) error {
		i, err := d.key(known, &seen)
		if err != nil {
			return err
		}
		if i < 0 {
			return d.skip(0)
		}
		d.path = append(d.path, step{key: known[i]})
		if err := field(i); err != nil {
			return err
		}
		d.path = d.path[:len(d.path)-1]
		return nil
	})
}

func (d *Decoder) notObject() error {
	if d.pos >= len(d.data) {
		return d.malformed(d.pos, domain.Error{Msg: "the body is empty", Expected: "a JSON object", Got: "nothing"})
	}
	if k := kindOf(d.data[d.pos]); k != noValue {
		return d.Refuse("the document is "+k.String()+", expected an object", "a JSON object", k.String(), "")
	}
	return d.unexpected("a JSON object")
}

// key reads a key and its colon, and returns its index in known, -1 for one that
// may be passed over.
func (d *Decoder) key(known []string, seen *uint64) (int, error) {
	start := d.pos
	key, err := d.anyKey()
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(known, func(k string) bool { return k == string(key) })
	if i < 0 {
		if d.lenient {
			return -1, nil
		}
		return 0, d.unknown(string(key), known)
	}
	if *seen&(1<<i) != 0 {
		return 0, d.twice(start, known[i])
	}
	*seen |= 1 << i
	return i, nil
}

// anyKey reads a key and its colon. What it returns may share the document's
// memory.
func (d *Decoder) anyKey() ([]byte, error) {
	if d.byte() != '"' {
		return nil, d.unexpected("a key in quotes")
	}
	key, err := d.text()
	if err != nil {
		return nil, err
	}
	d.space()
	if d.byte() != ':' {
		return nil, d.unexpected("a colon")
	}
	d.pos++
	d.space()
	return key, nil
}

func (d *Decoder) twice(start int, key string) error {
	d.path = append(d.path, step{key: shortKey(key)})
	return d.malformed(start, domain.Error{
		Msg: "is given twice, the second time", Expected: "each key once", Got: fmt.Sprintf("%q twice", shortKey(key)),
	})
}

func (d *Decoder) unknown(key string, known []string) error {
	key = shortKey(key)
	d.path = append(d.path, step{key: key})
	hint := ""
	if near := nearest(key, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return d.Refuse("is not a known field", "one of "+strings.Join(known, ", "), fmt.Sprintf("%q", key), hint)
}

func shortKey(key string) string {
	if len(key) > maxQuoted {
		return strings.ToValidUTF8(key[:maxQuoted], "") + "..."
	}
	return key
}
