package jsontensor

import (
	"errors"
	"fmt"

	"github.com/portent-go/portent/domain"
)

// Reader reads inputs of one specification and joins them to a batch.
type Reader struct {
	spec   domain.TensorSpec
	hints  Hints
	values values
	shape  domain.Shape // of one input; nil for a flat one whose shape is not known yet
	rows   int
	length int // elements of one input
}

// Hints are what to do about mistakes of which only the caller knows a way out.
// They may be empty.
type Hints struct {
	NotNumbers string // something else than an array came
	ManyInputs string // several inputs came where one is expected
	NoJSON     string // the datatype has no JSON form
}

// NewReader returns a Reader of inputs that spec describes without a batch axis.
func NewReader(spec domain.TensorSpec, hints Hints) *Reader {
	return &Reader{spec: spec, hints: hints, values: newValues(spec.Datatype)}
}

// Read reads one input: numbers nested as the specification says, with or
// without a batch axis of 1, or in one flat array. All inputs must be of one
// shape.
func (r *Reader) Read(d *Decoder) error {
	if r.values == nil {
		return r.noJSON(d)
	}
	if d.byte() != '[' {
		return d.otherThan("an array of numbers", r.hints.NotNumbers)
	}
	start, level := d.pos, len(d.path)
	var err error
	switch rank, depth := len(r.spec.Shape), d.depth(); depth {
	case rank:
		err = r.nested(d, r.spec.Shape)
	case rank + 1:
		err = r.nested(d, append(domain.Shape{1}, r.spec.Shape...))
	case 1:
		err = r.flat(d)
	default:
		err = r.wrongDepth(d, depth)
	}
	r.rows++
	var refused *Error
	if errors.As(err, &refused) && !refused.Malformed && refused.Reason.Hint == "" {
		refused.Reason.Hint = r.hint(&Decoder{data: d.data, pos: start}, len(d.path) == level)
	}
	return err
}

func (r *Reader) noJSON(d *Decoder) error {
	return d.RefuseWith(domain.Error{
		Kind: domain.Unsupported, Msg: fmt.Sprintf("is of datatype %v, which has no JSON form", r.spec.Datatype), Hint: r.hints.NoJSON,
	})
}

func (r *Reader) wrongDepth(d *Decoder, depth int) error {
	rank := len(r.spec.Shape)
	expected := fmt.Sprintf("%v nested %d deep, or %d deep with a batch axis of 1, or flat", r.spec.Shape, rank, rank+1)
	return d.Refuse(fmt.Sprintf("is nested %d deep, expected %d", depth, rank), expected, fmt.Sprintf("nested %d deep", depth), "")
}

// nested reads an input whose nesting tells its shape.
func (r *Reader) nested(d *Decoder, shape domain.Shape) error {
	shape, err := r.settle(d, shape)
	if err != nil {
		return err
	}
	n, err := shape.Elements()
	if err != nil {
		return err
	}
	if err := r.sameShape(d, shape[len(shape)-len(r.spec.Shape):], n); err != nil {
		return err
	}
	r.reserve(d, n)
	return r.array(d, shape)
}

// settle gives dynamic axes the lengths that the document has.
func (r *Reader) settle(d *Decoder, shape domain.Shape) (domain.Shape, error) {
	if shape.Static() {
		return shape, nil
	}
	look := Decoder{data: d.data, pos: d.pos, path: d.path}
	actual, err := look.lengths(len(shape))
	if err != nil {
		return nil, err
	}
	settled := shape.Clone()
	for axis, n := range shape {
		if n == domain.Dynamic && axis < len(actual) {
			settled[axis] = actual[axis]
		}
		if settled[axis] < 1 {
			return nil, d.Refuse(fmt.Sprintf("has an empty axis %d", axis), "shape "+shape.String(), "shape "+actual.String(), "")
		}
	}
	return settled, nil
}

func (r *Reader) sameShape(d *Decoder, shape domain.Shape, n int) error {
	if r.rows > 0 && !r.shape.Equal(shape) {
		return d.Refuse(fmt.Sprintf("has shape %v, the inputs before it %v", shape, r.shape), "shape "+r.shape.String(), "shape "+shape.String(), "the inputs of a batch must be of one shape")
	}
	r.shape, r.length = shape, n
	return nil
}

// reserve makes room for n elements, but no more than what is left of the
// document can hold: an element and its comma take two bytes.
func (r *Reader) reserve(d *Decoder, n int) {
	r.values.grow(min(n, (len(d.data)-d.pos)/2+1))
}

// array reads an array of the given shape.
func (r *Reader) array(d *Decoder, shape domain.Shape) error {
	if d.byte() != '[' {
		return d.other("an array of " + count(shape[0]))
	}
	var n int
	var err error
	if len(shape) == 1 {
		n, err = r.values.row(d, shape[0])
	} else {
		err = d.Array(func(i int) error {
			n++
			if i >= shape[0] {
				return d.skip(0)
			}
			return r.array(d, shape[1:])
		})
	}
	if err == nil && n != shape[0] {
		err = d.Refuse(fmt.Sprintf("has %s, expected %d", count(n), shape[0]), count(shape[0]), count(n), "")
	}
	return err
}

// flat reads an input in one array.
func (r *Reader) flat(d *Decoder) error {
	limit := domain.Dynamic
	var shape domain.Shape
	if r.spec.Shape.Static() {
		n, err := r.spec.Shape.Elements()
		if err != nil {
			return err
		}
		limit, shape = n, r.spec.Shape
		r.reserve(d, n)
	}
	n, err := r.values.row(d, limit)
	if err != nil {
		return err
	}
	if limit >= 0 && n != limit {
		return d.Refuse(fmt.Sprintf("has %s, expected %d for %v", count(n), limit, r.spec.Shape), count(limit), count(n), "")
	}
	return r.sameShape(d, shape, n)
}
