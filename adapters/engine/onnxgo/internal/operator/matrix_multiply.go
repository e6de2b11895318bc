package operator

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// matMul is the product of stacks of matrices, as numpy has it: the last two
// axes are the matrices', the others are stretched to each other, and an operand
// of one axis is a row (left) or a column (right) that leaves no axis behind.
type matMul struct {
	packed *packing[[]*blocked.GemmWeights]
}

func parseMatMul(node Node) (Operator, error) {
	return &matMul{packed: new(packing[[]*blocked.GemmWeights])}, attributesOf(node).done()
}

// stacks is a product of two stacks of matrices. A stack's stride is 0 along an
// axis that is stretched.
type stacks struct {
	size          kernels.GemmGeometry
	batch         domain.Shape // the stacked axes
	strideA       []int        // in matrices
	strideB       []int
	rowA, columnB bool // whether an operand has one axis only
}

func (m *matMul) stacks(inputs []Value) (s stacks, err error) {
	a, err := factor(inputs, 0, "A")
	if err != nil {
		return s, err
	}
	b, err := factor(inputs, 1, "B")
	if err != nil {
		return s, err
	}
	left, right := a.Shape, b.Shape
	if len(left) == 0 || len(right) == 0 {
		return s, domain.Errorf(domain.Invalid, "inputs A %v and B %v must not be scalars", left, right)
	}
	if len(left) == 1 {
		s.rowA, left = true, domain.Shape{1, left[0]}
	}
	if len(right) == 1 {
		s.columnB, right = true, domain.Shape{right[0], 1}
	}
	outerA, outerB := left[:len(left)-2], right[:len(right)-2]
	s.size = kernels.GemmGeometry{M: left[len(outerA)], K: left[len(outerA)+1], N: right[len(outerB)+1]}
	if right[len(outerB)] != s.size.K {
		return s, misshapen("B", b.Shape, fmt.Sprintf("%d rows as A %v has columns", s.size.K, a.Shape))
	}
	if s.batch, err = stretch(outerA, outerB); err != nil {
		return s, err
	}
	s.strideA, s.strideB = matrixStrides(outerA, len(s.batch)), matrixStrides(outerB, len(s.batch))
	if !slices.ContainsFunc(s.strideB, func(n int) bool { return n != 0 }) {
		s.flatten(outerA)
	}
	return s, nil
}

// flatten makes one tall product of a stack whose right operand is always the
// same. Rows stand alone, so the bits are the same.
func (s *stacks) flatten(outerA domain.Shape) {
	if rows, err := append(outerA.Clone(), s.size.M).Elements(); err == nil {
		s.size.M, s.strideA, s.strideB = rows, nil, nil
	}
}

// stretch returns the shape that both shapes are stretched to.
func stretch(a, b domain.Shape) (domain.Shape, error) {
	result := make(domain.Shape, max(len(a), len(b)))
	for i := range result {
		x, y := 1, 1
		if at := i - (len(result) - len(a)); at >= 0 {
			x = a[at]
		}
		if at := i - (len(result) - len(b)); at >= 0 {
			y = b[at]
		}
		switch {
		case x == y || y == 1:
			result[i] = x
		case x == 1:
			result[i] = y
		default:
			return nil, domain.Errorf(domain.Invalid, "the stacks of A %v and B %v do not fit: lengths %d and %d", a, b, x, y)
		}
	}
	return result, nil
}

// matrixStrides returns the strides of a stack along the axes of a batch.
func matrixStrides(outer domain.Shape, rank int) []int {
	strides := make([]int, rank)
	step := 1
	for i := len(outer) - 1; i >= 0; i-- {
		if outer[i] > 1 {
			strides[rank-len(outer)+i] = step
		}
		step *= outer[i]
	}
	return strides
}

// Infer returns the stretched outer axes followed by [M,N], without the axis
// that an operand of one axis does not have.
func (m *matMul) Infer(inputs []Value) ([]Value, error) {
	s, err := m.stacks(inputs)
	if err != nil {
		return nil, err
	}
	shape := s.batch.Clone()
	if !s.rowA {
		shape = append(shape, inputs[0].Shape[len(inputs[0].Shape)-2])
	}
	if !s.columnB {
		shape = append(shape, s.size.N)
	}
	return like(inputs[0], shape)
}

// Compile is for what is computed while compiling.
func (m *matMul) Compile(inputs, outputs []Value) (Run, error) {
	return m.CompileFor(portable(), inputs, outputs)
}

// CompileFor packs B: now if it is known, else at every run.
func (m *matMul) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	s, err := m.stacks(inputs)
	if err != nil {
		return nil, err
	}
	n, err := outputs[0].Shape.Elements()
	if err != nil {
		return nil, err
	}
	datatype, b := inputs[0].Datatype, inputs[1]
	if n == 0 || s.size.K == 0 {
		return func(_, outputs []domain.Tensor) { movers[datatype].fill(outputs[0], domain.Tensor{}) }, nil
	}
	if b.Known() && datatype == domain.FP32 {
		return s.run(t, m.packed.get(b.Const, t.Set, func(values []float32) []*blocked.GemmWeights {
			var all []*blocked.GemmWeights
			for matrix := range slices.Chunk(values, s.size.K*s.size.N) {
				all = append(all, packMatrix(t, s.size, matrix))
			}
			return all
		}), nil), nil
	}
	return s.unpacked(t, datatype)
}

// unpacked returns the product with a B that comes with each run.
func (s stacks) unpacked(t Target, datatype domain.Datatype) (Run, error) {
	if datatype != domain.FP32 {
		return multipliers[datatype].stacks(s), nil
	}
	if err := fitsGemmScratch(s.size); err != nil {
		return nil, err
	}
	return s.run(t, nil, blocked.NewGemmWeights(t.Set, s.size)), nil
}

// run multiplies with the packed matrices of B, or packs each into scratch.
func (s stacks) run(t Target, packed []*blocked.GemmWeights, scratch *blocked.GemmWeights) Run {
	product := blocked.NewGemm(t.Set, t.Team, s.size)
	m, n, k := s.size.M, s.size.N, s.size.K
	return func(inputs, outputs []domain.Tensor) {
		a, b, dst := floats(inputs[0]), floats(inputs[1]), floats(outputs[0])
		for i := 0; i*m*n < len(dst); i++ {
			atA, atB := s.at(i, s.strideA), s.at(i, s.strideB)
			weights := scratch
			if packed != nil {
				weights = packed[atB]
			} else {
				weights.Pack(b[atB*k*n:(atB+1)*k*n], s.size.TransB)
			}
			product.Run(dst[i*m*n:(i+1)*m*n], a[atA*m*k:(atA+1)*m*k], weights, kernels.GemmEpilogue{Alpha: 1})
		}
	}
}

// at returns which matrix of a stack belongs to product i.
func (s stacks) at(i int, strides []int) int {
	at := 0
	for axis := len(strides) - 1; axis >= 0; axis-- {
		at += i % s.batch[axis] * strides[axis]
		i /= s.batch[axis]
	}
	return at
}
