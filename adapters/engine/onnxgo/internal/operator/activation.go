package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var activationFamily = map[string][]definition{
	"Relu":        {unary(6, parseRelu)},
	"LeakyRelu":   {unary(6, parseLeakyRelu)},
	"Sigmoid":     {unary(6, plain(kernels.Sigmoid))},
	"Tanh":        {unary(6, plain(kernels.Tanh))},
	"HardSigmoid": {unary(6, parseHardSigmoid)},
	"HardSwish":   {unary(14, plain(kernels.HardSwish))},
	"Clip": {
		unary(6, parseClipAttributes),
		{since: 11, inputs: arity{1, 3}, outputs: arity{1, 1}, parse: parseClip},
	},
	"Softmax":    softmaxDefinitions(false),
	"LogSoftmax": softmaxDefinitions(true),
}

func unary(since int, parse func(Node) (Operator, error)) definition {
	return definition{since: since, inputs: arity{1, 1}, outputs: arity{1, 1}, parse: parse}
}

// activation computes each element of an FP32 tensor by itself.
type activation struct {
	compute func(dst, src []float32)
	clamp   *[2]float32 // the bounds, for Relu and Clip
}

func plain(compute func(dst, src []float32)) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) { return activation{compute: compute}, attributesOf(node).done() }
}

// clampTo returns the operator that clamps to bounds.
func clampTo(low, high float32) activation {
	return activation{func(dst, src []float32) { kernels.ClampAll(dst, src, low, high) }, &[2]float32{low, high}}
}

func infinity() float32 { return float32(math.Inf(1)) }

func parseRelu(node Node) (Operator, error) {
	return clampTo(0, infinity()), attributesOf(node).done()
}

func parseLeakyRelu(node Node) (Operator, error) {
	a := attributesOf(node)
	slope := a.float("alpha", 0.01)
	return activation{compute: func(dst, src []float32) { kernels.LeakyRelu(dst, src, slope) }}, a.done()
}

func parseHardSigmoid(node Node) (Operator, error) {
	a := attributesOf(node)
	alpha, beta := a.float("alpha", 0.2), a.float("beta", 0.5)
	return activation{compute: func(dst, src []float32) { kernels.HardSigmoid(dst, src, alpha, beta) }}, a.done()
}

// parseClipAttributes is Clip before opset 11.
func parseClipAttributes(node Node) (Operator, error) {
	a := attributesOf(node)
	return clampTo(a.float("min", -math.MaxFloat32), a.float("max", math.MaxFloat32)), a.done()
}

// Infer returns the input's shape.
func (activation) Infer(inputs []Value) ([]Value, error) {
	x, err := operand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	return like(x, x.Shape)
}

// Compile returns the computation.
func (a activation) Compile(_, _ []Value) (Run, error) {
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
