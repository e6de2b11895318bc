package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// stateFunction is an activation in a recurrent network.
type stateFunction struct {
	f       func(float64) float64
	vectors vectorized // nil if there are no kernels
}

// stateFunctionNames are ONNX's names, and the values that alpha and beta have if
// they are left out.
var stateFunctionNames = map[string]struct {
	alpha, beta float64
	make        func(alpha, beta float64) stateFunction
}{
	"Relu":     {make: fixed(func(x float64) float64 { return max(x, 0) }, nil)},
	"Tanh":     {make: fixed(math.Tanh, byTanh)},
	"Sigmoid":  {make: fixed(func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, bySigmoid)},
	"Softsign": {make: fixed(kernels.Softsign, nil)},
	"Softplus": {make: fixed(kernels.Softplus, nil)},
	"Affine": {1, 0, func(alpha, beta float64) stateFunction {
		return stateFunction{f: func(x float64) float64 { return alpha*x + beta }}
	}},
	"LeakyRelu": {0.01, 0, func(alpha, _ float64) stateFunction {
		return stateFunction{f: func(x float64) float64 { return max(x, 0) + alpha*min(x, 0) }}
	}},
	"ThresholdedRelu": {1, 0, func(alpha, _ float64) stateFunction {
		return stateFunction{f: func(x float64) float64 {
			if x > alpha || x != x {
				return x
			}
			return 0
		}}
	}},
	"ScaledTanh": {1, 1, func(alpha, beta float64) stateFunction {
		return stateFunction{f: func(x float64) float64 { return alpha * math.Tanh(beta*x) }}
	}},
	"HardSigmoid": {0.2, 0.5, func(alpha, beta float64) stateFunction {
		return stateFunction{f: func(x float64) float64 { return min(max(alpha*x+beta, 0), 1) }}
	}},
	"Elu": {1, 0, func(alpha, _ float64) stateFunction {
		return stateFunction{f: func(x float64) float64 { return kernels.Elu(x, alpha) }}
	}},
}

func fixed(f func(float64) float64, vectors vectorized) func(_, _ float64) stateFunction {
	return func(_, _ float64) stateFunction { return stateFunction{f, vectors} }
}

// takesAlpha and takesBeta are the functions that take values from the lists of
// alphas and betas, in their order.
var takesAlpha = map[string]bool{"Affine": true, "LeakyRelu": true, "ThresholdedRelu": true, "ScaledTanh": true, "HardSigmoid": true, "Elu": true}
var takesBeta = map[string]bool{"Affine": true, "ScaledTanh": true, "HardSigmoid": true}

// stateFunctions reads the activations of all directions.
func stateFunctions(a *attributes, otherwise []string, directions int) []stateFunction {
	names := a.texts("activations")
	alphas, betas := a.decimals("activation_alpha"), a.decimals("activation_beta")
	if names == nil {
		for range directions {
			names = append(names, otherwise...)
		}
	}
	a.expect(len(names) == directions*len(otherwise), "activations", "has not as many names as the directions need")
	var functions []stateFunction
	for _, name := range names {
		known, ok := stateFunctionNames[name]
		a.expect(ok, "activations", "names a function that is not supported")
		if !ok {
			return nil
		}
		alpha, beta := known.alpha, known.beta
		if takesAlpha[name] && len(alphas) > 0 {
			alpha, alphas = float64(alphas[0]), alphas[1:]
		}
		if takesBeta[name] && len(betas) > 0 {
			beta, betas = float64(betas[0]), betas[1:]
		}
		functions = append(functions, known.make(alpha, beta))
	}
	return functions
}

// inPlace32 returns what changes each element of a slice to the function of it.
func (s stateFunction) inPlace32(set *micro.Set) func(v []float32) {
	if s.vectors != nil {
		run := s.vectors(set)
		return func(v []float32) { run(v, v) }
	}
	return func(v []float32) { kernels.Each(v, v, s.f) }
}

// inPlace64 is inPlace32 for FP64.
func (s stateFunction) inPlace64(*micro.Set) func(v []float64) {
	return func(v []float64) { kernels.Each(v, v, s.f) }
}
