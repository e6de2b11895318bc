package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var svmKernels = map[string]kernels.KernelKind{
	"LINEAR": kernels.LinearKernel, "POLY": kernels.PolyKernel, "RBF": kernels.RBFKernel, "SIGMOID": kernels.SigmoidKernel,
}

// machine is what both support vector machines have. Without support vectors the
// coefficients are for the features themselves, and the kernel is linear.
type machine struct {
	kernel       kernels.Kernel
	coefficients []float32
	vectors      []float32
	count        int // of the support vectors
	rho          []float32
	transform    kernels.Transform
}

func (a *attributes) machine() machine {
	m := machine{coefficients: a.decimals("coefficients"), vectors: a.decimals("support_vectors"), rho: a.decimals("rho"), transform: a.transform()}
	kind, ok := svmKernels[a.text("kernel_type", "LINEAR")]
	a.expect(ok, "kernel_type", "is not LINEAR, POLY, RBF or SIGMOID")
	m.kernel.Kind = kind
	params := a.decimals("kernel_params")
	a.expect(len(params) == 3 || len(params) == 0 && kind == kernels.LinearKernel, "kernel_params", "is not gamma, coef0 and degree")
	if len(params) == 3 {
		m.kernel.Gamma, m.kernel.Coef, m.kernel.Degree = float64(params[0]), float64(params[1]), float64(params[2])
	}
	return m
}

// check reports vectors of which some have more features than others. Rows is how
// many coefficients there are for each vector, or, without any, for each feature.
func (m *machine) check(node Node, rows int) error {
	values, per := len(m.vectors), m.count
	if m.count == 0 {
		if values > 0 {
			return node.Invalid(fmt.Sprintf("has %d values of support vectors, but says that there are no vectors", values))
		}
		values, per, m.kernel.Kind = len(m.coefficients), rows, kernels.LinearKernel
	} else if len(m.coefficients)/rows != m.count || len(m.coefficients)%rows != 0 {
		return node.Invalid(fmt.Sprintf("has %d coefficients, expected %d for each of %d support vectors", len(m.coefficients), rows, m.count))
	}
	if per < 1 || values == 0 || values%per != 0 {
		return node.Invalid(fmt.Sprintf("has %d values in %d vectors", values, per))
	}
	return nil
}

// features returns how many a row has. Rows is as in check.
func (m *machine) features(rows int) int {
	if m.count == 0 {
		return len(m.coefficients) / rows
	}
	return len(m.vectors) / m.count
}

// svmRegressor is the sum of the coefficients, each times how alike its support
// vector is to the row. For one class it says on which side of it the row is.
type svmRegressor struct {
	machine
	oneClass bool
}

func parseSVMRegressor(node Node) (Operator, error) {
	a := attributesOf(node)
	r := &svmRegressor{machine: a.machine(), oneClass: a.bool("one_class", false)}
	r.count = a.int("n_supports", 0)
	a.expect(r.transform == kernels.NoTransform, "post_transform", "is not supported here, ONNX Runtime leaves it out")
	if err := a.done(); err != nil {
		return nil, err
	}
	if len(r.rho) != 1 || r.count < 0 {
		return nil, node.Invalid(fmt.Sprintf("has %d values of rho and %d support vectors, expected one and at least 0", len(r.rho), r.count))
	}
	return r, r.check(node, 1)
}

func (*svmRegressor) keepsRows(inputs, _ []Value, _ []bool) bool { return perRow(inputs) }

// Infer returns [N,1].
func (r *svmRegressor) Infer(inputs []Value) ([]Value, error) {
	x, err := wideTableOf(inputs, r.features(1))
	if err != nil {
		return nil, err
	}
	return like(Value{Datatype: domain.FP32}, domain.Shape{x.rows, 1})
}

// Compile makes room for a row.
func (r *svmRegressor) Compile(inputs, _ []Value) (Run, error) {
	x, err := tableOf(inputs)
	if err != nil {
		return nil, err
	}
	reader, alike := newRowReader[float32](x, x.features, 1), make([]float32, r.count)
	return func(in, out []domain.Tensor) {
		to := floats(out[0])
		for i := range to {
			row, _ := reader.read(in[0], i, 1)
			to[i] = r.score(row, alike)
		}
	}, nil
}

func (r *svmRegressor) score(row, alike []float32) float32 {
	if r.count > 0 {
		r.kernel.Apply(alike, row, r.vectors)
		row = alike
	}
	score := float32(kernels.Dot(row, r.coefficients) + float64(r.rho[0]))
	switch {
	case !r.oneClass:
		return score
	case score > 0:
		return 1
	default:
		return -1
	}
}
