package operator

import (
	"errors"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/domain"
)

// Value is what is known of one input or output of an operator when a plan is
// compiled: its datatype, its shape, which is static, and its elements where
// they do not depend on the model's inputs. The zero Value is an optional input
// that was left out.
type Value struct {
	Datatype domain.Datatype
	Shape    domain.Shape
	Const    domain.Tensor // zero unless the elements are known
	// Layout is where the elements are, nil for the plain order of the shape. A
	// compiler lays out what only Blockers read and write.
	Layout *blocked.Layout
}

// Missing reports whether v is an optional input that was left out.
func (v Value) Missing() bool { return v.Datatype == domain.InvalidDatatype }

// Known reports whether the elements of v are known.
func (v Value) Known() bool { return !v.Const.IsZero() }

// Run computes an operator's outputs from its inputs. Both are in the
// operator's order; an input that was left out, and an output that nobody
// reads, is the zero Tensor. The outputs have been allocated with the shapes
// and datatypes that Infer gave, and hold arbitrary elements; they do not
// overlap the inputs. Run must not keep or change its inputs, must not
// allocate, and is called by one goroutine at a time.
type Run func(inputs, outputs []domain.Tensor)

// Operator is a node whose attributes have been checked.
type Operator interface {
	// Infer returns the outputs' datatypes and shapes for the inputs'. A Const
	// is returned only where the output is known although an input is not
	// (Shape); folding of constants is the compiler's. Inputs that the operator
	// cannot take are an error of kind Invalid (wrong by ONNX's own rules) or
	// Unsupported (right, but not implemented here).
	Infer(inputs []Value) ([]Value, error)

	// Compile returns what computes the operator for inputs that Infer has
	// accepted. Weights may be packed here. Each call returns a Run of its own
	// with its own scratch memory.
	Compile(inputs, outputs []Value) (Run, error)
}

// Aliaser is an Operator whose first output has the very elements of its first
// input (Reshape, Flatten, Identity ...), so that no copy is needed. Compile must
// still return a Run that copies.
type Aliaser interface {
	Operator
	AliasesInput()
}

// Checker is an Operator that takes some elements and not others: an index that is
// out of range, an integer divisor of 0.
type Checker interface {
	Operator
	// Check returns an error of kind Invalid for elements that the operator cannot
	// take, or Unsupported for what they ask for. It is called with a Run's inputs before each Run, and does not allocate
	// unless it fails. Elements that are known while compiling are for Infer to
	// refuse.
	Check(inputs []domain.Tensor) error
}

// errElements is why an input's elements are not known while compiling.
var errElements = errors.New("computed from the elements of the model's inputs; it must be known from their shapes")

// unknownElements returns the error for an input whose elements a shape depends
// on, and that are not known while compiling.
func unknownElements(input string) error {
	return domain.Errorf(domain.Unsupported, "input %s is %w", input, errElements)
}

// DependsOnElements reports whether an error says that an operator needs elements
// that are not known while compiling. With all inputs known it would not occur.
func DependsOnElements(err error) bool { return errors.Is(err, errElements) }
