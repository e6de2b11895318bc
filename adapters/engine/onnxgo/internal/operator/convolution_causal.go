package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// causalConvolution convolves each channel of X [batch,channels,length] with
// weights [channels,1,k] of its own, so that an element depends on those before it
// only: at first on past ones, [batch,channels,k-1]. The last ones are an output.
type causalConvolution struct{ swish bool }

// The places of CausalConvWithState's inputs.
const (
	causalX = iota
	causalWeights
	causalBias
	causalState
)

func parseCausalConvolution(node Node) (Operator, error) {
	a := attributesOf(node)
	activation := a.text("activation", "none")
	a.expect(activation == "none" || activation == "silu" || activation == "swish", "activation", "is none of none, silu, swish")
	return causalConvolution{swish: activation != "none"}, a.done()
}

// size returns the shape of the input, and of the state.
func (causalConvolution) size(inputs []Value) (x, state domain.Shape, err error) {
	input, err := present(inputs, causalX, "input")
	if err != nil {
		return nil, nil, err
	}
	weights, err := present(inputs, causalWeights, "weight")
	if err != nil {
		return nil, nil, err
	}
	x, w := input.Shape, weights.Shape
	switch {
	case input.Datatype != domain.FP32:
		return nil, nil, wrongDatatype("input", input.Datatype, "FP32")
	case weights.Datatype != domain.FP32:
		return nil, nil, wrongDatatype("weight", weights.Datatype, "FP32")
	case len(x) != 3:
		return nil, nil, misshapen("input", x, "three axes")
	case len(w) != 3 || w[0] != x[1] || w[1] != 1 || w[2] == 0:
		return nil, nil, misshapen("weight", w, fmt.Sprintf("[%d,1,k] of at least one element for each channel", x[1]))
	}
	if err := checkPart(inputs, causalBias, "bias", domain.FP32, domain.Shape{x[1]}, true); err != nil {
		return nil, nil, err
	}
	state = domain.Shape{x[0], x[1], w[2] - 1}
	return x, state, checkPart(inputs, causalState, "past_state", domain.FP32, state, true)
}

// Infer returns the input's shape, and that of the state.
func (c causalConvolution) Infer(inputs []Value) ([]Value, error) {
	x, state, err := c.size(inputs)
	if err != nil {
		return nil, err
	}
	output, err := like(inputs[causalX], x)
	if err != nil {
		return nil, err
	}
	last, err := like(inputs[causalX], state)
	return append(output, last...), err
}

// Compile is for what is computed while compiling.
func (c causalConvolution) Compile(inputs, outputs []Value) (Run, error) {
	return c.CompileFor(portable(), inputs, outputs)
}

// CompileFor computes the activation by a target's kernels.
func (c causalConvolution) CompileFor(t Target, inputs, _ []Value) (Run, error) {
	x, state, err := c.size(inputs)
	if err != nil {
		return nil, err
	}
	channels, length, before := x[1], x[2], state[2]
	swish := bySwish(1)(t.Set)
	return func(in, out []domain.Tensor) {
		src, weights := floats(in[causalX]), floats(in[causalWeights])
		biases, past := optionalFloats(in, causalBias), optionalFloats(in, causalState)
		dst, last := optionalFloats(out, 0), optionalFloats(out, 1)
		for i := range x[0] * channels {
			signal, channel := src[i*length:(i+1)*length], i%channels
			bias, earlier := float32(0), []float32(nil)
			if biases != nil {
				bias = biases[channel]
			}
			if past != nil {
				earlier = past[i*before : (i+1)*before]
			}
			if dst != nil {
				kernels.ConvolveCausal(dst[i*length:(i+1)*length], signal, earlier, weights[channel*(before+1):][:before+1], bias)
			}
			if last != nil {
				kernels.KeepLast(last[i*before:(i+1)*before], signal, earlier)
			}
		}
		if c.swish && len(dst) > 0 {
			swish(dst, dst)
		}
	}, nil
}

// optionalFloats returns the elements of a tensor of a list, nil if it is left out.
func optionalFloats(list []domain.Tensor, at int) []float32 {
	if at >= len(list) {
		return nil
	}
	return floats(list[at])
}

func (causalConvolution) products(inputs, outputs []Value) int {
	return product(outputs[0].Shape) * inputs[causalWeights].Shape[2]
}

// keepsRows holds if what has a batch has rows, and nothing else.
func (causalConvolution) keepsRows(inputs, _ []Value, perRow []bool) bool {
	for i, v := range inputs {
		if batched := i == causalX || i == causalState; !v.Missing() && perRow[i] != batched {
			return false
		}
	}
	return true
}
