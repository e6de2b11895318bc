package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var batchNormalizations = []definition{
	{since: 7, inputs: arity{5, 5}, outputs: arity{1, 5}, parse: parseBatchNormalization},
	{since: 14, inputs: arity{5, 5}, outputs: arity{1, 3}, parse: parseBatchNormalization},
}

// BatchNormalization scales and shifts each channel by what was learnt of its
// mean and variance: inputs X [N,C,...], scale, B, mean and var, each [C].
type BatchNormalization struct{ epsilon float32 }

func parseBatchNormalization(node Node) (Operator, error) {
	a := attributesOf(node)
	b := &BatchNormalization{epsilon: a.float("epsilon", 1e-5)}
	a.float("momentum", 0.9) // matters to training only
	if node.Opset < 9 {
		a.expect(a.bool("spatial", true), "spatial", "is not supported, 1 is")
	}
	if node.Opset >= 14 {
		a.expect(!a.bool("training_mode", false), "training_mode", "is not supported, 0 is")
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	return b, onlyFirstOutput(node, "which only training gives")
}

// onlyFirstOutput refuses a node whose other outputs somebody reads.
func onlyFirstOutput(node Node, why string) error {
	for _, name := range node.Outputs[1:] {
		if name != "" {
			return node.Unsupported("output \"" + name + "\", " + why + ", is not supported")
		}
	}
	return nil
}

// parameters are the names of the inputs behind X, each [C].
var parameters = [...]string{"scale", "B", "mean", "var"}

// Infer returns X's shape.
func (b *BatchNormalization) Infer(inputs []Value) ([]Value, error) {
	x, err := operand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if len(x.Shape) == 0 {
		return nil, misshapen("X", x.Shape, "[N,C,...]")
	}
	channels, _ := channelsOf(x.Shape)
	for i, name := range parameters {
		v, err := operand(inputs, i+1, name)
		if err != nil {
			return nil, err
		}
		if want := (domain.Shape{channels}); !v.Shape.Equal(want) {
			return nil, misshapen(name, v.Shape, want.String())
		}
	}
	return outputOf(x.Shape)
}

// channelsOf returns how many channels a shape has and the elements of each. A
// shape of one axis is a batch of single values.
func channelsOf(shape domain.Shape) (channels, plane int) {
	if len(shape) == 1 {
		return 1, 1
	}
	plane, _ = shape[2:].Elements()
	return shape[1], plane
}

// ScaleShift returns the normalisation as y = x*scale[c] + shift[c], computed in
// float64 and rounded. It is ok only if all four parameters are known.
func (b *BatchNormalization) ScaleShift(inputs []Value) (scale, shift []float32, ok bool) {
	var known [len(parameters)][]float32
	for i := range parameters {
		if i+1 >= len(inputs) || !inputs[i+1].Known() || inputs[i+1].Datatype != domain.FP32 {
			return nil, nil, false
		}
		known[i] = floats(inputs[i+1].Const)
		if len(known[i]) != len(known[0]) {
			return nil, nil, false
		}
	}
	scale, shift = make([]float32, len(known[0])), make([]float32, len(known[0]))
	b.scaleShift(scale, shift, known[0], known[1], known[2], known[3])
	return scale, shift, true
}

func (b *BatchNormalization) scaleShift(scale, shift, gamma, beta, mean, variance []float32) {
	for c := range scale {
		factor := float64(gamma[c]) / math.Sqrt(float64(variance[c])+float64(b.epsilon))
		scale[c] = float32(factor)
		shift[c] = float32(float64(beta[c]) - float64(mean[c])*factor)
	}
}

// Compile computes scale and shift now if the parameters are known, else at
// every run.
func (b *BatchNormalization) Compile(inputs, _ []Value) (Run, error) {
	channels, plane := channelsOf(inputs[0].Shape)
	if n, err := inputs[0].Shape.Elements(); n == 0 {
		return func(_, _ []domain.Tensor) {}, err
	}
	scale, shift, known := b.ScaleShift(inputs)
	if !known {
		if err := fitsScratch(channels, 2); err != nil {
			return nil, err
		}
		scale, shift = make([]float32, channels), make([]float32, channels)
	}
	return func(inputs, outputs []domain.Tensor) {
		if !known {
			b.scaleShift(scale, shift, floats(inputs[1]), floats(inputs[2]), floats(inputs[3]), floats(inputs[4]))
		}
		kernels.ScaleShift(floats(outputs[0]), floats(inputs[0]), scale, shift, plane)
	}, nil
}
