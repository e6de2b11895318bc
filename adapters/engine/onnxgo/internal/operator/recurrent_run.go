package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// Compile computes with plain Go.
func (r *recurrent) Compile(inputs, outputs []Value) (Run, error) {
	return r.CompileFor(portable(), inputs, outputs)
}

// CompileFor multiplies what is read at all steps with the weights at once, and
// the state at each step by itself.
func (r *recurrent) CompileFor(t Target, inputs, _ []Value) (Run, error) {
	size, err := r.size(inputs)
	if err != nil {
		return nil, err
	}
	if err := fitsScratch(size.steps, size.batch, size.gates, size.hidden); err != nil {
		return nil, err
	}
	if inputs[recurrentX].Datatype == domain.FP64 {
		runner := newRecurrentRun[float64](r, size, plainRecurrentProducts[float64](size))
		for _, f := range r.functions {
			runner.functions = append(runner.functions, f.inPlace64(t.Set))
		}
		return runner.run, nil
	}
	products, err := r.recurrentProducts(t, inputs, size)
	if err != nil {
		return nil, err
	}
	runner := newRecurrentRun[float32](r, size, products)
	for _, f := range r.functions {
		runner.functions = append(runner.functions, f.inPlace32(t.Set))
	}
	return runner.run, nil
}

// recurrentProducts are the matrix products of a direction: of what is read at all
// steps with W, of the state with R (of a GRU without its last gate), and of
// the state that a GRU has reset with that gate's part of R.
type recurrentProducts[T realNumber] struct {
	inputs, state, reset func(dst, a, weights []T, direction int)
}

func plainRecurrentProducts[T realNumber](s recurrentSize) recurrentProducts[T] {
	multiply := func(rows, gates, from, k int) func(dst, a, weights []T, direction int) {
		return func(dst, a, weights []T, direction int) {
			w := weights[(direction*s.gates+from)*s.hidden*k:][:gates*s.hidden*k]
			kernels.ProductTransposed(dst, a, w, rows, gates*s.hidden, k)
		}
	}
	gates := s.gates
	if gates == 3 {
		return recurrentProducts[T]{multiply(s.steps*s.batch, 3, 0, s.inputs), multiply(s.batch, 2, 0, s.hidden), multiply(s.batch, 1, 2, s.hidden)}
	}
	return recurrentProducts[T]{multiply(s.steps*s.batch, gates, 0, s.inputs), multiply(s.batch, gates, 0, s.hidden), nil}
}

// recurrentProducts returns the products by a target's kernels.
func (r *recurrent) recurrentProducts(t Target, inputs []Value, s recurrentSize) (p recurrentProducts[float32], err error) {
	if p.inputs, err = r.multiplier(t, inputs[recurrentW], s, s.steps*s.batch, s.gates, 0, s.inputs); err != nil {
		return p, err
	}
	gates := s.gates
	if r.kind == "GRU" {
		gates = 2
		if p.reset, err = r.multiplier(t, inputs[recurrentR], s, s.batch, 1, 2, s.hidden); err != nil {
			return p, err
		}
	}
	p.state, err = r.multiplier(t, inputs[recurrentR], s, s.batch, gates, 0, s.hidden)
	return p, err
}

// multiplier returns the product of rows [rows,k] with the weights of some gates.
func (r *recurrent) multiplier(t Target, w Value, s recurrentSize, rows, gates, from, k int) (func(dst, a, weights []float32, direction int), error) {
	geometry := kernels.GemmGeometry{M: rows, N: gates * s.hidden, K: k, TransB: true}
	part := func(values []float32, direction int) []float32 {
		return values[(direction*s.gates+from)*s.hidden*k:][:geometry.N*k]
	}
	gemm := blocked.NewGemm(t.Set, t.Team, geometry)
	if !w.Known() {
		if err := fitsGemmScratch(geometry); err != nil {
			return nil, err
		}
		place := blocked.NewGemmWeights(t.Set, geometry)
		return func(dst, a, weights []float32, direction int) {
			place.Pack(part(weights, direction), true)
			gemm.Run(dst, a, place, kernels.GemmEpilogue{Alpha: 1})
		}, nil
	}
	packed := make([]*blocked.GemmWeights, s.directions)
	for direction := range packed {
		packed[direction] = packMatrix(t, geometry, part(floats(w.Const), direction))
	}
	return func(dst, a, _ []float32, direction int) {
		gemm.Run(dst, a, packed[direction], kernels.GemmEpilogue{Alpha: 1})
	}, nil
}
