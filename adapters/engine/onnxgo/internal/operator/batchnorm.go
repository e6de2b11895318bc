package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var batchNormalizations = []definition{
	{since: 6, inputs: arity{5, 5}, outputs: arity{1, 5}, parse: parseBatchNormalization},
	{since: 14, inputs: arity{5, 5}, outputs: arity{1, 3}, parse: parseBatchNormalization},
}

// BatchNormalization scales and shifts each channel by what was learnt of its
// mean and variance: inputs X [N,C,...], scale, B, mean and var, each [C].
type BatchNormalization struct{ epsilon float32 }

func parseBatchNormalization(node Node) (Operator, error) {
	a := attributesOf(node)
	b := &BatchNormalization{epsilon: a.float("epsilon", 1e-5)}
	momentum := a.float("momentum", 0.9) // matters to training only
	if node.Opset < 7 {
		a.expect(a.bool("is_test", false), "is_test", "is not supported, 1 is")
	}
	spatial := node.Opset >= 9 || a.bool("spatial", true)
	if node.Opset >= 14 && a.bool("training_mode", false) {
		return trainingNormalization{*b, momentum}, a.done()
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	if err := onlyFirstOutput(node, "which only training gives"); err != nil || spatial {
		return b, err
	}
	return flatNormalization{b}, nil
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
	x, err := realOperand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if len(x.Shape) == 0 {
		return nil, misshapen("X", x.Shape, "[N,C,...]")
	}
	channels, _ := channelsOf(x.Shape)
	for i, name := range parameters {
		v, err := present(inputs, i+1, name)
		if err != nil {
			return nil, err
		}
		if v.Datatype != x.Datatype {
			return nil, wrongDatatype(name, v.Datatype, "that of input X, "+x.Datatype.String()+",")
		}
		if want := (domain.Shape{channels}); !v.Shape.Equal(want) {
			return nil, misshapen(name, v.Shape, want.String())
		}
	}
	return like(x, x.Shape)
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
	scaleShift(float64(b.epsilon), scale, shift, known[0], known[1], known[2], known[3])
	return scale, shift, true
}

func scaleShift[T realNumber](epsilon float64, scale, shift, gamma, beta, mean, variance []T) {
	for c := range scale {
		factor := float64(gamma[c]) / math.Sqrt(float64(variance[c])+epsilon)
		scale[c] = T(factor)
		shift[c] = T(float64(beta[c]) - float64(mean[c])*factor)
	}
}

// Compile computes scale and shift now if the parameters are known and FP32, else
// at every run.
func (b *BatchNormalization) Compile(inputs, _ []Value) (Run, error) {
	channels, plane := channelsOf(inputs[0].Shape)
	if n, err := inputs[0].Shape.Elements(); n == 0 {
		return func(_, _ []domain.Tensor) {}, err
	}
	if scale, shift, known := b.ScaleShift(inputs); known {
		return func(inputs, outputs []domain.Tensor) {
			kernels.ScaleShift(floats(outputs[0]), floats(inputs[0]), scale, shift, plane)
		}, nil
	}
	if err := fitsScratch(channels, 2); err != nil {
		return nil, err
	}
	if inputs[0].Datatype == domain.FP64 {
		return normalizeBatch[float64](b, channels, plane), nil
	}
	return normalizeBatch[float32](b, channels, plane), nil
}

func normalizeBatch[T realNumber](b *BatchNormalization, channels, plane int) Run {
	scale, shift := make([]T, channels), make([]T, channels)
	return func(in, out []domain.Tensor) {
		scaleShift(float64(b.epsilon), scale, shift, dataOf[T](in[1]), dataOf[T](in[2]), dataOf[T](in[3]), dataOf[T](in[4]))
		kernels.ScaleShift(dataOf[T](out[0]), dataOf[T](in[0]), scale, shift, plane)
	}
}
