package operator

import (
	"maps"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

func logical(f func(x, y bool) bool) map[domain.Datatype]combination {
	return map[domain.Datatype]combination{domain.BOOL: combined(f)}
}

// equality compares elements of any datatype.
var equality = map[domain.Datatype]combination{
	domain.BOOL: combined(equal[bool]), domain.BYTES: combined(equal[string]), domain.FP32: combined(equal[float32]), domain.FP64: combined(equal[float64]),
	domain.INT8: combined(equal[int8]), domain.INT16: combined(equal[int16]), domain.INT32: combined(equal[int32]), domain.INT64: combined(equal[int64]),
	domain.UINT8: combined(equal[uint8]), domain.UINT16: combined(equal[uint16]), domain.UINT32: combined(equal[uint32]), domain.UINT64: combined(equal[uint64]),
}

func equal[T comparable](x, y T) bool { return x == y }

// without19 is a table without what opset 19 brought: strings.
func without19(table map[domain.Datatype]combination) map[domain.Datatype]combination {
	part := maps.Clone(table)
	delete(part, domain.BYTES)
	return part
}

// relation is what two numbers may be to each other.
type relation uint8

const (
	less relation = iota
	greater
	notGreater
	notLess
)

// order compares numbers. Nothing holds of NaN.
func order(r relation) map[domain.Datatype]combination {
	return map[domain.Datatype]combination{
		domain.FP32: compared[float32](r), domain.FP64: compared[float64](r),
		domain.INT8: compared[int8](r), domain.INT16: compared[int16](r), domain.INT32: compared[int32](r), domain.INT64: compared[int64](r),
		domain.UINT8: compared[uint8](r), domain.UINT16: compared[uint16](r), domain.UINT32: compared[uint32](r), domain.UINT64: compared[uint64](r),
	}
}

func compared[T numeric](r relation) combination {
	switch r {
	case less:
		return combined(func(x, y T) bool { return x < y })
	case greater:
		return combined(func(x, y T) bool { return x > y })
	case notGreater:
		return combined(func(x, y T) bool { return x <= y })
	default:
		return combined(func(x, y T) bool { return x >= y })
	}
}

// gate is an operation on bits.
type gate uint8

const (
	and gate = iota
	or
	xor
	shiftLeft
	shiftRight
)

func bitwise(g gate) map[domain.Datatype]combination {
	return map[domain.Datatype]combination{
		domain.INT8: gated[int8](g), domain.INT16: gated[int16](g), domain.INT32: gated[int32](g), domain.INT64: gated[int64](g),
		domain.UINT8: gated[uint8](g), domain.UINT16: gated[uint16](g), domain.UINT32: gated[uint32](g), domain.UINT64: gated[uint64](g),
	}
}

func gated[T integer](g gate) combination {
	switch g {
	case and:
		return combined(func(x, y T) T { return x & y })
	case or:
		return combined(func(x, y T) T { return x | y })
	case xor:
		return combined(func(x, y T) T { return x ^ y })
	case shiftLeft:
		return combined(func(x, y T) T { return x << min(uint64(y), 64) })
	default:
		return combined(func(x, y T) T { return x >> min(uint64(y), 64) })
	}
}

func parseBitShift(node Node) (Operator, error) {
	a := attributesOf(node)
	direction := a.text("direction", "")
	a.expect(direction == "LEFT" || direction == "RIGHT", "direction", "is neither LEFT nor RIGHT")
	g := shiftLeft
	if direction == "RIGHT" {
		g = shiftRight
	}
	shifts := bitwise(g)
	if node.Opset < 28 {
		shifts = only(shifts, domain.UINT8, domain.UINT16, domain.UINT32, domain.UINT64)
	}
	return pair{combinations: shifts}, a.done()
}

func parseMod(node Node) (Operator, error) {
	a := attributesOf(node)
	table := map[domain.Datatype]combination{
		domain.INT8: modulo[int8](false), domain.INT16: modulo[int16](false), domain.INT32: modulo[int32](false), domain.INT64: modulo[int64](false),
		domain.UINT8: modulo[uint8](false), domain.UINT16: modulo[uint16](false), domain.UINT32: modulo[uint32](false), domain.UINT64: modulo[uint64](false),
		domain.FP32: combined(kernels.FloatModulo[float32]), domain.FP64: combined(kernels.FloatModulo[float64]),
	}
	if a.bool("fmod", false) {
		table = map[domain.Datatype]combination{
			domain.INT8: modulo[int8](true), domain.INT16: modulo[int16](true), domain.INT32: modulo[int32](true), domain.INT64: modulo[int64](true),
			domain.UINT8: modulo[uint8](true), domain.UINT16: modulo[uint16](true), domain.UINT32: modulo[uint32](true), domain.UINT64: modulo[uint64](true),
			domain.FP32: combined(kernels.FloatRemainder[float32]), domain.FP64: combined(kernels.FloatRemainder[float64]),
		}
	}
	return pair{combinations: table, divides: true}, a.done()
}

func modulo[T integer](asC bool) combination {
	if asC {
		return combined(kernels.Remainder[T])
	}
	return combined(kernels.Modulo[T])
}

// parsePRelu is x where it is positive, else x times a slope.
func parsePRelu(datatypes ...domain.Datatype) func(Node) (Operator, error) {
	table := only(map[domain.Datatype]combination{
		domain.FP32: combined(sloped[float32]), domain.FP64: combined(sloped[float64]),
		domain.INT32: combined(sloped[int32]), domain.INT64: combined(sloped[int64]),
		domain.UINT32: combined(sloped[uint32]), domain.UINT64: combined(sloped[uint64]),
	}, datatypes...)
	return func(node Node) (Operator, error) {
		return pair{combinations: table, oneWay: true}, attributesOf(node).done()
	}
}

func sloped[T kernels.Number](x, slope T) T {
	if x < 0 {
		return x * slope
	}
	return x
}

// parseSwiGLU is Swish of the first input, times the second.
func parseSwiGLU(node Node) (Operator, error) {
	a := attributesOf(node)
	alpha := float64(a.float("alpha", 1))
	return pair{combinations: map[domain.Datatype]combination{
		domain.FP32: combined(func(x, y float32) float32 { return float32(kernels.Swish(float64(x), alpha) * float64(y)) }),
		domain.FP64: combined(func(x, y float64) float64 { return kernels.Swish(x, alpha) * y }),
	}}, a.done()
}
