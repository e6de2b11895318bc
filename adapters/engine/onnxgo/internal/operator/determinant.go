package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// determinant is that of each matrix, the last two axes.
type determinant struct{}

func parseDeterminant(node Node) (Operator, error) { return determinant{}, attributesOf(node).done() }

// Infer returns the shape without the last two axes.
func (determinant) Infer(inputs []Value) ([]Value, error) {
	x, err := realOperand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	rank := len(x.Shape)
	if rank < 2 || x.Shape[rank-1] != x.Shape[rank-2] {
		return nil, misshapen("X", x.Shape, "square matrices")
	}
	return like(x, x.Shape[:rank-2])
}

// Compile returns the elimination, which needs memory for one matrix.
func (determinant) Compile(inputs, _ []Value) (Run, error) {
	shape := inputs[0].Shape
	n := shape[len(shape)-1]
	if err := fitsScratch(n, n); err != nil {
		return nil, err
	}
	scratch := make([]float64, n*n)
	if inputs[0].Datatype == domain.FP64 {
		return determinantIn[float64](n, scratch), nil
	}
	return determinantIn[float32](n, scratch), nil
}

func determinantIn[T realNumber](n int, scratch []float64) Run {
	return func(in, out []domain.Tensor) {
		dst, src := dataOf[T](out[0]), dataOf[T](in[0])
		for i := range dst {
			dst[i] = T(kernels.Determinant(src[i*n*n:(i+1)*n*n], n, scratch))
		}
	}
}

func (determinant) keepsRows(inputs, _ []Value, _ []bool) bool { return len(inputs[0].Shape) > 2 }
