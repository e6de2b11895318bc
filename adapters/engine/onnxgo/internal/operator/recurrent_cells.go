package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// recurrentRun is a recurrent network with its scratch memory.
type recurrentRun[T realNumber] struct {
	*recurrent
	size      recurrentSize
	products  recurrentProducts[T]
	functions []func(v []T)
	read      []T // [steps,batch,gates,hidden]: what the inputs give to each gate
	state     []T // [batch,gates,hidden]: what the state gives
	reset     []T // [batch,hidden]: the state of a GRU, reset, and what it gives
	given     []T
	h, c      []T // [batch,hidden]
	squashed  []T // [hidden]
	bias      []T // [gates,hidden]
}

func newRecurrentRun[T realNumber](r *recurrent, s recurrentSize, products recurrentProducts[T]) *recurrentRun[T] {
	states := func() []T { return make([]T, s.batch*s.hidden) }
	return &recurrentRun[T]{
		recurrent: r, size: s, products: products,
		read: make([]T, s.steps*s.batch*s.gates*s.hidden), state: make([]T, s.batch*s.gates*s.hidden),
		reset: states(), given: states(), h: states(), c: states(),
		squashed: make([]T, s.hidden), bias: make([]T, s.gates*s.hidden),
	}
}

// part returns an input's elements for a direction, nil if it was left out.
func part[T realNumber](in []domain.Tensor, at, direction, directions int) []T {
	if at >= len(in) {
		return nil
	}
	all := dataOf[T](in[at])
	n := len(all) / directions
	return all[direction*n : (direction+1)*n]
}

func (r *recurrentRun[T]) run(in, out []domain.Tensor) {
	if y := dataOf[T](out[0]); len(y) > 0 {
		clear(y) // beyond the ends of sequences
	}
	for d := range r.size.directions {
		r.direction(d, in, out)
	}
}

// direction runs one direction from the initial states to the last.
func (r *recurrentRun[T]) direction(d int, in, out []domain.Tensor) {
	s := r.size
	r.start(r.h, in, recurrentH, d)
	r.start(r.c, in, recurrentC, d)
	r.biases(part[T](in, recurrentB, d, s.directions))
	var lengths []int32
	if len(in) > recurrentLengths {
		lengths = dataOf[int32](in[recurrentLengths])
	}
	weights, peepholes := dataOf[T](in[recurrentR]), part[T](in, recurrentP, d, s.directions)
	r.products.inputs(r.read, dataOf[T](in[recurrentX]), dataOf[T](in[recurrentW]), d)
	for step := range s.steps {
		r.step(step, d, weights, part[T](in, recurrentB, d, s.directions), peepholes, lengths, dataOf[T](out[0]))
	}
	for i, states := range [][]T{r.h, r.c} {
		if i+1 < len(out) {
			r.finish(dataOf[T](out[i+1]), states, d)
		}
	}
}

// biases adds those for the inputs and for the state. What a GRU adds before its
// reset stays apart.
func (r *recurrentRun[T]) biases(b []T) {
	if b == nil {
		clear(r.bias)
		return
	}
	n := len(r.bias)
	for i := range r.bias {
		r.bias[i] = b[i] + b[n+i]
		if r.kind == "GRU" && i >= 2*r.size.hidden {
			r.bias[i] = b[i]
		}
	}
}

// place returns where a state of a batch's element is in an initial or last one.
func (r *recurrentRun[T]) place(b, direction int) int {
	if r.batchFirst {
		return (b*r.size.directions + direction) * r.size.hidden
	}
	return (direction*r.size.batch + b) * r.size.hidden
}

func (r *recurrentRun[T]) start(states []T, in []domain.Tensor, at, direction int) {
	clear(states)
	if at >= len(in) || in[at].IsZero() {
		return
	}
	for b := range r.size.batch {
		copy(states[b*r.size.hidden:][:r.size.hidden], dataOf[T](in[at])[r.place(b, direction):])
	}
}

func (r *recurrentRun[T]) finish(to, states []T, direction int) {
	if len(to) == 0 {
		return
	}
	for b := range r.size.batch {
		copy(to[r.place(b, direction):][:r.size.hidden], states[b*r.size.hidden:])
	}
}

// row returns which row of X is a step of a batch's element.
func (r *recurrentRun[T]) row(t, b int) int {
	if r.batchFirst {
		return b*r.size.steps + t
	}
	return t*r.size.batch + b
}

// output returns where all states have that of a step.
func (r *recurrentRun[T]) output(t, b, direction int) int {
	if r.batchFirst {
		return ((b*r.size.steps+t)*r.size.directions + direction) * r.size.hidden
	}
	return ((t*r.size.directions+direction)*r.size.batch + b) * r.size.hidden
}

// step computes the state of every element of the batch whose sequence is not at
// its end.
func (r *recurrentRun[T]) step(step, direction int, weights, bias, peepholes []T, lengths []int32, y []T) {
	s := r.size
	r.products.state(r.state, r.h, weights, direction)
	if r.kind == "GRU" {
		r.resets(step, direction, lengths, weights, bias)
	}
	for b := range s.batch {
		t, ok := r.at(step, b, direction, lengths)
		if !ok {
			continue
		}
		read, h := r.read[r.row(t, b)*s.gates*s.hidden:][:s.gates*s.hidden], r.h[b*s.hidden:][:s.hidden]
		switch r.kind {
		case "RNN":
			r.simple(read, b, h, direction)
		case "GRU":
			r.gru(read, b, h, direction)
		default:
			r.lstm(read, b, h, peepholes, direction)
		}
		if len(y) > 0 {
			copy(y[r.output(t, b, direction):][:s.hidden], h)
		}
	}
}

// at returns which element of a sequence is read at a step, if it has one.
func (r *recurrentRun[T]) at(step, b, direction int, lengths []int32) (t int, ok bool) {
	n := r.size.steps
	if lengths != nil {
		n = int(lengths[b])
	}
	if direction == 1 || !r.forward {
		return n - 1 - step, step < n
	}
	return step, step < n
}

// sum adds what the inputs, the state and the bias give to some gates, and clips.
func (r *recurrentRun[T]) sum(z, state, bias []T) {
	for i := range z {
		z[i] += state[i] + bias[i]
	}
	r.clipped(z)
}

func (r *recurrentRun[T]) clipped(z []T) {
	if r.clip > 0 {
		kernels.ClampNumbers(z, z, T(-r.clip), T(r.clip))
	}
}

func (r *recurrentRun[T]) simple(read []T, b int, h []T, direction int) {
	r.sum(read, r.state[b*r.size.hidden:], r.bias)
	r.functions[direction](read)
	copy(h, read)
}

// resets computes the gates z and r of a GRU for the whole batch, and what the
// state gives to the candidate: reset before it is multiplied, or after.
func (r *recurrentRun[T]) resets(step, direction int, lengths []int32, weights, bias []T) {
	n := r.size.hidden
	for b := range r.size.batch {
		t, ok := r.at(step, b, direction, lengths)
		if !ok {
			continue
		}
		read := r.read[r.row(t, b)*3*n:][:3*n]
		r.sum(read[:2*n], r.state[b*2*n:], r.bias)
		r.functions[2*direction](read[:2*n])
		for i, h := range r.h[b*n:][:n] {
			r.reset[b*n+i] = h
			if !r.linearBefore {
				r.reset[b*n+i] *= read[n+i]
			}
		}
	}
	r.products.reset(r.given, r.reset, weights, direction)
	for i := range r.given {
		if bias != nil {
			r.given[i] += bias[5*n+i%n]
		}
	}
}

func (r *recurrentRun[T]) gru(read []T, b int, h []T, direction int) {
	n := r.size.hidden
	z, reset, candidate, given := read[:n], read[n:2*n], read[2*n:], r.given[b*n:][:n]
	for i := range candidate {
		if r.linearBefore {
			candidate[i] += reset[i]*given[i] + r.bias[2*n+i]
		} else {
			candidate[i] += given[i] + r.bias[2*n+i]
		}
	}
	r.clipped(candidate)
	r.functions[2*direction+1](candidate)
	for i := range h {
		h[i] = (1-z[i])*candidate[i] + z[i]*h[i]
	}
}

func (r *recurrentRun[T]) lstm(read []T, b int, h, p []T, direction int) {
	n := r.size.hidden
	c, state := r.c[b*n:][:n], r.state[b*4*n:][:4*n]
	input, output, forget, candidate := read[:n], read[n:2*n], read[2*n:3*n], read[3*n:]
	for i := range read {
		read[i] += state[i] + r.bias[i]
	}
	if p != nil {
		for i := range n {
			input[i] += p[i] * c[i]
			forget[i] += p[2*n+i] * c[i]
		}
	}
	r.clipped(input)
	r.clipped(forget)
	r.clipped(candidate)
	f, g, last := r.functions[3*direction], r.functions[3*direction+1], r.functions[3*direction+2]
	f(input)
	f(forget)
	g(candidate)
	for i := range c {
		if r.inputForget {
			forget[i] = 1 - input[i]
		}
		c[i] = forget[i]*c[i] + input[i]*candidate[i]
		if p != nil {
			output[i] += p[n+i] * c[i]
		}
	}
	r.clipped(output)
	f(output)
	copy(r.squashed, c)
	last(r.squashed)
	for i := range h {
		h[i] = output[i] * r.squashed[i]
	}
}
