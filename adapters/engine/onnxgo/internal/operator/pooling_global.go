package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/domain"
)

// globalPool reduces each plane of X [N,C,...] to one value. It takes any number
// of spatial axes.
type globalPool struct {
	reduction blocked.Reduction
	compute   func(dst, src []float32, n int)
}

func parseGlobalPool(r blocked.Reduction, compute func(dst, src []float32, n int)) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		return globalPool{r, compute}, attributesOf(node).done()
	}
}

// Infer returns [N,C,1,...].
func (p globalPool) Infer(inputs []Value) ([]Value, error) {
	x, err := operand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if len(x.Shape) < 3 {
		return nil, misshapen("X", x.Shape, "[N,C,...] with at least one spatial axis")
	}
	shape := x.Shape.Clone()
	for i := 2; i < len(shape); i++ {
		if shape[i] == 0 {
			return nil, misshapen("X", x.Shape, "spatial axes that are not empty")
		}
		shape[i] = 1
	}
	return outputOf(shape)
}

func (p globalPool) Compile(inputs, _ []Value) (Run, error) {
	_, plane := channelsOf(inputs[0].Shape)
	return func(inputs, outputs []domain.Tensor) {
		p.compute(floats(outputs[0]), floats(inputs[0]), plane)
	}, nil
}
