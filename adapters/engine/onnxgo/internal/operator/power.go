package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// power raises each element of the first input to that of the second, which may
// be of another datatype from opset 12 on.
type power struct{ opset int }

func parsePow(node Node) (Operator, error) { return power{node.Opset}, attributesOf(node).done() }

// powers are the combinations by the datatypes of base and exponent.
var powers = map[domain.Datatype]map[domain.Datatype]combination{
	domain.FP32:  raised[float32](),
	domain.FP64:  raised[float64](),
	domain.INT32: raisedWhole[int32](),
	domain.INT64: raisedWhole[int64](),
}

func raised[T numeric]() map[domain.Datatype]combination {
	return map[domain.Datatype]combination{
		domain.FP32: raisedTo[T, float32](), domain.FP64: raisedTo[T, float64](),
		domain.INT8: raisedTo[T, int8](), domain.INT16: raisedTo[T, int16](), domain.INT32: raisedTo[T, int32](), domain.INT64: raisedTo[T, int64](),
		domain.UINT8: raisedTo[T, uint8](), domain.UINT16: raisedTo[T, uint16](), domain.UINT32: raisedTo[T, uint32](), domain.UINT64: raisedTo[T, uint64](),
	}
}

func raisedTo[T, U numeric]() combination {
	return func(dst, x, y domain.Tensor, b kernels.Broadcast) {
		kernels.Combine(dataOf[T](dst), dataOf[T](x), dataOf[U](y), b, kernels.Power[T, U])
	}
}

// raisedWhole computes powers of integers, which a float64 need not hold.
func raisedWhole[T interface{ int32 | int64 }]() map[domain.Datatype]combination {
	return map[domain.Datatype]combination{
		domain.FP32: raisedReal[T, float32](), domain.FP64: raisedReal[T, float64](),
		domain.INT8: raisedBy[T, int8](), domain.INT16: raisedBy[T, int16](), domain.INT32: raisedBy[T, int32](), domain.INT64: raisedBy[T, int64](),
		domain.UINT8: raisedBy[T, uint8](), domain.UINT16: raisedBy[T, uint16](), domain.UINT32: raisedBy[T, uint32](), domain.UINT64: raisedBy[T, uint64](),
	}
}

func raisedBy[T interface{ int32 | int64 }, U integer]() combination {
	return func(dst, x, y domain.Tensor, b kernels.Broadcast) {
		kernels.Combine(dataOf[T](dst), dataOf[T](x), dataOf[U](y), b, func(x T, y U) T { return kernels.IntegerPower(x, exponentOf(y)) })
	}
}

// exponentOf returns an exponent, or a smaller one to which every number has the
// same power if it is too large.
func exponentOf[U integer](y U) int64 {
	if y > 0 && uint64(y) > math.MaxInt64 {
		return 1<<62 | int64(uint64(y)&1)
	}
	return int64(y)
}

func raisedReal[T interface{ int32 | int64 }, U interface{ float32 | float64 }]() combination {
	least, most := int64(math.MinInt64), int64(math.MaxInt64)
	if _, ok := any(T(0)).(int32); ok {
		least, most = math.MinInt32, math.MaxInt32
	}
	return func(dst, x, y domain.Tensor, b kernels.Broadcast) {
		kernels.Combine(dataOf[T](dst), dataOf[T](x), dataOf[U](y), b, func(x T, y U) T {
			return kernels.Truncated(math.Pow(float64(x), float64(y)), T(least), T(most))
		})
	}
}

// Infer returns the shape that both inputs broadcast to.
func (p power) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	y, err := present(inputs, 1, "Y")
	if err != nil {
		return nil, err
	}
	exponents, ok := powers[x.Datatype]
	if !ok || p.opset < 12 && x.Datatype != domain.FP32 && x.Datatype != domain.FP64 {
		return nil, wrongDatatype("X", x.Datatype, "FP32, FP64, or from opset 12 on INT32 or INT64")
	}
	if _, ok := exponents[y.Datatype]; !ok {
		return nil, wrongDatatype("Y", y.Datatype, datatypesOf(exponents))
	}
	if p.opset < 12 && x.Datatype != y.Datatype {
		return nil, domain.Errorf(domain.Invalid, "inputs X and Y have datatypes %v and %v, expected one before opset 12", x.Datatype, y.Datatype)
	}
	shape, err := broadcast(x.Shape, y.Shape)
	if err != nil {
		return nil, err
	}
	return like(x, shape)
}

// Compile works out the strides of both inputs. Some exponents need no logarithm.
func (power) Compile(inputs, outputs []Value) (Run, error) {
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	if simple := simplePower(inputs, outputs); simple != nil {
		return func(in, out []domain.Tensor) { simple(floats(out[0]), floats(in[0])) }, nil
	}
	combine := powers[inputs[0].Datatype][inputs[1].Datatype]
	b := broadcastOf(outputs[0].Shape, inputs[0].Shape, inputs[1].Shape)
	return func(in, out []domain.Tensor) { combine(out[0], in[0], in[1], b) }, nil
}

// simplePower returns the computation for an exponent that is one number, if it is
// one of those that layers are made of.
func simplePower(inputs, outputs []Value) func(dst, src []float32) {
	y := inputs[1].Const
	if inputs[0].Datatype != domain.FP32 || y.IsZero() || y.Len() != 1 || !outputs[0].Shape.Equal(inputs[0].Shape) {
		return nil
	}
	exponent, _ := domain.Number(y, 0)
	switch exponent {
	case 2:
		return kernels.Square
	case 3:
		return kernels.Cube
	case 0.5:
		return kernels.SquareRootOfPower
	}
	return nil
}

func (power) keepsRows(inputs, outputs []Value, perRow []bool) bool {
	return spreadKeepsRows(inputs, outputs, perRow)
}
