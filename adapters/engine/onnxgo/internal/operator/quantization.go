package operator

import (
	"fmt"
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var quantizationFamily = map[string][]definition{
	"QuantizeLinear":        {{since: 10, inputs: arity{2, 3}, outputs: arity{1, 1}, parse: parseQuantize}},
	"DequantizeLinear":      {{since: 10, inputs: arity{2, 3}, outputs: arity{1, 1}, parse: parseDequantize}},
	"DynamicQuantizeLinear": {{since: 11, inputs: arity{1, 1}, outputs: arity{1, 3}, parse: parseDynamicQuantize}},
	"ConvInteger":           {{since: 10, inputs: arity{2, 4}, outputs: arity{1, 1}, parse: parseConvInteger}},
	"QLinearConv":           {{since: 10, inputs: arity{8, 9}, outputs: arity{1, 1}, parse: parseConvInteger}},
	"MatMulInteger":         {{since: 10, inputs: arity{2, 4}, outputs: arity{1, 1}, parse: parseMatMulInteger}},
	"QLinearMatMul":         {{since: 10, inputs: arity{8, 8}, outputs: arity{1, 1}, parse: parseMatMulInteger}},
}

// quantizationScale is what QuantizeLinear and DequantizeLinear have in common: scales and
// zeros for all elements, for each place on an axis, or for blocks along it.
type quantizationScale struct {
	axis, block int
	datatype    domain.Datatype // of the output, if it is said
}

func parseScaling(a *attributes, node Node, output string) quantizationScale {
	s := quantizationScale{axis: 1}
	if node.Opset >= 13 {
		s.axis = a.int("axis", 1)
	}
	if node.Opset >= 21 {
		s.block = a.int("block_size", 0)
		a.expect(s.block >= 0 && s.block <= maxWindow, "block_size", "is negative or beyond all measure")
	}
	if output != "" && a.has(output) {
		number := a.int(output, 0)
		s.datatype = onnxDatatypes[number]
		a.expect(number == 0 || s.datatype.Valid(), output, "is not a datatype that is supported here")
	}
	return s
}

// along checks the scales, and the zeros if there are any, against x.
func (s quantizationScale) along(x, scale Value, inputs []Value) (kernels.Along, error) {
	rank, n := len(x.Shape), product(scale.Shape)
	if len(scale.Shape) == 0 || n == 1 && s.block == 0 && len(scale.Shape) == 1 {
		return kernels.Along{Values: 1}, sameShape(inputs, scale)
	}
	axis, err := axisOf(s.axis, rank)
	if err != nil {
		return kernels.Along{}, err
	}
	a := kernels.Along{Values: n, Length: x.Shape[axis], Inner: product(x.Shape[axis+1:]), Block: s.block}
	want := domain.Shape{x.Shape[axis]}
	if s.block > 0 {
		want = x.Shape.Clone()
		want[axis] = (want[axis] + s.block - 1) / s.block
	}
	if !scale.Shape.Equal(want) {
		return a, misshapen("scale", scale.Shape, fmt.Sprintf("%v or one element", want))
	}
	return a, sameShape(inputs, scale)
}

// sameShape refuses zeros of another shape than the scales.
func sameShape(inputs []Value, scale Value) error {
	zero, ok := optional(inputs, 2)
	if ok && !zero.Shape.Equal(scale.Shape) && (product(zero.Shape) != 1 || product(scale.Shape) != 1) {
		return misshapen("zero_point", zero.Shape, scale.Shape.String())
	}
	return nil
}

// quantize divides by scales, rounds and adds zeros.
type quantize struct{ quantizationScale }

func parseQuantize(node Node) (Operator, error) {
	a := attributesOf(node)
	output := ""
	if node.Opset >= 21 {
		output = "output_dtype"
	}
	q := quantize{parseScaling(a, node, output)}
	if node.Opset >= 19 {
		a.bool("saturate", true) // means something for 8-bit floats only
	}
	if node.Opset >= 23 {
		precision := a.int("precision", 0)
		a.expect(precision == 0 || precision == 1, "precision", "is not supported, that of FP32 (1) is")
	}
	return q, a.done()
}

// quantizer quantizes to a datatype.
type quantizer func(dst, src, scales, zeros domain.Tensor, a kernels.Along)

var quantizers = map[domain.Datatype]quantizer{
	domain.INT8: quantizeTo[int8](math.MinInt8, math.MaxInt8), domain.UINT8: quantizeTo[uint8](0, math.MaxUint8),
	domain.INT16: quantizeTo[int16](math.MinInt16, math.MaxInt16), domain.UINT16: quantizeTo[uint16](0, math.MaxUint16),
}

func quantizeTo[T interface {
	domain.Element
	kernels.Quantized
}](least, most float32) quantizer {
	return func(dst, src, scales, zeros domain.Tensor, a kernels.Along) {
		kernels.Quantize(dataOf[T](dst), floats(src), floats(scales), dataOf[T](zeros), a, least, most)
	}
}

// Infer returns the shape of x in the datatype of the zeros, or what is asked for.
func (q quantize) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "x")
	if err != nil {
		return nil, err
	}
	scale, err := operand(inputs, 1, "y_scale")
	if err != nil {
		return nil, err
	}
	if x.Datatype != domain.FP32 && x.Datatype != domain.INT32 {
		return nil, wrongDatatype("x", x.Datatype, "FP32 or INT32")
	}
	to := q.datatype
	if zero, ok := optional(inputs, 2); ok {
		if to.Valid() && to != zero.Datatype {
			return nil, domain.Errorf(domain.Invalid, "output_dtype is %v, and input y_zero_point has datatype %v", to, zero.Datatype)
		}
		to = zero.Datatype
	}
	if !to.Valid() {
		to = domain.UINT8
	}
	if _, ok := quantizers[to]; !ok {
		return nil, wrongDatatype("y_zero_point", to, datatypesOf(quantizers))
	}
	if _, err := q.along(x, scale, inputs); err != nil {
		return nil, err
	}
	return like(Value{Datatype: to}, x.Shape)
}

// Compile returns the computation. An INT32 is computed with as FP32.
func (q quantize) Compile(inputs, outputs []Value) (Run, error) {
	a, err := q.along(inputs[0], inputs[1], inputs)
	if err != nil {
		return nil, err
	}
	to := quantizers[outputs[0].Datatype]
	var wide domain.Tensor
	if inputs[0].Datatype == domain.INT32 {
		if err := fitsScratch(inputs[0].Shape...); err != nil {
			return nil, err
		}
		if wide, err = domain.MakeTensor(domain.FP32, inputs[0].Shape); err != nil {
			return nil, err
		}
	}
	return func(in, out []domain.Tensor) {
		x := in[0]
		if !wide.IsZero() {
			kernels.Convert(floats(wide), dataOf[int32](x))
			x = wide
		}
		to(out[0], x, in[1], third(in), a)
	}, nil
}

// third returns an input that may be left out.
func third(in []domain.Tensor) domain.Tensor {
	if len(in) > 2 {
		return in[2]
	}
	return domain.Tensor{}
}

func (q quantize) keepsRows(inputs, _ []Value, perRow []bool) bool {
	return onlyFirst(perRow) && q.keeps(inputs)
}

// keeps reports whether the scales are the same for each row.
func (s quantizationScale) keeps(inputs []Value) bool {
	axis, err := axisOf(s.axis, len(inputs[0].Shape))
	return product(inputs[1].Shape) == 1 || err == nil && axis > 0 && s.block == 0
}

// dequantize subtracts zeros and multiplies with scales.
type dequantize struct{ quantizationScale }

func parseDequantize(node Node) (Operator, error) {
	a := attributesOf(node)
	output := ""
	if node.Opset >= 23 {
		output = "output_dtype"
	}
	d := dequantize{parseScaling(a, node, output)}
	a.expect(!d.datatype.Valid() || d.datatype == domain.FP32, "output_dtype", "is not supported, FP32 (1) is")
	return d, a.done()
}

var dequantizers = map[domain.Datatype]func(dst, src, scales, zeros domain.Tensor, a kernels.Along){
	domain.INT8: dequantizeFrom[int8], domain.UINT8: dequantizeFrom[uint8], domain.INT16: dequantizeFrom[int16],
	domain.UINT16: dequantizeFrom[uint16], domain.INT32: dequantizeFrom[int32],
}

func dequantizeFrom[T integer](dst, src, scales, zeros domain.Tensor, a kernels.Along) {
	kernels.Dequantize(floats(dst), dataOf[T](src), floats(scales), dataOf[T](zeros), a)
}

// StaysWide reports whether FP32 is asked for, whatever the scales are.
func (d dequantize) StaysWide(int) bool { return d.datatype == domain.FP32 }

// Infer returns the shape of x in FP32.
func (d dequantize) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "x")
	if err != nil {
		return nil, err
	}
	scale, err := operand(inputs, 1, "x_scale")
	if err != nil {
		return nil, err
	}
	if _, ok := dequantizers[x.Datatype]; !ok {
		return nil, wrongDatatype("x", x.Datatype, datatypesOf(dequantizers))
	}
	if zero, ok := optional(inputs, 2); ok && zero.Datatype != x.Datatype {
		return nil, domain.Errorf(domain.Invalid, "inputs x and x_zero_point have datatypes %v and %v, expected one", x.Datatype, zero.Datatype)
	}
	if _, err := d.along(x, scale, inputs); err != nil {
		return nil, err
	}
	return like(scale, x.Shape)
}

// Compile returns the computation.
func (d dequantize) Compile(inputs, _ []Value) (Run, error) {
	a, err := d.along(inputs[0], inputs[1], inputs)
	if err != nil {
		return nil, err
	}
	from := dequantizers[inputs[0].Datatype]
	return func(in, out []domain.Tensor) { from(out[0], in[0], in[1], third(in), a) }, nil
}

func (d dequantize) keepsRows(inputs, _ []Value, perRow []bool) bool {
	return onlyFirst(perRow) && d.keeps(inputs)
}

// dynamicQuantize quantizes to numbers from 0 to 255 by the range of the input.
type dynamicQuantize struct{}

func parseDynamicQuantize(node Node) (Operator, error) {
	return dynamicQuantize{}, attributesOf(node).done()
}

// Infer returns the numbers, the scale and the zero.
func (dynamicQuantize) Infer(inputs []Value) ([]Value, error) {
	x, err := operand(inputs, 0, "x")
	if err != nil {
		return nil, err
	}
	return []Value{{Datatype: domain.UINT8, Shape: x.Shape}, {Datatype: domain.FP32, Shape: domain.Shape{}}, {Datatype: domain.UINT8, Shape: domain.Shape{}}}, nil
}

// StaysWide reports that the scale is FP32.
func (dynamicQuantize) StaysWide(int) bool { return true }

// Compile returns the computation.
func (dynamicQuantize) Compile(_, _ []Value) (Run, error) {
	scales, zeros := make([]float32, 1), make([]uint8, 1)
	return func(in, out []domain.Tensor) {
		scales[0], zeros[0] = kernels.DynamicRange(floats(in[0]))
		if y := dataOf[uint8](out[0]); len(y) > 0 {
			kernels.Quantize(y, floats(in[0]), scales, zeros, kernels.Along{Values: 1}, 0, 255)
		}
		copy(floats(out[1]), scales)
		copy(dataOf[uint8](out[2]), zeros)
	}, nil
}
