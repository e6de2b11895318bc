package jsontensor

import (
	"errors"
	"fmt"

	"github.com/portent-go/portent/domain"
)

// Tensor returns what has been read as a tensor of shape [inputs, ...]. given is
// the shape that the document states for a single input, nil if it does not.
func (r *Reader) Tensor(given domain.Shape) (domain.Tensor, error) {
	shape := r.shape
	if given != nil {
		var err error
		if shape, err = r.stated(given); err != nil {
			return domain.Tensor{}, err
		}
	}
	if shape == nil {
		return domain.Tensor{}, refuseShape(domain.Error{
			Msg: fmt.Sprintf("is needed beside a flat input, since the model takes %v", r.spec.Shape), Expected: "shape " + r.spec.Shape.String(), Got: "no shape",
		})
	}
	return r.values.tensor(append(domain.Shape{r.rows}, shape...))
}

// stated checks the shape that the document states against the specification
// and against what has been read.
func (r *Reader) stated(given domain.Shape) (domain.Shape, error) {
	shape := given
	if len(given) == len(r.spec.Shape)+1 && given[0] == 1 {
		shape = given[1:]
	}
	if err := r.spec.CheckShape(shape); err != nil {
		return nil, refuseShape(domain.Error{
			Msg: fmt.Sprintf("is %v, expected %v", given, r.spec.Shape), Expected: r.spec.Shape.String() + ", with or without a batch axis of 1",
			Got: given.String(), Hint: layoutHint(r.spec, shape),
		})
	}
	n, err := shape.Elements()
	if err != nil || n != r.length || (r.shape != nil && !r.shape.Equal(shape)) {
		return nil, refuseShape(domain.Error{
			Msg: fmt.Sprintf("is %v, but the input has %s", given, count(r.length)), Expected: "the shape of the input", Got: given.String(),
		})
	}
	return shape, nil
}

func refuseShape(reason domain.Error) error {
	reason.Kind, reason.Field = domain.Invalid, "shape"
	return &Error{Reason: &reason, Pointer: "/shape"}
}

// depth returns how many brackets open at the position.
func (d *Decoder) depth() int {
	look := Decoder{data: d.data, pos: d.pos}
	depth := 0
	for look.byte() == '[' {
		depth++
		look.pos++
		look.space()
	}
	return depth
}

// lengths returns how many elements the first array of each level holds.
func (d *Decoder) lengths(depth int) (domain.Shape, error) {
	if d.byte() != '[' {
		return nil, d.other("an array")
	}
	shape := domain.Shape{0}
	d.pos++
	err := d.list(']', func(i int) error {
		shape[0]++
		if i > 0 || depth == 1 {
			return d.skip(0)
		}
		inner, err := d.lengths(depth - 1)
		shape = append(shape, inner...)
		return err
	})
	return shape, err
}

// hint recognises what is known to go wrong with shapes.
func (r *Reader) hint(look *Decoder, outermost bool) string {
	rank := len(r.spec.Shape)
	depth := look.depth()
	if depth < rank || depth > rank+1 {
		return ""
	}
	actual, err := look.lengths(depth)
	if err != nil {
		return ""
	}
	if depth == rank+1 && outermost && actual[0] > 1 {
		return r.hints.ManyInputs
	}
	return layoutHint(r.spec, actual[depth-rank:])
}

// layoutHint returns the domain's hint on the order of a picture's axes.
func layoutHint(spec domain.TensorSpec, actual domain.Shape) string {
	spec.Shape = append(domain.Shape{1}, spec.Shape...)
	var wrong *domain.Error
	if errors.As(spec.CheckShape(append(domain.Shape{1}, actual...)), &wrong) {
		return wrong.Hint
	}
	return ""
}
