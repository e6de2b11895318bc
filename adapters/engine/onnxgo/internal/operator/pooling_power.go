package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// powerPool is a pool, in plain order, that forms the p-norm of each window.
type powerPool struct{ pool pool }

// normOf reads which norm is asked for.
func normOf(a *attributes) int {
	p := a.int("p", 2)
	a.expect(p > 0, "p", "is not the power of a norm")
	return p
}

func parsePowerPool(node Node) (Operator, error) {
	a := attributesOf(node)
	l, p := powerPool{pool: *parsePool(a, windowHas{dilations: node.Opset >= 18, ceil: node.Opset >= 18})}, normOf(a)
	l.pool.norm = p
	l.pool.compute = func(_ area, g kernels.PoolGeometry, dst, src []float32) { kernels.PowerPool(g, p, dst, src) }
	return l, a.done()
}

// Infer returns the pool's shape.
func (l powerPool) Infer(inputs []Value) ([]Value, error) { return l.pool.Infer(inputs) }

// Compile returns the pool's computation.
func (l powerPool) Compile(inputs, outputs []Value) (Run, error) {
	return l.pool.Compile(inputs, outputs)
}

func (powerPool) keepsRows(_, _ []Value, _ []bool) bool { return true }

// globalPowerPool forms the p-norm of each plane of X [N,C,...].
type globalPowerPool struct{ p int }

func parseGlobalPowerPool(node Node) (Operator, error) {
	a := attributesOf(node)
	return globalPowerPool{normOf(a)}, a.done()
}

// Infer returns [N,C,1,...].
func (globalPowerPool) Infer(inputs []Value) ([]Value, error) {
	x, err := realOperand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if len(x.Shape) < 3 {
		return nil, misshapen("X", x.Shape, "[N,C,...] with at least one spatial axis")
	}
	return like(x, slices.Concat(x.Shape[:2], slices.Repeat(domain.Shape{1}, len(x.Shape)-2)))
}

// Compile returns the computation in X's datatype.
func (g globalPowerPool) Compile(inputs, _ []Value) (Run, error) {
	n := product(inputs[0].Shape[2:])
	if inputs[0].Datatype == domain.FP64 {
		return globalPower[float64](n, g.p), nil
	}
	return globalPower[float32](n, g.p), nil
}

func globalPower[T realNumber](n, p int) Run {
	return func(in, out []domain.Tensor) {
		kernels.GlobalPowerPool(dataOf[T](out[0]), dataOf[T](in[0]), n, p)
	}
}

func (globalPowerPool) keepsRows(_, _ []Value, _ []bool) bool { return true }
