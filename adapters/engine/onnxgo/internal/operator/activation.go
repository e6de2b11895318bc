package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var activationFamily = map[string][]definition{
	"Relu":        {unary(6, parseRelu)},
	"LeakyRelu":   {unary(6, parseLeakyRelu)},
	"Sigmoid":     {unary(6, vectorFunction(bySigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }))},
	"Tanh":        {unary(6, vectorFunction(byTanh, math.Tanh))},
	"HardSigmoid": {unary(6, parseHardSigmoid)},
	"HardSwish":   {unary(14, function(kernels.HardSwish, func(x float64) float64 { return x * min(max(x/6+0.5, 0), 1) }))},
	"Clip": {
		unary(6, parseClipAttributes),
		{since: 11, inputs: arity{1, 3}, outputs: arity{1, 1}, parse: parseClip},
	},
	"Softmax":    softmaxDefinitions(plainSoftmax),
	"LogSoftmax": softmaxDefinitions(logSoftmax),
	"Hardmax":    softmaxDefinitions(hardmax),
}

func unary(since int, parse func(Node) (Operator, error)) definition {
	return definition{since: since, inputs: arity{1, 1}, outputs: arity{1, 1}, parse: parse}
}

// activation computes each element of a tensor by itself: of FP32 by compute, of
// others as they have it.
type activation struct {
	compute func(dst, src []float32)
	clamp   *[2]float32 // the bounds, for Relu and Clip
	others  map[domain.Datatype]mapping
	vectors vectorized // instead of compute, if there are kernels
}

// mapping writes to each element of dst what becomes of that of src.
type mapping func(dst, src domain.Tensor)

// mathematical returns the operator that computes a function of floats.
func mathematical(f func(float64) float64) activation {
	return activation{
		compute: func(dst, src []float32) { kernels.Each(dst, src, f) },
		others:  map[domain.Datatype]mapping{domain.FP64: func(dst, src domain.Tensor) { kernels.Each(dataOf[float64](dst), dataOf[float64](src), f) }},
	}
}

// function parses an operator without attributes that computes a function of
// floats, of FP32 by a kernel if there is one.
func function(kernel func(dst, src []float32), f func(float64) float64) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		computed := mathematical(f)
		if kernel != nil {
			computed.compute = kernel
		}
		return computed, attributesOf(node).done()
	}
}

// vectorFunction parses a function of floats that there are kernels for.
func vectorFunction(vectors vectorized, f func(float64) float64) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		computed := mathematical(f)
		computed.vectors = vectors
		return computed, attributesOf(node).done()
	}
}

// clampTo returns the operator that clamps to bounds.
func clampTo(low, high float32) activation {
	return activation{compute: func(dst, src []float32) { kernels.ClampAll(dst, src, low, high) }, clamp: &[2]float32{low, high}}
}

func infinity() float32 { return float32(math.Inf(1)) }

func parseRelu(node Node) (Operator, error) {
	relu := clampTo(0, infinity())
	relu.others = map[domain.Datatype]mapping{domain.FP64: clampedBelow[float64]}
	if node.Opset >= 14 {
		relu.others = map[domain.Datatype]mapping{
			domain.FP64: clampedBelow[float64], domain.INT8: clampedBelow[int8], domain.INT16: clampedBelow[int16],
			domain.INT32: clampedBelow[int32], domain.INT64: clampedBelow[int64],
		}
	}
	return relu, attributesOf(node).done()
}

func clampedBelow[T numeric](dst, src domain.Tensor) {
	kernels.ConvertWith(dataOf[T](dst), dataOf[T](src), func(x T) T { return max(x, 0) })
}

func parseLeakyRelu(node Node) (Operator, error) {
	a := attributesOf(node)
	slope := a.float("alpha", 0.01)
	leaky := mathematical(func(x float64) float64 {
		if x < 0 {
			return float64(slope) * x
		}
		return x
	})
	leaky.compute = func(dst, src []float32) { kernels.LeakyRelu(dst, src, slope) }
	return leaky, a.done()
}

func parseHardSigmoid(node Node) (Operator, error) {
	a := attributesOf(node)
	alpha, beta := a.float("alpha", 0.2), a.float("beta", 0.5)
	hard := mathematical(func(x float64) float64 { return min(max(float64(alpha)*x+float64(beta), 0), 1) })
	hard.compute = func(dst, src []float32) { kernels.HardSigmoid(dst, src, alpha, beta) }
	return hard, a.done()
}

// parseClipAttributes is Clip before opset 11.
func parseClipAttributes(node Node) (Operator, error) {
	a := attributesOf(node)
	return clampTo(a.float("min", -math.MaxFloat32), a.float("max", math.MaxFloat32)), a.done()
}

// Infer returns the input's shape.
func (a activation) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if _, ok := a.others[x.Datatype]; !ok && x.Datatype != domain.FP32 {
		return nil, wrongDatatype("X", x.Datatype, datatypesOf(a.others, domain.FP32))
	}
	return like(x, x.Shape)
}

// Compile returns the computation.
func (a activation) Compile(inputs, _ []Value) (Run, error) {
	if compute, ok := a.others[inputs[0].Datatype]; ok {
		return func(inputs, outputs []domain.Tensor) { compute(outputs[0], inputs[0]) }, nil
	}
	return func(inputs, outputs []domain.Tensor) { a.compute(floats(outputs[0]), floats(inputs[0])) }, nil
}

// AsClamp returns the bounds of an operator that does nothing but clamp FP32
// elements to bounds that are known, as kernels.Clamp does.
func AsClamp(op Operator, inputs []Value) (low, high float32, ok bool) {
	switch op := op.(type) {
	case activation:
		if op.clamp != nil {
			return op.clamp[0], op.clamp[1], true
		}
	case clip:
		return op.bounds(inputs)
	}
	return 0, 0, false
}
