package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// integerProduct is a convolution or a matrix product of quantised numbers. What is
// less its zero is multiplied and added as INT32, exactly as long as that holds
// the sums. The QLinear forms then scale and round the sums.
type integerProduct struct {
	multiply Operator // of INT32: a matMul, or an integerConv
	scaled   bool
	conv     bool
}

// The places of the inputs: of the plain forms a, b, a's zero, b's zero; of the
// QLinear forms each with its scale before its zero, and the result's.
type productPlaces struct{ a, aScale, aZero, b, bScale, bZero, yScale, yZero, bias int }

func (p integerProduct) places() productPlaces {
	if p.scaled {
		return productPlaces{0, 1, 2, 3, 4, 5, 6, 7, 8}
	}
	return productPlaces{0, -1, 2, 1, -1, 3, -1, -1, -1}
}

func parseMatMulInteger(node Node) (Operator, error) {
	a := attributesOf(node)
	multiply, err := parseMatMul(Node{OpType: "MatMul", Opset: 13, Outputs: node.Outputs})
	if err != nil {
		return nil, err
	}
	return integerProduct{multiply: multiply, scaled: node.OpType == "QLinearMatMul"}, a.done()
}

func parseConvInteger(node Node) (Operator, error) {
	a := attributesOf(node)
	c := &integerConv{Conv{window: parseWindow(a, windowHas{dilations: true}), group: a.int("group", 1)}}
	c.window.slack = 1
	a.expect(c.group > 0, "group", "is not a number of groups")
	return integerProduct{multiply: c, scaled: node.OpType == "QLinearConv", conv: true}, a.done()
}

// integerConv is a convolution of INT32.
type integerConv struct{ Conv }

// Infer returns the output's shape.
func (c *integerConv) Infer(inputs []Value) ([]Value, error) {
	wide := make([]Value, len(inputs))
	for i, v := range inputs {
		wide[i] = Value{Datatype: domain.FP32, Shape: v.Shape}
	}
	outputs, err := c.Conv.Infer(wide)
	if err != nil {
		return nil, err
	}
	return like(Value{Datatype: domain.INT32}, outputs[0].Shape)
}

// Compile returns the convolution.
func (c *integerConv) Compile(inputs, _ []Value) (Run, error) {
	g, err := c.geometry([]Value{{Datatype: domain.FP32, Shape: inputs[0].Shape}, {Datatype: domain.FP32, Shape: inputs[1].Shape}})
	if err != nil {
		return nil, err
	}
	return func(in, out []domain.Tensor) {
		var bias []int32
		if len(in) > 2 {
			bias = dataOf[int32](in[2])
		}
		kernels.ConvInteger(dataOf[int32](out[0]), dataOf[int32](in[0]), dataOf[int32](in[1]), bias, g)
	}, nil
}

// narrow returns an input of INT8 or UINT8.
func narrow(inputs []Value, at int, name string) (Value, error) {
	v, err := present(inputs, at, name)
	if err == nil && v.Datatype != domain.INT8 && v.Datatype != domain.UINT8 {
		err = wrongDatatype(name, v.Datatype, "INT8 or UINT8")
	}
	return v, err
}

// Infer returns what the product has, as INT32 or in the datatype of the result's
// zero.
func (p integerProduct) Infer(inputs []Value) ([]Value, error) {
	at := p.places()
	a, err := narrow(inputs, at.a, "a")
	if err != nil {
		return nil, err
	}
	b, err := narrow(inputs, at.b, "b")
	if err != nil {
		return nil, err
	}
	operands, err := p.operands(inputs, a, b)
	if err != nil {
		return nil, err
	}
	outputs, err := p.multiply.Infer(operands)
	if err != nil {
		return nil, err
	}
	for _, side := range []struct {
		of   Value
		at   int
		name string
		most int
	}{{a, at.aZero, "a_zero_point", p.rows(a)}, {b, at.bZero, "b_zero_point", p.columns(b)}} {
		if err := checkValues(inputs, side.at, side.name, side.of.Datatype, side.most, true); err != nil {
			return nil, err
		}
	}
	if !p.scaled {
		return outputs, nil
	}
	for _, scale := range []struct {
		at   int
		name string
		most int
	}{{at.aScale, "a_scale", p.rows(a)}, {at.bScale, "b_scale", p.columns(b)}, {at.yScale, "y_scale", 1}} {
		if err := checkValues(inputs, scale.at, scale.name, domain.FP32, scale.most, false); err != nil {
			return nil, err
		}
	}
	zero, err := narrow(inputs, at.yZero, "y_zero_point")
	if err != nil {
		return nil, err
	}
	if product(zero.Shape) != 1 {
		return nil, misshapen("y_zero_point", zero.Shape, "one element")
	}
	return like(zero, outputs[0].Shape)
}

// operands are what the product of INT32 takes.
func (p integerProduct) operands(inputs []Value, a, b Value) ([]Value, error) {
	operands := []Value{{Datatype: domain.INT32, Shape: a.Shape}, {Datatype: domain.INT32, Shape: b.Shape}}
	if bias, ok := optional(inputs, max(p.places().bias, 0)); ok && p.places().bias >= 0 {
		if bias.Datatype != domain.INT32 {
			return nil, wrongDatatype("B", bias.Datatype, "INT32")
		}
		operands = append(operands, Value{Datatype: domain.INT32, Shape: bias.Shape})
	}
	return operands, nil
}

// rows returns for how many rows of a there may be values of their own, columns for
// how many columns, or output channels, of b.
func (p integerProduct) rows(a Value) int {
	if p.conv || len(a.Shape) < 2 {
		return 1
	}
	return a.Shape[len(a.Shape)-2]
}

func (p integerProduct) columns(b Value) int {
	switch {
	case p.conv:
		return b.Shape[0]
	case len(b.Shape) < 2:
		return 1
	}
	return b.Shape[len(b.Shape)-1]
}

// checkValues refuses scales or zeros of which there is not one, or one for each.
func checkValues(inputs []Value, at int, name string, datatype domain.Datatype, most int, leftOut bool) error {
	v, ok := optional(inputs, at)
	switch n := product(v.Shape); {
	case !ok && leftOut:
		return nil
	case !ok:
		return domain.Errorf(domain.Invalid, "input %s is missing", name)
	case v.Datatype != datatype:
		return domain.Errorf(domain.Invalid, "input %s has datatype %v, expected %v", name, v.Datatype, datatype)
	case n != 1 && n != most:
		return misshapen(name, v.Shape, fmt.Sprintf("one element or %d", most))
	}
	return nil
}

// Compile widens the operands into memory of its own and multiplies there.
func (p integerProduct) Compile(inputs, outputs []Value) (Run, error) {
	at := p.places()
	a, b := inputs[at.a], inputs[at.b]
	operands, err := p.operands(inputs, a, b)
	if err != nil {
		return nil, err
	}
	result := Value{Datatype: domain.INT32, Shape: outputs[0].Shape}
	var memory [3]domain.Tensor
	for i, v := range []Value{operands[0], operands[1], result} {
		if err := fitsScratch(v.Shape...); err != nil {
			return nil, err
		}
		if memory[i], err = domain.MakeTensor(domain.INT32, v.Shape); err != nil {
			return nil, err
		}
	}
	multiply, err := p.multiply.Compile(operands, []Value{result})
	if err != nil {
		return nil, err
	}
	widenA, widenB := widening(inputs, at.aZero, a, p.alongA(a)), widening(inputs, at.bZero, b, p.alongB(b))
	finish := p.finish(inputs, outputs[0])
	given, made := make([]domain.Tensor, len(operands)), make([]domain.Tensor, 1)
	return func(in, out []domain.Tensor) {
		widenA(memory[0], in, at.a)
		widenB(memory[1], in, at.b)
		given[0], given[1], made[0] = memory[0], memory[1], out[0]
		if len(given) > 2 {
			given[2] = in[at.bias]
		}
		if p.scaled {
			made[0] = memory[2]
		}
		multiply(given, made)
		if p.scaled {
			finish(out[0], memory[2], in)
		}
		clear(given)
		clear(made)
	}, nil
}

func (p integerProduct) alongA(a Value) kernels.Along {
	rows := p.rows(a)
	return kernels.Along{Values: rows, Length: rows, Inner: a.Shape[len(a.Shape)-1]}
}

func (p integerProduct) alongB(b Value) kernels.Along {
	columns := p.columns(b)
	if p.conv {
		return kernels.Along{Values: columns, Length: columns, Inner: product(b.Shape[1:])}
	}
	return kernels.Along{Values: columns, Length: columns, Inner: 1}
}

// widening returns what writes an operand less its zeros.
func widening(inputs []Value, zero int, of Value, a kernels.Along) func(dst domain.Tensor, in []domain.Tensor, at int) {
	if v, ok := optional(inputs, zero); ok && product(v.Shape) == 1 {
		a.Values = 1
	}
	if of.Datatype == domain.INT8 {
		return widenFrom[int8](zero, a)
	}
	return widenFrom[uint8](zero, a)
}

func widenFrom[T interface{ int8 | uint8 }](zero int, a kernels.Along) func(dst domain.Tensor, in []domain.Tensor, at int) {
	return func(dst domain.Tensor, in []domain.Tensor, at int) {
		var zeros []T
		if zero < len(in) {
			zeros = dataOf[T](in[zero])
		}
		kernels.WidenLess(dataOf[int32](dst), dataOf[T](in[at]), zeros, a)
	}
}

// finish returns what scales and rounds the sums.
func (p integerProduct) finish(inputs []Value, output Value) func(dst, sums domain.Tensor, in []domain.Tensor) {
	if !p.scaled {
		return nil
	}
	at := p.places()
	rows, columns := make([]float32, product(inputs[at.aScale].Shape)), make([]float32, product(inputs[at.bScale].Shape))
	width := max(1, p.columns(inputs[at.b]))
	if p.conv { // a scale for each output channel, which is a row here
		rows, columns = columns, rows
		width = product(output.Shape[2:])
	}
	return func(dst, sums domain.Tensor, in []domain.Tensor) {
		a, b, y := floats(in[at.aScale]), floats(in[at.bScale]), floats(in[at.yScale])[0]
		switch {
		case p.conv:
			for i := range rows {
				rows[i] = a[0] * b[i] / y
			}
			columns[0] = 1
		case len(rows) == 1 && len(columns) == 1:
			rows[0], columns[0] = a[0]*b[0]/y, 1
		default:
			copy(rows, a)
			for i := range columns {
				columns[i] = b[i] / y
			}
		}
		if dst.Datatype() == domain.INT8 {
			kernels.Requantize(dataOf[int8](dst), dataOf[int32](sums), rows, columns, width, dataOf[int8](in[at.yZero])[0], -128, 127)
			return
		}
		kernels.Requantize(dataOf[uint8](dst), dataOf[int32](sums), rows, columns, width, dataOf[uint8](in[at.yZero])[0], 0, 255)
	}
}

func (p integerProduct) products(inputs, outputs []Value) int {
	at := p.places()
	return p.multiply.(interface {
		products(inputs, outputs []Value) int
	}).products([]Value{inputs[at.a], inputs[at.b]}, outputs)
}

// A zero or a scale of a row would have rows too.
func (p integerProduct) keepsRows(inputs, _ []Value, perRow []bool) bool {
	at := p.places()
	if !onlyFirst(perRow) || !p.conv && len(inputs[at.b].Shape) > 2 || !p.conv && len(inputs[at.a].Shape) < 2 {
		return false
	}
	for _, i := range []int{at.aZero, at.aScale} {
		if v, ok := optional(inputs, i); i >= 0 && ok && product(v.Shape) != 1 {
			return false
		}
	}
	return true
}
