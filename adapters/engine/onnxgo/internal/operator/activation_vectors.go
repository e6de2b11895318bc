package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// vectorized returns what computes a function of FP32 by a set's kernels. Each
// result is for one prediction at a time.
type vectorized func(set *micro.Set) func(dst, src []float32)

func byExp(set *micro.Set) func(dst, src []float32) {
	return blocked.NewFunction(set, set.ExpRow).Run
}

func bySigmoid(set *micro.Set) func(dst, src []float32) {
	return blocked.NewFunction(set, set.SigmoidRow).Run
}

func byTanh(set *micro.Set) func(dst, src []float32) {
	return blocked.NewFunction(set, set.TanhRow).Run
}

func byErf(set *micro.Set) func(dst, src []float32) {
	return blocked.NewFunction(set, set.ErfRow).Run
}

// strip is how many elements are computed at once where a function takes steps.
const strip = 1024

// inStrips returns what computes a function in three steps: before, by a kernel,
// and after, from the kernel's result and x.
func inStrips(f *blocked.Function, before func(x float32) float32, after func(x, y float32) float32) func(dst, src []float32) {
	var between [strip]float32
	return func(dst, src []float32) {
		for at := 0; at < len(src); at += strip {
			part := src[at:min(at+strip, len(src))]
			steps := between[:len(part)]
			for i, x := range part {
				steps[i] = before(x)
			}
			f.Run(steps, steps)
			for i, x := range part {
				dst[at+i] = after(x, steps[i])
			}
		}
	}
}

// byGelu computes x/2 * (1 + erf(x/sqrt 2)).
func byGelu(set *micro.Set) func(dst, src []float32) {
	return inStrips(blocked.NewFunction(set, set.ErfRow),
		func(x float32) float32 { return x * (1 / math.Sqrt2) },
		func(x, y float32) float32 { return 0.5 * x * (1 + y) })
}

// byGeluTanh computes x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))).
func byGeluTanh(set *micro.Set) func(dst, src []float32) {
	const scale, cubic = 0.7978845608028654, 0.044715
	return inStrips(blocked.NewFunction(set, set.TanhRow),
		func(x float32) float32 { return scale * (x + float32(cubic*x*x*x)) },
		func(x, y float32) float32 { return 0.5 * x * (1 + y) })
}

// bySwish computes x * sigmoid(alpha*x).
func bySwish(alpha float32) vectorized {
	return func(set *micro.Set) func(dst, src []float32) {
		return inStrips(blocked.NewFunction(set, set.SigmoidRow),
			func(x float32) float32 { return alpha * x },
			func(x, y float32) float32 { return x * y })
	}
}
