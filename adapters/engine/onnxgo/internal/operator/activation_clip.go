package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// clip is Clip from opset 11 on, whose bounds are inputs that may be left out.
type clip struct{ opset int }

func parseClip(node Node) (Operator, error) { return clip{node.Opset}, attributesOf(node).done() }

// limit is a bound of a clip.
type limit struct {
	value domain.Tensor // zero if it was left out
	known bool
}

func bound(inputs []Value, at int) limit {
	v, given := optional(inputs, at)
	return limit{v.Const, !given || v.Known()}
}

func (l limit) float(otherwise float32) float32 {
	if l.value.IsZero() {
		return otherwise
	}
	return floats(l.value)[0]
}

// clippers clip in each datatype, with bounds that may be zero Tensors.
var clippers = map[domain.Datatype]func(dst, src, low, high domain.Tensor){
	domain.FP32: func(dst, src, low, high domain.Tensor) {
		kernels.ClampAll(floats(dst), floats(src), limit{value: low}.float(-infinity()), limit{value: high}.float(infinity()))
	},
	domain.INT8:   clipIntegers[int8](math.MinInt8, math.MaxInt8),
	domain.UINT8:  clipIntegers[uint8](0, math.MaxUint8),
	domain.INT32:  clipIntegers[int32](math.MinInt32, math.MaxInt32),
	domain.UINT32: clipIntegers[uint32](0, math.MaxUint32),
	domain.INT64:  clipIntegers[int64](math.MinInt64, math.MaxInt64),
	domain.UINT64: clipIntegers[uint64](0, math.MaxUint64),
}

func clipIntegers[T interface {
	domain.Element
	kernels.Number
}](least, most T) func(dst, src, low, high domain.Tensor) {
	return func(dst, src, low, high domain.Tensor) {
		from, to := least, most
		if !low.IsZero() {
			from = firstOf[T](low)
		}
		if !high.IsZero() {
			to = firstOf[T](high)
		}
		kernels.ClampIntegers(dataOf[T](dst), dataOf[T](src), from, to)
	}
}

// Infer returns the input's shape.
func (c clip) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	if _, ok := clippers[x.Datatype]; !ok || (c.opset < 12 && x.Datatype != domain.FP32) {
		return nil, wrongDatatype("input", x.Datatype, "FP32, or from opset 12 on an integer,")
	}
	for i, name := range []string{"min", "max"} {
		if v, ok := optional(inputs, i+1); ok && (v.Datatype != x.Datatype || product(v.Shape) != 1) {
			return nil, domain.Errorf(domain.Invalid, "input %s is %v %v, expected one %v", name, v.Datatype, v.Shape, x.Datatype)
		}
	}
	return like(x, x.Shape)
}

// Compile reads the bounds when it runs: they may be computed.
func (c clip) Compile(inputs, _ []Value) (Run, error) {
	clipped := clippers[inputs[0].Datatype]
	return func(inputs, outputs []domain.Tensor) {
		var low, high domain.Tensor
		if len(inputs) > 1 {
			low = inputs[1]
		}
		if len(inputs) > 2 {
			high = inputs[2]
		}
		clipped(outputs[0], inputs[0], low, high)
	}, nil
}
