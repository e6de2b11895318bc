package operator

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var unaryFamily = map[string][]definition{
	"Ceil": {unary(6, function(nil, math.Ceil))}, "Floor": {unary(6, function(nil, math.Floor))}, "Round": {unary(11, function(nil, math.RoundToEven))},
	"Exp": {unary(6, vectorFunction(byExp, math.Exp))}, "Log": {unary(6, function(nil, math.Log))}, "Erf": {unary(9, vectorFunction(byErf, math.Erf))},
	"Sqrt": {unary(6, function(kernels.Sqrt, math.Sqrt))}, "Reciprocal": {unary(6, function(nil, kernels.Reciprocal))},
	"Sin": {unary(7, function(nil, math.Sin))}, "Cos": {unary(7, function(nil, math.Cos))}, "Tan": {unary(7, function(nil, math.Tan))},
	"Asin": {unary(7, function(nil, math.Asin))}, "Acos": {unary(7, function(nil, math.Acos))}, "Atan": {unary(7, function(nil, math.Atan))},
	"Sinh": {unary(9, function(nil, math.Sinh))}, "Cosh": {unary(9, function(nil, math.Cosh))},
	"Asinh": {unary(9, function(nil, math.Asinh))}, "Acosh": {unary(9, function(nil, math.Acosh))}, "Atanh": {unary(9, function(nil, math.Atanh))},
	"Softplus": {unary(1, function(nil, kernels.Softplus))}, "Softsign": {unary(1, function(nil, kernels.Softsign))},
	"Mish": {unary(18, function(nil, kernels.Mish))}, "Gelu": {unary(20, parseGelu)},
	"Elu":  {unary(6, scaledBy("alpha", 1, kernels.Elu))},
	"Celu": {unary(12, scaledBy("alpha", 1, kernels.Celu))}, "Swish": {unary(24, parseSwish)},
	"Selu": {unary(6, parseSelu)}, "ThresholdedRelu": {unary(10, parseThresholdedRelu)}, "Shrink": {unary(9, parseShrink)},
	"Abs": {unary(6, numbers(kernels.Abs[float32], absolutes))}, "Neg": {unary(6, numbers(kernels.Negate[float32], negatives))}, "Sign": {unary(9, numbers(kernels.Sign[float32], signsOf))},
	"Not": {unary(1, parseNot)}, "BitwiseNot": {unary(18, parseBitwiseNot)},
	"IsNaN": {unary(9, parseIsNaN)}, "IsInf": {unary(10, parseIsInf)},
}

// numeric is an element that can be calculated with.
type numeric interface {
	domain.Element
	kernels.Number
}

// datatypesOf lists datatypes that are supported, for messages.
func datatypesOf[V any](table map[domain.Datatype]V, more ...domain.Datatype) string {
	all := slices.Concat(slices.Collect(maps.Keys(table)), more)
	slices.Sort(all)
	var names []string
	for _, d := range slices.Compact(all) {
		names = append(names, d.String())
	}
	return strings.Join(names, ", ")
}

func parseGelu(node Node) (Operator, error) {
	a := attributesOf(node)
	approximate := a.text("approximate", "none")
	a.expect(approximate == "none" || approximate == "tanh", "approximate", "is neither none nor tanh")
	gelu := mathematical(kernels.GeluExact)
	gelu.vectors = byGelu
	if approximate == "tanh" {
		gelu = mathematical(kernels.GeluTanh)
		gelu.vectors = byGeluTanh
	}
	return gelu, a.done()
}

// scaledBy parses a function of floats that has one attribute.
func scaledBy(attribute string, otherwise float32, f func(x, attribute float64) float64) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		a := attributesOf(node)
		value := float64(a.float(attribute, otherwise))
		return mathematical(func(x float64) float64 { return f(x, value) }), a.done()
	}
}

func parseSwish(node Node) (Operator, error) {
	a := attributesOf(node)
	alpha := a.float("alpha", 1)
	swish := mathematical(func(x float64) float64 { return kernels.Swish(x, float64(alpha)) })
	swish.vectors = bySwish(alpha)
	return swish, a.done()
}

// parseSelu has the constants of Klambauer and others, Self-Normalizing Neural
// Networks.
func parseSelu(node Node) (Operator, error) {
	return seluOf(node, 1.67326319217681884765625, 1.05070102214813232421875)
}

// seluOf reads the constants, or takes those that an opset has.
func seluOf(node Node, alpha32, gamma32 float32) (Operator, error) {
	a := attributesOf(node)
	alpha, gamma := float64(a.float("alpha", alpha32)), float64(a.float("gamma", gamma32))
	return mathematical(func(x float64) float64 { return gamma * kernels.Elu(x, alpha) }), a.done()
}

func parseThresholdedRelu(node Node) (Operator, error) {
	a := attributesOf(node)
	alpha := float64(a.float("alpha", 1))
	return mathematical(func(x float64) float64 {
		if x > alpha {
			return x
		}
		return 0
	}), a.done()
}

// mapped computes what need not have the datatype of the input.
type mapped struct {
	mappings map[domain.Datatype]mapping
	to       domain.Datatype // that of the output, or none for that of the input
}

// Infer returns the input's shape.
func (m mapped) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if _, ok := m.mappings[x.Datatype]; !ok {
		return nil, wrongDatatype("X", x.Datatype, datatypesOf(m.mappings))
	}
	if m.to.Valid() {
		x.Datatype = m.to
	}
	return like(x, x.Shape)
}

// Compile returns the computation.
func (m mapped) Compile(inputs, _ []Value) (Run, error) {
	compute := m.mappings[inputs[0].Datatype]
	return func(inputs, outputs []domain.Tensor) { compute(outputs[0], inputs[0]) }, nil
}

func (mapped) keepsRows(_, _ []Value, _ []bool) bool { return true }

// each returns the mapping by a function.
func each[T, D domain.Element](f func(T) D) mapping {
	return func(dst, src domain.Tensor) { kernels.ConvertWith(dataOf[D](dst), dataOf[T](src), f) }
}

// numbers parses an operator without attributes on numbers of any kind.
func numbers(single func(float32) float32, others map[domain.Datatype]mapping) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		return activation{compute: func(dst, src []float32) { kernels.ConvertWith(dst, src, single) }, others: others}, attributesOf(node).done()
	}
}

var absolutes = map[domain.Datatype]mapping{
	domain.FP64: each(kernels.Abs[float64]),
	domain.INT8: each(kernels.Abs[int8]), domain.INT16: each(kernels.Abs[int16]), domain.INT32: each(kernels.Abs[int32]), domain.INT64: each(kernels.Abs[int64]),
	domain.UINT8: each(kernels.Abs[uint8]), domain.UINT16: each(kernels.Abs[uint16]), domain.UINT32: each(kernels.Abs[uint32]), domain.UINT64: each(kernels.Abs[uint64]),
}

var negatives = map[domain.Datatype]mapping{
	domain.FP64: each(kernels.Negate[float64]),
	domain.INT8: each(kernels.Negate[int8]), domain.INT16: each(kernels.Negate[int16]), domain.INT32: each(kernels.Negate[int32]), domain.INT64: each(kernels.Negate[int64]),
}

var signsOf = map[domain.Datatype]mapping{
	domain.FP64: each(kernels.Sign[float64]),
	domain.INT8: each(kernels.Sign[int8]), domain.INT16: each(kernels.Sign[int16]), domain.INT32: each(kernels.Sign[int32]), domain.INT64: each(kernels.Sign[int64]),
	domain.UINT8: each(kernels.Sign[uint8]), domain.UINT16: each(kernels.Sign[uint16]), domain.UINT32: each(kernels.Sign[uint32]), domain.UINT64: each(kernels.Sign[uint64]),
}

func parseShrink(node Node) (Operator, error) {
	a := attributesOf(node)
	lambda, bias := a.float("lambd", 0.5), a.float("bias", 0)
	return activation{
		compute: func(dst, src []float32) {
			kernels.ConvertWith(dst, src, func(x float32) float32 { return kernels.Shrink(x, lambda, bias) })
		},
		others: map[domain.Datatype]mapping{
			domain.FP64: shrunk[float64](lambda, bias),
			domain.INT8: shrunk[int8](lambda, bias), domain.INT16: shrunk[int16](lambda, bias), domain.INT32: shrunk[int32](lambda, bias), domain.INT64: shrunk[int64](lambda, bias),
			domain.UINT8: shrunk[uint8](lambda, bias), domain.UINT16: shrunk[uint16](lambda, bias), domain.UINT32: shrunk[uint32](lambda, bias), domain.UINT64: shrunk[uint64](lambda, bias),
		},
	}, a.done()
}

func shrunk[T numeric](lambda, bias float32) mapping {
	return each(func(x T) T { return kernels.Shrink(x, lambda, bias) })
}

func parseNot(node Node) (Operator, error) {
	return mapped{map[domain.Datatype]mapping{domain.BOOL: each(func(x bool) bool { return !x })}, domain.InvalidDatatype}, attributesOf(node).done()
}

func parseBitwiseNot(node Node) (Operator, error) {
	return mapped{map[domain.Datatype]mapping{
		domain.INT8: each(complement[int8]), domain.INT16: each(complement[int16]), domain.INT32: each(complement[int32]), domain.INT64: each(complement[int64]),
		domain.UINT8: each(complement[uint8]), domain.UINT16: each(complement[uint16]), domain.UINT32: each(complement[uint32]), domain.UINT64: each(complement[uint64]),
	}, domain.InvalidDatatype}, attributesOf(node).done()
}

func complement[T integer](x T) T { return ^x }

func parseIsNaN(node Node) (Operator, error) {
	return mapped{map[domain.Datatype]mapping{
		domain.FP32: each(func(x float32) bool { return x != x }), domain.FP64: each(func(x float64) bool { return x != x }),
	}, domain.BOOL}, attributesOf(node).done()
}

func parseIsInf(node Node) (Operator, error) {
	a := attributesOf(node)
	negative, positive := a.bool("detect_negative", true), a.bool("detect_positive", true)
	infinite := func(x float64) bool { return positive && math.IsInf(x, 1) || negative && math.IsInf(x, -1) }
	return mapped{map[domain.Datatype]mapping{
		domain.FP32: each(func(x float32) bool { return infinite(float64(x)) }), domain.FP64: each(infinite),
	}, domain.BOOL}, a.done()
}
