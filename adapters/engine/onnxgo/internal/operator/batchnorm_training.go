package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// trainingNormalization is BatchNormalization that normalises with the mean and
// the variance of X itself. Further outputs are the running mean and variance, the
// given ones moved towards those of X.
type trainingNormalization struct {
	BatchNormalization
	momentum float32
}

// Infer returns X's shape, and two [C].
func (b trainingNormalization) Infer(inputs []Value) ([]Value, error) {
	outputs, err := b.BatchNormalization.Infer(inputs)
	if err != nil {
		return nil, err
	}
	if product(outputs[0].Shape) == 0 {
		return nil, misshapen("X", outputs[0].Shape, "elements to average")
	}
	return append(outputs, inputs[3].described(), inputs[4].described()), nil
}

// Compile returns the computation in X's datatype.
func (b trainingNormalization) Compile(inputs, _ []Value) (Run, error) {
	channels, plane := channelsOf(inputs[0].Shape)
	if err := fitsScratch(channels, 4); err != nil {
		return nil, err
	}
	if inputs[0].Datatype == domain.FP64 {
		return trainBatch[float64](b, channels, plane), nil
	}
	return trainBatch[float32](b, channels, plane), nil
}

func trainBatch[T realNumber](b trainingNormalization, channels, plane int) Run {
	scale, shift, mean, variance := make([]T, channels), make([]T, channels), make([]T, channels), make([]T, channels)
	return func(in, out []domain.Tensor) {
		src := dataOf[T](in[0])
		for c := range channels {
			m, v := kernels.ChannelMoments(src, c, channels, plane)
			mean[c], variance[c] = T(m), T(v)
		}
		if dst := dataOf[T](out[0]); dst != nil {
			scaleShift(float64(b.epsilon), scale, shift, dataOf[T](in[1]), dataOf[T](in[2]), mean, variance)
			kernels.ScaleShift(dst, src, scale, shift, plane)
		}
		for i, now := range [...][]T{mean, variance} {
			if i+1 >= len(out) {
				continue
			}
			before := dataOf[T](in[3+i])
			for c := range dataOf[T](out[1+i]) {
				dataOf[T](out[1+i])[c] = T(float64(before[c])*float64(b.momentum) + float64(now[c])*(1-float64(b.momentum)))
			}
		}
	}
}
