package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// clip is Clip from opset 11 on, whose bounds are inputs that may be left out;
// then they are the least and the largest finite number.
type clip struct{ opset int }

func parseClip(node Node) (Operator, error) { return clip{node.Opset}, attributesOf(node).done() }

// clippers clip in each datatype, with bounds that may be zero Tensors.
var clippers = map[domain.Datatype]func(dst, src, low, high domain.Tensor){
	domain.FP32: func(dst, src, low, high domain.Tensor) {
		kernels.ClampAll(floats(dst), floats(src), boundOf[float32](low, -math.MaxFloat32), boundOf[float32](high, math.MaxFloat32))
	},
	domain.FP64:   clipper[float64](-math.MaxFloat64, math.MaxFloat64),
	domain.INT8:   clipper[int8](math.MinInt8, math.MaxInt8),
	domain.UINT8:  clipper[uint8](0, math.MaxUint8),
	domain.INT16:  clipper[int16](math.MinInt16, math.MaxInt16),
	domain.UINT16: clipper[uint16](0, math.MaxUint16),
	domain.INT32:  clipper[int32](math.MinInt32, math.MaxInt32),
	domain.UINT32: clipper[uint32](0, math.MaxUint32),
	domain.INT64:  clipper[int64](math.MinInt64, math.MaxInt64),
	domain.UINT64: clipper[uint64](0, math.MaxUint64),
}

func clipper[T interface {
	domain.Element
	kernels.Number
}](least, most T) func(dst, src, low, high domain.Tensor) {
	return func(dst, src, low, high domain.Tensor) {
		kernels.ClampNumbers(dataOf[T](dst), dataOf[T](src), boundOf(low, least), boundOf(high, most))
	}
}

// boundOf returns the element of a bound, or what stands for one left out.
func boundOf[T domain.Element](bound domain.Tensor, otherwise T) T {
	if bound.IsZero() {
		return otherwise
	}
	return firstOf[T](bound)
}

// Infer returns the input's shape.
func (c clip) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	floating := x.Datatype == domain.FP32 || x.Datatype == domain.FP64
	if _, ok := clippers[x.Datatype]; !ok || (c.opset < 12 && !floating) {
		return nil, wrongDatatype("input", x.Datatype, "FP32, FP64 or from opset 12 on an integer")
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

// bounds returns the bounds of FP32 elements if they are known.
func (clip) bounds(inputs []Value) (low, high float32, ok bool) {
	if len(inputs) == 0 || inputs[0].Datatype != domain.FP32 {
		return 0, 0, false
	}
	limits := [2]float32{-math.MaxFloat32, math.MaxFloat32}
	for i := range limits {
		v, given := optional(inputs, i+1)
		if given && (v.Datatype != domain.FP32 || v.Const.Len() != 1) {
			return 0, 0, false
		}
		limits[i] = boundOf(v.Const, limits[i])
	}
	return limits[0], limits[1], true
}
