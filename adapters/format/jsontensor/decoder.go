package jsontensor

import "github.com/portent-go/portent/domain"

// Decoder reads one JSON document from front to back.
type Decoder struct {
	data    []byte
	pos     int
	path    []step
	lenient bool
	scalars int // that have been read
}

// NewDecoder returns a Decoder of a document. It reads data until its last
// method has returned and does not change it.
func NewDecoder(data []byte) *Decoder {
	return &Decoder{data: data, path: make([]step, 0, 8)}
}

// Array reads an array; element reads each of its elements.
func (d *Decoder) Array(element func(i int) error) error {
	if d.byte() != '[' {
		return d.other("an array")
	}
	d.pos++
	return d.list(']', func(i int) error {
		d.path = append(d.path, step{index: i})
		if err := element(i); err != nil {
			return err
		}
		d.path = d.path[:len(d.path)-1]
		return nil
	})
}

// list reads what is between an opening bracket, which has been read, and the
// closing one: nothing, or items with commas between them.
func (d *Decoder) list(closing byte, item func(i int) error) error {
	d.space()
	if d.byte() == closing {
		d.pos++
		return nil
	}
	for i := 0; ; i++ {
		if err := item(i); err != nil {
			return err
		}
		d.space()
		switch d.byte() {
		case ',':
			d.pos++
			d.space()
		case closing:
			d.pos++
			return nil
		default:
			return d.unexpected("a comma or " + string(closing))
		}
	}
}

// end says that nothing but white space may follow.
func (d *Decoder) end() error {
	d.space()
	if d.pos == len(d.data) {
		return nil
	}
	got := d.token()
	return d.malformed(d.pos, domain.Error{
		Msg: "there are bytes after the document: " + got, Expected: "the end", Got: got, Hint: "send one JSON object and nothing else",
	})
}

// byte returns the byte at the position, 0 at the end. A zero byte is nowhere
// right in JSON, so that the two need not be told apart.
func (d *Decoder) byte() byte {
	if d.pos < len(d.data) {
		return d.data[d.pos]
	}
	return 0
}

// space skips white space.
func (d *Decoder) space() {
	for d.pos < len(d.data) {
		switch d.data[d.pos] {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return
		}
	}
}

// other says that the value at the position is of another kind than expected.
func (d *Decoder) other(expected string) error { return d.otherThan(expected, "") }

func (d *Decoder) otherThan(expected, hint string) error {
	k := kindOf(d.byte())
	if k == noValue {
		return d.unexpected(expected)
	}
	got, err := d.describe(k)
	if err != nil {
		return err
	}
	return d.Refuse("is "+got+", expected "+expected, expected, got, hint)
}
