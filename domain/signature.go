package domain

import (
	"fmt"
	"slices"
)

// TensorSpec says what one input or output of a model is: its name, the type
// of its elements, and its shape, in which -1 stands for a dynamic axis.
type TensorSpec struct {
	Name     string
	Datatype Datatype
	Shape    Shape
	// Activation is the last operator that made an output, where that decides
	// what its numbers mean.
	Activation Activation
	// Labels names the columns of an output where the model itself does; else nil.
	Labels Labels
}

// Activation says what an output's numbers are.
type Activation uint8

// The activations that a classifier may end with.
const (
	Logits           Activation = iota // unnormalised scores: softmax makes them probabilities
	Probabilities                      // softmax is inside the model
	LogProbabilities                   // log-softmax is inside the model
	Independent                        // sigmoid is inside the model: one probability a label
)

// Signature is what a model takes and gives, in the model's own order.
type Signature struct {
	Inputs  []TensorSpec
	Outputs []TensorSpec
}

// Batched reports whether axis 0 of every input and output is the batch axis:
// dynamic, and of one length in all of them.
func (s Signature) Batched() bool {
	fixed := func(spec TensorSpec) bool { return len(spec.Shape) == 0 || spec.Shape[0] != Dynamic }
	return !slices.ContainsFunc(s.Inputs, fixed) && !slices.ContainsFunc(s.Outputs, fixed)
}

// String returns the specification as "pixel_values FP32 [-1,3,32,32]".
func (s TensorSpec) String() string {
	return fmt.Sprintf("%s %v %v", s.Name, s.Datatype, s.Shape)
}

// CheckInputs reports whether tensors are the signature's inputs, in its order. If
// not, the error is of kind Invalid and names the input.
func (s Signature) CheckInputs(inputs []Tensor) error {
	if len(inputs) != len(s.Inputs) {
		return &Error{
			Kind: Invalid, Field: "inputs", Msg: fmt.Sprintf("%d were given, the model takes %d", len(inputs), len(s.Inputs)),
			Expected: fmt.Sprintf("%d inputs", len(s.Inputs)), Got: fmt.Sprintf("%d inputs", len(inputs)),
		}
	}
	for i, spec := range s.Inputs {
		if err := spec.Check(inputs[i]); err != nil {
			return err
		}
	}
	return nil
}

// Check reports whether a tensor is what s asks for. If not, the error is of
// kind Invalid and says which axis differs.
func (s TensorSpec) Check(t Tensor) error {
	if t.Datatype() != s.Datatype {
		return &Error{
			Kind: Invalid, Field: s.Name, Msg: fmt.Sprintf("has datatype %v, expected %v", t.Datatype(), s.Datatype),
			Expected: s.Datatype.String(), Got: t.Datatype().String(),
		}
	}
	return s.CheckShape(t.Shape())
}

// CheckShape reports whether a shape is what s asks for, and that none of its
// axes is empty, unless s asks for an empty one. If not, the error is of kind
// Invalid.
func (s TensorSpec) CheckShape(actual Shape) error {
	fail := func(format string, args ...any) error {
		return &Error{
			Kind: Invalid, Field: s.Name, Msg: fmt.Sprintf(format, args...),
			Expected: "shape " + s.Shape.String(), Got: "shape " + actual.String(), Hint: layoutHint(s.Shape, actual),
		}
	}
	if len(actual) != len(s.Shape) {
		return fail("has shape %v of %d axes, expected %v of %d", actual, len(actual), s.Shape, len(s.Shape))
	}
	for i, n := range actual {
		if s.Shape[i] != Dynamic && s.Shape[i] != n {
			return fail("has shape %v, expected %v: axis %d is %d, not %d", actual, s.Shape, i, n, s.Shape[i])
		}
		if n < 1 && s.Shape[i] != 0 {
			return fail("has shape %v: axis %d is empty", actual, i)
		}
	}
	return nil
}

// layoutHint recognises a picture whose channels are at the wrong end.
func layoutHint(want, got Shape) string {
	if len(want) != 4 || len(got) != 4 || want[1] == got[1] {
		return ""
	}
	if channelFirst := (Shape{got[0], got[3], got[1], got[2]}); want.Accepts(channelFirst) {
		return fmt.Sprintf("%v looks like NHWC (channels last); the model wants NCHW (channels first): transpose to %v", got, channelFirst)
	}
	if channelLast := (Shape{got[0], got[2], got[3], got[1]}); want.Accepts(channelLast) {
		return fmt.Sprintf("%v looks like NCHW (channels first); the model wants NHWC (channels last): transpose to %v", got, channelLast)
	}
	return ""
}
