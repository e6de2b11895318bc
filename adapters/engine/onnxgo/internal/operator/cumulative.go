package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// cumulative is the sum or the product of all elements so far along an axis, which
// is an input.
type cumulative struct{ kernels.Cumulation }

func parseCumulative(product bool) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		a := attributesOf(node)
		c := cumulative{kernels.Cumulation{Product: product, Exclusive: a.bool("exclusive", false), Reverse: a.bool("reverse", false)}}
		return c, a.done()
	}
}

// cumulators cumulate in each datatype; FP32 is computed in FP64.
var cumulators = map[domain.Datatype]func(c kernels.Cumulation, dst, src domain.Tensor, n, inner int){
	domain.FP32: cumulateIn[float64, float32], domain.FP64: cumulateIn[float64, float64],
	domain.INT32: cumulateIn[int32, int32], domain.INT64: cumulateIn[int64, int64],
	domain.UINT32: cumulateIn[uint32, uint32], domain.UINT64: cumulateIn[uint64, uint64],
}

func cumulateIn[A kernels.Number, T number](c kernels.Cumulation, dst, src domain.Tensor, n, inner int) {
	kernels.Cumulate[A](c, dataOf[T](dst), dataOf[T](src), n, inner)
}

// scalarInput refuses an input that is not one integer.
func scalarInput(inputs []Value, at int, name string) (Value, error) {
	v, err := present(inputs, at, name)
	if err != nil {
		return v, err
	}
	if v.Datatype != domain.INT64 && v.Datatype != domain.INT32 {
		return v, domain.Errorf(domain.Invalid, "input %s has datatype %v, expected INT64 or INT32", name, v.Datatype)
	}
	if product(v.Shape) != 1 {
		return v, misshapen(name, v.Shape, "one element")
	}
	return v, nil
}

// integerOf returns the one element of a tensor of integers.
func integerOf(t domain.Tensor) int {
	if t.Datatype() == domain.INT32 {
		return int(firstOf[int32](t))
	}
	return int(firstOf[int64](t))
}

// Infer returns x's shape, whatever the axis is.
func (c cumulative) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "x")
	if err != nil {
		return nil, err
	}
	if _, ok := cumulators[x.Datatype]; !ok {
		return nil, wrongDatatype("x", x.Datatype, "FP32, FP64 or an integer of 32 or 64 bits")
	}
	axis, err := scalarInput(inputs, 1, "axis")
	if err != nil {
		return nil, err
	}
	if axis.Known() {
		if _, err := axisOf(integerOf(axis.Const), len(x.Shape)); err != nil {
			return nil, err
		}
	}
	return like(x, x.Shape)
}

// Check refuses an axis that x does not have.
func (cumulative) Check(inputs []domain.Tensor) error {
	_, err := axisOf(integerOf(inputs[1]), len(inputs[0].Shape()))
	return err
}

// Compile returns the computation along the axis that comes with each run.
func (c cumulative) Compile(inputs, _ []Value) (Run, error) {
	shape, cumulate := inputs[0].Shape.Clone(), cumulators[inputs[0].Datatype]
	return func(in, out []domain.Tensor) {
		axis := integerOf(in[1])
		if axis < 0 {
			axis += len(shape)
		}
		inner := 1
		for _, n := range shape[axis+1:] {
			inner *= n
		}
		cumulate(c.Cumulation, out[0], in[0], shape[axis], inner)
	}, nil
}

func (c cumulative) keepsRows(inputs, _ []Value, perRow []bool) bool {
	return onlyFirst(perRow) && inputs[1].Known() && axisBehindFirst(integerOf(inputs[1].Const), inputs[0])
}

// trilu keeps the upper or the lower triangle of matrices, the last two axes.
type trilu struct{ upper bool }

func parseTrilu(node Node) (Operator, error) {
	a := attributesOf(node)
	return trilu{a.bool("upper", true)}, a.done()
}

// Infer returns the input's shape.
func (t trilu) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	if len(x.Shape) < 2 {
		return nil, misshapen("input", x.Shape, "matrices")
	}
	if _, given := optional(inputs, 1); given {
		if _, err := scalarInput(inputs, 1, "k"); err != nil {
			return nil, err
		}
	}
	return like(x, x.Shape)
}

// Compile returns what copies the triangle.
func (t trilu) Compile(inputs, _ []Value) (Run, error) {
	shape := inputs[0].Shape
	rows, columns := shape[len(shape)-2], shape[len(shape)-1]
	move := movers[inputs[0].Datatype]
	return func(in, out []domain.Tensor) {
		k := 0
		if len(in) > 1 && !in[1].IsZero() {
			k = min(max(integerOf(in[1]), -rows), columns) // beyond that nothing changes
		}
		move.triangle(out[0], in[0], rows, columns, k, t.upper)
	}, nil
}

func (trilu) keepsRows(inputs, _ []Value, perRow []bool) bool {
	return onlyFirst(perRow) && len(inputs[0].Shape) > 2
}
