package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// softmax normalises along one axis, or before opset 13 along an axis and all
// behind it.
type softmax struct {
	axis      int
	flattens  bool
	logarithm bool
}

func softmaxDefinitions(logarithm bool) []definition {
	parse := func(otherwise int, flattens bool) func(Node) (Operator, error) {
		return func(node Node) (Operator, error) {
			a := attributesOf(node)
			return softmax{a.int("axis", otherwise), flattens, logarithm}, a.done()
		}
	}
	return []definition{unary(1, parse(1, true)), unary(13, parse(-1, false))}
}

// Infer returns the input's shape.
func (s softmax) Infer(inputs []Value) ([]Value, error) {
	x, err := operand(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	if _, err := axisOf(s.axis, len(x.Shape)); err != nil {
		return nil, err
	}
	return like(x, x.Shape)
}

// Compile returns the computation over [outer, n, inner].
func (s softmax) Compile(inputs, _ []Value) (Run, error) {
	shape := inputs[0].Shape
	axis, err := axisOf(s.axis, len(shape))
	if err != nil {
		return nil, err
	}
	n, inner := product(shape[axis:]), 1
	if !s.flattens {
		n, inner = shape[axis], product(shape[axis+1:])
	}
	return func(inputs, outputs []domain.Tensor) {
		kernels.Softmax(floats(outputs[0]), floats(inputs[0]), n, inner, s.logarithm)
	}, nil
}
