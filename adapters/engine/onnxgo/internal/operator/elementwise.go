package operator

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var elementwiseFamily = map[string][]definition{
	"Add": arithmeticDefinitions(kernels.Add),
	"Sub": arithmeticDefinitions(kernels.Subtract),
	"Mul": arithmeticDefinitions(kernels.Multiply),
	"Div": arithmeticDefinitions(kernels.Divide),
}

func arithmeticDefinitions(op kernels.Arithmetic) []definition {
	return []definition{{since: 7, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: func(node Node) (Operator, error) {
		return arithmetic{op, node.Opset}, attributesOf(node).done()
	}}}
}

// arithmetic calculates element by element, with broadcasting as numpy does it.
type arithmetic struct {
	op    kernels.Arithmetic
	opset int
}

// calculators calculate in each datatype that arithmetic takes.
var calculators = map[domain.Datatype]func(kernels.Arithmetic, []domain.Tensor, []domain.Tensor, kernels.Broadcast){
	domain.FP32: calculateIn[float32], domain.FP64: calculateIn[float64],
	domain.INT8: calculateIn[int8], domain.INT16: calculateIn[int16], domain.INT32: calculateIn[int32], domain.INT64: calculateIn[int64],
	domain.UINT8: calculateIn[uint8], domain.UINT16: calculateIn[uint16], domain.UINT32: calculateIn[uint32], domain.UINT64: calculateIn[uint64],
}

func calculateIn[T interface {
	domain.Element
	kernels.Number
}](op kernels.Arithmetic, in, out []domain.Tensor, b kernels.Broadcast) {
	kernels.Calculate(op, dataOf[T](out[0]), dataOf[T](in[0]), dataOf[T](in[1]), b)
}

// Infer returns the shape that both operands broadcast to.
func (o arithmetic) Infer(inputs []Value) ([]Value, error) {
	a, b, err := operands(inputs)
	if err != nil {
		return nil, err
	}
	if a.Datatype != b.Datatype {
		return nil, domain.Errorf(domain.Invalid, "inputs A and B have datatypes %v and %v, expected one", a.Datatype, b.Datatype)
	}
	if _, ok := calculators[a.Datatype]; !ok {
		return nil, wrongDatatype("A", a.Datatype, "FP32, FP64 or an integer")
	}
	if a.Datatype.Size() < 4 && o.opset < 14 {
		return nil, wrongDatatype("A", a.Datatype, "before opset 14 FP32, FP64 or an integer of 32 or 64 bits")
	}
	if o.op == kernels.Divide && b.Known() {
		if err := checkDivisors(b.Const); err != nil {
			return nil, err
		}
	}
	shape, err := broadcast(a.Shape, b.Shape)
	if err != nil {
		return nil, err
	}
	return like(a, shape)
}

// Check refuses integer divisors that are 0.
func (o arithmetic) Check(inputs []domain.Tensor) error {
	if o.op != kernels.Divide {
		return nil
	}
	return checkDivisors(inputs[1])
}

// Compile works out the strides of both operands.
func (o arithmetic) Compile(inputs, outputs []Value) (Run, error) {
	calculate, ok := calculators[inputs[0].Datatype]
	if !ok {
		return nil, domain.Errorf(domain.Internal, "no arithmetic in %v", inputs[0].Datatype)
	}
	b := broadcastOf(outputs[0].Shape, inputs[0].Shape, inputs[1].Shape)
	return func(in, out []domain.Tensor) {
		if out[0].Len() > 0 {
			calculate(o.op, in, out, b)
		}
	}, nil
}

// broadcast returns the shape that two shapes broadcast to.
func broadcast(a, b domain.Shape) (domain.Shape, error) {
	longer, shorter := a, b
	if len(b) > len(a) {
		longer, shorter = b, a
	}
	shape := longer.Clone()
	for i, n := range shorter {
		axis := len(longer) - len(shorter) + i
		switch {
		case shape[axis] == 1:
			shape[axis] = n
		case n != 1 && n != shape[axis]:
			return nil, &domain.Error{
				Kind: domain.Invalid, Msg: fmt.Sprintf("inputs A and B have shapes %v and %v, which do not broadcast", a, b),
				Expected: "axes of one length, or of 1", Got: fmt.Sprintf("%v and %v", a, b),
			}
		}
	}
	return shape, nil
}

// broadcastOf returns lengths and strides, with axes joined where both operands
// go on in step, so that the innermost runs are long.
func broadcastOf(out, a, b domain.Shape) kernels.Broadcast {
	full := kernels.Broadcast{Lengths: out, X: spreadStrides(a, out), Y: spreadStrides(b, out)}
	var joined kernels.Broadcast
	for axis := len(out) - 1; axis >= 0; axis-- {
		if out[axis] == 1 {
			continue
		}
		if len(joined.Lengths) > 0 && full.X[axis] == joined.X[0]*joined.Lengths[0] && full.Y[axis] == joined.Y[0]*joined.Lengths[0] {
			joined.Lengths[0] *= out[axis]
			continue
		}
		joined.Lengths = slices.Insert(joined.Lengths, 0, out[axis])
		joined.X = slices.Insert(joined.X, 0, full.X[axis])
		joined.Y = slices.Insert(joined.Y, 0, full.Y[axis])
	}
	return joined
}

// spreadStrides returns a shape's strides on the axes of a longer one, 0 where it
// is repeated.
func spreadStrides(shape, out domain.Shape) []int {
	strides := make([]int, len(out))
	for i, stride := range stridesOf(shape) {
		if shape[i] != 1 {
			strides[len(out)-len(shape)+i] = stride
		}
	}
	return strides
}

// IsAdd reports whether an operator adds its two inputs.
func IsAdd(op Operator) bool {
	a, ok := op.(arithmetic)
	return ok && a.op == kernels.Add
}
