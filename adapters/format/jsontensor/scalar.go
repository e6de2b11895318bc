package jsontensor

import (
	"fmt"
	"strconv"

	"github.com/portent-go/portent/domain"
)

// Null reads null if it stands at the position.
func (d *Decoder) Null() bool { return d.literal("null") }

// Bool reads true or false.
func (d *Decoder) Bool() (bool, error) {
	value, ok := readBool(d)
	if !ok {
		return false, d.other(elementName(domain.BOOL))
	}
	return value, nil
}

// maxScalars bounds what a document's Scalars take in memory, which is many times
// what they take in the document.
const maxScalars = 1 << 10

// Scalars reads an object whose values are strings, booleans and numbers. A
// number is an int64 if it is written without fraction and exponent and fits, a
// uint64 if it fits only that, else a float64. A null leaves its key out.
// Values of other kinds are refused, and left out after IgnoreUnknown. A document
// may have 1024 values in such objects.
func (d *Decoder) Scalars() (map[string]any, error) {
	if d.byte() != '{' {
		return nil, d.other("an object")
	}
	d.pos++
	scalars := make(map[string]any)
	err := d.list('}', func(int) error {
		if d.scalars++; d.scalars > maxScalars {
			return d.Refuse(fmt.Sprintf("has one value more than the %d that may be", maxScalars), "fewer", "more", "")
		}
		start := d.pos
		text, err := d.anyKey()
		if err != nil {
			return err
		}
		key := string(text)
		if _, given := scalars[key]; given {
			return d.twice(start, key)
		}
		d.path = append(d.path, step{key: shortKey(key)})
		value, err := d.scalar()
		if err != nil {
			return err
		}
		d.path = d.path[:len(d.path)-1]
		scalars[key] = value
		return nil
	})
	for key, value := range scalars {
		if value == nil {
			delete(scalars, key)
		}
	}
	return scalars, err
}

func (d *Decoder) scalar() (any, error) {
	switch k := kindOf(d.byte()); {
	case k == stringValue:
		text, err := d.text()
		return string(text), err
	case k == numberValue:
		return d.number()
	case k == boolValue:
		return d.Bool()
	case k == nullValue && d.Null():
		return nil, nil
	case d.lenient:
		return nil, d.skip(0)
	default:
		return nil, d.other("a string, a number or a boolean")
	}
}

// number reads a number of any sort.
func (d *Decoder) number() (any, error) {
	n, end := scanNumber(d.data, d.pos)
	if end < 0 {
		return nil, d.unexpected("a number")
	}
	text := string(d.data[d.pos:end])
	if n.whole {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			d.pos = end
			return i, nil
		}
		if u, err := strconv.ParseUint(text, 10, 64); err == nil {
			d.pos = end
			return u, nil
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, d.notElement(domain.FP64)
	}
	d.pos = end
	return f, nil
}

// Later passes over the value at the position and returns a Decoder that reads
// it when what it means is known.
func (d *Decoder) Later() (*Decoder, error) {
	later := &Decoder{data: d.data, pos: d.pos, path: append([]step(nil), d.path...), lenient: d.lenient}
	return later, d.skip(0)
}
