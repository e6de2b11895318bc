package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/domain"
)

// Reorder copies a picture from the layout of its input to that of its output.
// It is no operator of ONNX: a compiler puts it where layouts meet.
type Reorder struct{}

// Infer returns the input.
func (Reorder) Infer(inputs []Value) ([]Value, error) {
	x, err := operand(inputs, 0, "X")
	return []Value{{Datatype: x.Datatype, Shape: x.Shape}}, err
}

// Compile returns the copying.
func (Reorder) Compile(inputs, outputs []Value) (Run, error) {
	from, to := layoutOf(inputs[0]), layoutOf(outputs[0])
	return func(inputs, outputs []domain.Tensor) {
		blocked.Reorder(to, floats(outputs[0]), from, floats(inputs[0]))
	}, nil
}
