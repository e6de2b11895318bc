package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var manyFamily = map[string][]definition{
	"Max":  {variadicOf(6, floatsOnly(greatest)), variadicOf(12, parseMany(greatest, false))},
	"Min":  {variadicOf(6, floatsOnly(least)), variadicOf(12, parseMany(least, false))},
	"Sum":  {variadicOf(6, floatsOnly(plus))},
	"Mean": {variadicOf(6, parseMany(only(plus, domain.FP32, domain.FP64), true))},

	"Where": {{since: 9, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseWhere}},
	"Pow":   {pairs(7, parsePow), pairs(12, parsePow)},
}

func variadicOf(since int, parse func(Node) (Operator, error)) definition {
	return definition{since: since, inputs: arity{1, variadic}, outputs: arity{1, 1}, parse: parse}
}

var greatest = map[domain.Datatype]combination{
	domain.FP32: combined(kernels.Larger[float32]), domain.FP64: combined(kernels.Larger[float64]),
	domain.INT8: combined(kernels.Larger[int8]), domain.INT16: combined(kernels.Larger[int16]), domain.INT32: combined(kernels.Larger[int32]), domain.INT64: combined(kernels.Larger[int64]),
	domain.UINT8: combined(kernels.Larger[uint8]), domain.UINT16: combined(kernels.Larger[uint16]), domain.UINT32: combined(kernels.Larger[uint32]), domain.UINT64: combined(kernels.Larger[uint64]),
}

var least = map[domain.Datatype]combination{
	domain.FP32: combined(kernels.Smaller[float32]), domain.FP64: combined(kernels.Smaller[float64]),
	domain.INT8: combined(kernels.Smaller[int8]), domain.INT16: combined(kernels.Smaller[int16]), domain.INT32: combined(kernels.Smaller[int32]), domain.INT64: combined(kernels.Smaller[int64]),
	domain.UINT8: combined(kernels.Smaller[uint8]), domain.UINT16: combined(kernels.Smaller[uint16]), domain.UINT32: combined(kernels.Smaller[uint32]), domain.UINT64: combined(kernels.Smaller[uint64]),
}

var plus = map[domain.Datatype]combination{domain.FP32: combined(kernels.Plus[float32]), domain.FP64: combined(kernels.Plus[float64])}

// many combines any number of inputs, one after another.
type many struct {
	combinations map[domain.Datatype]combination
	mean         bool // divide by how many there are
	equalShapes  bool // before opset 8
}

func floatsOnly(table map[domain.Datatype]combination) func(Node) (Operator, error) {
	return parseMany(only(table, domain.FP32, domain.FP64), false)
}

func parseMany(table map[domain.Datatype]combination, mean bool) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		return many{table, mean, node.Opset < 8}, attributesOf(node).done()
	}
}

// Infer returns the shape that all inputs broadcast to.
func (m many) Infer(inputs []Value) ([]Value, error) {
	shape := domain.Shape{}
	first := Value{}
	for i := range inputs {
		x, err := present(inputs, i, fmt.Sprintf("data_%d", i))
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first, shape = x, x.Shape
		}
		if _, ok := m.combinations[x.Datatype]; !ok {
			return nil, wrongDatatype(fmt.Sprintf("data_%d", i), x.Datatype, datatypesOf(m.combinations))
		}
		if x.Datatype != first.Datatype {
			return nil, domain.Errorf(domain.Invalid, "inputs have datatypes %v and %v, expected one", first.Datatype, x.Datatype)
		}
		if m.equalShapes && !x.Shape.Equal(shape) {
			return nil, domain.Errorf(domain.Invalid, "inputs have shapes %v and %v, expected one", shape, x.Shape)
		}
		if shape, err = broadcast(shape, x.Shape); err != nil {
			return nil, err
		}
	}
	return like(first, shape)
}

// Compile works out the strides of all inputs. What has been combined so far is in
// the output.
func (m many) Compile(inputs, outputs []Value) (Run, error) {
	out := outputs[0]
	if product(out.Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	combine, move := m.combinations[out.Datatype], movers[out.Datatype]
	spread := kernels.NewSelection(spreadOver(inputs[0].Shape, out.Shape))
	steps := make([]kernels.Broadcast, len(inputs))
	for i, v := range inputs {
		steps[i] = broadcastOf(out.Shape, out.Shape, v.Shape)
	}
	return func(in, out []domain.Tensor) {
		move.pick(out[0], in[0], spread, domain.Tensor{})
		for i := 1; i < len(in); i++ {
			combine(out[0], out[0], in[i], steps[i])
		}
		if m.mean {
			divide(out[0], len(in))
		}
	}, nil
}

// spreadOver lists the elements of an array that is repeated along the axes of a
// shape that it broadcasts to.
func spreadOver(from, to domain.Shape) [][]kernels.Stretch {
	axes := make([][]kernels.Stretch, len(to))
	for axis, stride := range spreadStrides(from, to) {
		axes[axis] = []kernels.Stretch{{Length: to[axis], Step: stride}}
	}
	return axes
}

func divide(t domain.Tensor, n int) {
	for i, x := range floats(t) {
		floats(t)[i] = x / float32(n)
	}
	doubles := dataOf[float64](t)
	for i, x := range doubles {
		doubles[i] = x / float64(n)
	}
}

func (many) keepsRows(inputs, outputs []Value, perRow []bool) bool {
	return spreadKeepsRows(inputs, outputs, perRow)
}

// where takes each element from one of two inputs, as a condition says.
type where struct{}

func parseWhere(node Node) (Operator, error) { return where{}, attributesOf(node).done() }

// Infer returns the shape that all inputs broadcast to.
func (where) Infer(inputs []Value) ([]Value, error) {
	values := make([]Value, 3)
	for i, name := range []string{"condition", "X", "Y"} {
		var err error
		if values[i], err = present(inputs, i, name); err != nil {
			return nil, err
		}
	}
	if values[0].Datatype != domain.BOOL {
		return nil, domain.Errorf(domain.Invalid, "input condition has datatype %v, expected BOOL", values[0].Datatype)
	}
	if values[1].Datatype != values[2].Datatype {
		return nil, domain.Errorf(domain.Invalid, "inputs X and Y have datatypes %v and %v, expected one", values[1].Datatype, values[2].Datatype)
	}
	shape, err := broadcast(values[1].Shape, values[2].Shape)
	if err != nil {
		return nil, err
	}
	if shape, err = broadcast(values[0].Shape, shape); err != nil {
		return nil, err
	}
	return like(values[1], shape)
}

// Compile works out the strides of all inputs.
func (where) Compile(inputs, outputs []Value) (Run, error) {
	out := outputs[0].Shape
	if product(out) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	move := movers[outputs[0].Datatype]
	c := kernels.Choice{Lengths: out, Condition: spreadStrides(inputs[0].Shape, out), X: spreadStrides(inputs[1].Shape, out), Y: spreadStrides(inputs[2].Shape, out)}
	return func(in, out []domain.Tensor) { move.choose(out[0], dataOf[bool](in[0]), in[1], in[2], c) }, nil
}

func (where) keepsRows(inputs, outputs []Value, perRow []bool) bool {
	return spreadKeepsRows(inputs, outputs, perRow)
}
