package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// matrixFamily are the products of matrices.
var matrixFamily = map[string][]definition{
	"Gemm": {
		{since: 7, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseGemm},
		{since: 11, inputs: arity{2, 3}, outputs: arity{1, 1}, parse: parseGemm},
	},
	"MatMul": {{since: 1, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseMatMul}},
}

// gemm is alpha*A*B + beta*C, with A [M,K] and B [K,N], or transposed, and C
// stretched to [M,N].
type gemm struct {
	alpha, beta    float32
	transA, transB bool
	wholeAddend    bool // C must be [M,N]
	packed         *packing[*blocked.GemmWeights]
}

func parseGemm(node Node) (Operator, error) {
	a := attributesOf(node)
	g := &gemm{
		alpha: a.float("alpha", 1), beta: a.float("beta", 1),
		// ONNX calls every value but 0 true here.
		transA: a.int("transA", 0) != 0, transB: a.int("transB", 0) != 0,
		packed: new(packing[*blocked.GemmWeights]),
	}
	return g, a.done()
}

// Infer returns [M,N].
func (g *gemm) Infer(inputs []Value) ([]Value, error) {
	size, err := g.geometry(inputs)
	if err != nil {
		return nil, err
	}
	if _, _, err := addendStrides(inputs, size); err != nil {
		return nil, err
	}
	if g.wholeAddend && !inputs[2].Shape.Equal(domain.Shape{size.M, size.N}) {
		return nil, misshapen("C", inputs[2].Shape, fmt.Sprintf("[%d,%d] where the attribute broadcast is 0", size.M, size.N))
	}
	if err := g.wholeFactors(inputs[0].Datatype); err != nil {
		return nil, err
	}
	return like(inputs[0], domain.Shape{size.M, size.N})
}

// wholeFactors refuses factors that integers cannot be multiplied by.
func (g *gemm) wholeFactors(datatype domain.Datatype) error {
	if datatype == domain.FP32 || datatype == domain.FP64 {
		return nil
	}
	for name, factor := range map[string]float32{"alpha": g.alpha, "beta": g.beta} {
		if factor != float32(int32(factor)) || factor < 0 && (datatype == domain.UINT32 || datatype == domain.UINT64) {
			return domain.Errorf(domain.Unsupported, "attribute %s = %v is not supported for %v, whole numbers are", name, factor, datatype)
		}
	}
	return nil
}

func (g *gemm) geometry(inputs []Value) (size kernels.GemmGeometry, err error) {
	size = kernels.GemmGeometry{TransA: g.transA, TransB: g.transB}
	if size.M, size.K, err = matrix(inputs, 0, "A", g.transA); err != nil {
		return size, err
	}
	rows, columns, err := matrix(inputs, 1, "B", g.transB)
	if err == nil && rows != size.K {
		err = misshapen("B", inputs[1].Shape, fmt.Sprintf("%d rows as A %v has columns (transA %v, transB %v)",
			size.K, inputs[0].Shape, g.transA, g.transB))
	}
	size.N = columns
	return size, err
}

// factor returns an input of a datatype that is multiplied here, the same for all.
func factor(inputs []Value, at int, name string) (Value, error) {
	v, err := present(inputs, at, name)
	if err != nil {
		return v, err
	}
	if _, ok := multipliers[v.Datatype]; !ok {
		return v, wrongDatatype(name, v.Datatype, "FP32, FP64 or an integer of 32 or 64 bits")
	}
	if v.Datatype != inputs[0].Datatype {
		return v, domain.Errorf(domain.Invalid, "inputs A and %s have datatypes %v and %v, expected one", name, inputs[0].Datatype, v.Datatype)
	}
	return v, nil
}

// matrix returns how many rows and columns an input has, after transposition.
func matrix(inputs []Value, at int, name string, transposed bool) (rows, columns int, err error) {
	v, err := factor(inputs, at, name)
	if err != nil {
		return 0, 0, err
	}
	if len(v.Shape) != 2 {
		return 0, 0, misshapen(name, v.Shape, "a matrix")
	}
	if transposed {
		return v.Shape[1], v.Shape[0], nil
	}
	return v.Shape[0], v.Shape[1], nil
}

// addendStrides returns the strides with which C covers [M,N].
func addendStrides(inputs []Value, size kernels.GemmGeometry) (row, column int, err error) {
	if len(inputs) < 3 || inputs[2].Missing() {
		return 0, 0, nil
	}
	c, err := factor(inputs, 2, "C")
	if err != nil {
		return 0, 0, err
	}
	rows, columns := 1, 1
	switch len(c.Shape) {
	case 2:
		rows, columns = c.Shape[0], c.Shape[1]
	case 1:
		columns = c.Shape[0]
	}
	if len(c.Shape) > 2 || rows != 1 && rows != size.M || columns != 1 && columns != size.N {
		return 0, 0, misshapen("C", c.Shape, fmt.Sprintf("a shape that stretches to [%d,%d]", size.M, size.N))
	}
	if rows > 1 {
		row = columns
	}
	if columns > 1 {
		column = 1
	}
	return row, column, nil
}

// Compile is for what is computed while compiling.
func (g *gemm) Compile(inputs, outputs []Value) (Run, error) {
	return g.CompileFor(portable(), inputs, outputs)
}

// CompileFor packs B: now if it is known, else at every run.
func (g *gemm) CompileFor(t Target, inputs, _ []Value) (Run, error) {
	size, err := g.geometry(inputs)
	if err != nil {
		return nil, err
	}
	epilogue := kernels.GemmEpilogue{Alpha: g.alpha, Beta: g.beta}
	if epilogue.Row, epilogue.Column, err = addendStrides(inputs, size); err != nil {
		return nil, err
	}
	if datatype := inputs[0].Datatype; datatype != domain.FP32 {
		return multipliers[datatype].gemm(g, size, epilogue), nil
	}
	weights, repack, err := g.weights(t, inputs[1], size)
	if err != nil {
		return nil, err
	}
	product := blocked.NewGemm(t.Set, t.Team, size)
	return func(inputs, outputs []domain.Tensor) {
		if repack {
			weights.Pack(floats(inputs[1]), size.TransB)
		}
		with := epilogue
		if len(inputs) > 2 {
			with.C = floats(inputs[2])
		}
		product.Run(floats(outputs[0]), floats(inputs[0]), weights, with)
	}, nil
}

// weights returns the place for B, and whether it has to be filled at every run.
func (g *gemm) weights(t Target, b Value, size kernels.GemmGeometry) (weights *blocked.GemmWeights, repack bool, err error) {
	if n, _ := b.Shape.Elements(); b.Known() && n > 0 {
		return g.packed.get(b.Const, t.Set, func(values []float32) *blocked.GemmWeights {
			return packMatrix(t, size, values)
		}), false, nil
	}
	if err := fitsGemmScratch(size); err != nil {
		return nil, false, err
	}
	return blocked.NewGemmWeights(t.Set, size), true, nil
}

func packMatrix(t Target, size kernels.GemmGeometry, values []float32) *blocked.GemmWeights {
	weights := blocked.NewGemmWeights(t.Set, size)
	weights.Pack(values, size.TransB)
	return weights
}

// fitsGemmScratch refuses a product whose right operand is too large to be
// copied. An operand without elements needs a row's worth of memory all the same.
func fitsGemmScratch(size kernels.GemmGeometry) error {
	return fitsScratch(max(size.K, 1), max(size.N, 1))
}
