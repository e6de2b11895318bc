package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// Compile computes with one thread.
func (l *linearAttention) Compile(inputs, outputs []Value) (Run, error) {
	return l.CompileFor(portable(), inputs, outputs)
}

// CompileFor gives each thread the sequences of single heads of keys.
func (l *linearAttention) CompileFor(t Target, inputs, _ []Value) (Run, error) {
	s, err := l.size(inputs)
	if err != nil {
		return nil, err
	}
	if err := fitsScratch(t.Team.Size(), s.k.length, s.v.length); err != nil {
		return nil, err
	}
	r := &linearRun{linearAttention: l, size: s, factor: l.factor(s)}
	for range t.Team.Size() {
		r.workers = append(r.workers, linearWorker{
			state: make([]float32, s.k.length*s.v.length), recalled: make([]float32, s.v.length),
		})
	}
	r.part = r.compute
	return func(in, out []domain.Tensor) {
		r.in, r.out = in, out
		t.Team.Do(s.k.batch*s.k.count, r.part)
		r.in, r.out = nil, nil
	}, nil
}

// linearRun is linear attention with its scratch memory.
type linearRun struct {
	*linearAttention
	size    linearSize
	factor  float32
	workers []linearWorker
	part    func(part, worker int)
	in, out []domain.Tensor
}

// linearWorker is the memory of one thread.
type linearWorker struct {
	state    []float32 // [key,value]
	recalled []float32 // [value], what the state has at a key
}

// compute reads the sequence of a head of keys.
func (r *linearRun) compute(part, worker int) {
	w, batch, head := &r.workers[worker], part/r.size.k.count, part%r.size.k.count
	clear(w.state)
	if len(r.in) > linearState {
		if past := floats(r.in[linearState]); past != nil {
			copy(w.state, past[part*len(w.state):])
		}
	}
	for step := range r.size.k.rows {
		r.update(w, batch, head, step)
		r.read(w, batch, head, step)
	}
	if len(r.out) > 1 && !r.out[1].IsZero() {
		copy(floats(r.out[1])[part*len(w.state):], w.state)
	}
}

// update lets the state fade and take up a step.
func (r *linearRun) update(w *linearWorker, batch, head, step int) {
	place := batch*r.size.k.rows + step
	if r.gated {
		n := r.size.decays
		kernels.FadeRows(w.state, floats(r.in[linearDecay])[(place*r.size.k.count+head)*n:][:n], r.size.v.length)
	}
	key := floats(r.in[linearK])[r.size.k.at(batch, head, step):][:r.size.k.length]
	value := floats(r.in[linearV])[r.size.v.at(batch, head, step):][:r.size.v.length]
	if r.corrected {
		beta := floats(r.in[linearBeta])[place*r.size.betas:][head%r.size.betas]
		kernels.WeighRows(w.recalled, key, w.state)
		for i, x := range value {
			w.recalled[i] = beta * (x - w.recalled[i])
		}
		value = w.recalled
	}
	kernels.AddOuter(w.state, key, value)
}

// read multiplies the queries of a step with the state.
func (r *linearRun) read(w *linearWorker, batch, keyHead, step int) {
	if r.out[0].IsZero() {
		return
	}
	y := r.size.q
	y.length = r.size.v.length
	sharing := r.size.q.count / r.size.k.count
	for head := keyHead * sharing; head < (keyHead+1)*sharing; head++ {
		query := floats(r.in[linearQ])[r.size.q.at(batch, head, step):][:r.size.q.length]
		dst := floats(r.out[0])[y.at(batch, head, step):][:y.length]
		kernels.WeighRows(dst, query, w.state)
		kernels.ScaleBy(dst, dst, r.factor)
	}
}
