package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// lrn is local response normalisation across the channels of X [N,C,...].
type lrn struct{ kernel kernels.LRN }

func parseLRN(node Node) (Operator, error) {
	a := attributesOf(node)
	l := lrn{kernels.LRN{
		Alpha: a.float("alpha", 1e-4), Beta: a.float("beta", 0.75), Bias: a.float("bias", 1), Size: a.int("size", 0),
	}}
	a.expect(l.kernel.Size > 0 && l.kernel.Size <= maxWindow, "size", "is not a number of channels")
	return l, a.done()
}

// Infer returns X's shape.
func (l lrn) Infer(inputs []Value) ([]Value, error) {
	x, err := operand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if len(x.Shape) < 2 {
		return nil, misshapen("X", x.Shape, "[N,C,...]")
	}
	return outputOf(x.Shape)
}

func (l lrn) Compile(inputs, _ []Value) (Run, error) {
	channels, plane := channelsOf(inputs[0].Shape)
	return func(inputs, outputs []domain.Tensor) {
		l.kernel.Run(floats(outputs[0]), floats(inputs[0]), channels, plane)
	}, nil
}
