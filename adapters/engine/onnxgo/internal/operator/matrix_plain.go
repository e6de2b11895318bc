package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// multiplier multiplies matrices of one datatype without packing them. FP32 has
// better means.
type multiplier interface {
	gemm(g *gemm, size kernels.GemmGeometry, with kernels.GemmEpilogue) Run
	stacks(s stacks) Run
}

type multiplies[T number] struct{}

var multipliers = map[domain.Datatype]multiplier{
	domain.FP32: multiplies[float32]{}, domain.FP64: multiplies[float64]{},
	domain.INT32: multiplies[int32]{}, domain.INT64: multiplies[int64]{},
	domain.UINT32: multiplies[uint32]{}, domain.UINT64: multiplies[uint64]{},
}

func (multiplies[T]) gemm(g *gemm, size kernels.GemmGeometry, with kernels.GemmEpilogue) Run {
	return func(in, out []domain.Tensor) {
		dst := dataOf[T](out[0])
		kernels.MultiplyMatrices(size, dst, dataOf[T](in[0]), dataOf[T](in[1]))
		var c []T
		if len(in) > 2 && g.beta != 0 {
			c = dataOf[T](in[2])
		}
		kernels.FinishProduct(dst, size.N, T(g.alpha), T(g.beta), c, with.Row, with.Column)
	}
}

func (multiplies[T]) stacks(s stacks) Run {
	m, n, k := s.size.M, s.size.N, s.size.K
	return func(in, out []domain.Tensor) {
		a, b, dst := dataOf[T](in[0]), dataOf[T](in[1]), dataOf[T](out[0])
		for i := 0; i*m*n < len(dst); i++ {
			atA, atB := s.at(i, s.strideA), s.at(i, s.strideB)
			kernels.MultiplyMatrices(s.size, dst[i*m*n:(i+1)*m*n], a[atA*m*k:(atA+1)*m*k], b[atB*k*n:(atB+1)*k*n])
		}
	}
}
