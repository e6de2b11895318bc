package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// What computes element by element follows its inputs into blocks.

// Blocking follows the input.
func (a activation) Blocking(t Target, inputs, _ []Value, made []bool) (Blocking, bool) {
	return following(t, inputs, 0), made[0] && picture(inputs[0])
}

// CompileFor computes row by row if the output is laid out in blocks.
func (a activation) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	compute := a.compute
	if a.vectors != nil && inputs[0].Datatype == domain.FP32 {
		compute = a.vectors(t.Set)
	}
	if outputs[0].Layout == nil {
		return activation{compute: compute, others: a.others}.Compile(inputs, outputs)
	}
	if a.clamp != nil {
		return clampBlocks(t, *a.clamp, inputs, outputs), nil
	}
	from, to := *inputs[0].Layout, *outputs[0].Layout
	return func(in, out []domain.Tensor) {
		blocked.Map(to, floats(out[0]), from, floats(in[0]), compute)
	}, nil
}

func clampBlocks(t Target, bounds [2]float32, inputs, outputs []Value) Run {
	from, to := *inputs[0].Layout, *outputs[0].Layout
	rows := blocked.NewRows(t.Set, bounds[0], bounds[1])
	return func(in, out []domain.Tensor) { rows.Clamp(to, floats(out[0]), from, floats(in[0])) }
}

// Blocking follows the input if the bounds are known.
func (c clip) Blocking(t Target, inputs, _ []Value, made []bool) (Blocking, bool) {
	_, _, known := c.bounds(inputs)
	return following(t, inputs, 0), made[0] && known && picture(inputs[0])
}

// CompileFor clamps row by row if the output is laid out in blocks.
func (c clip) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	if outputs[0].Layout == nil {
		return c.Compile(inputs, outputs)
	}
	low, high, _ := c.bounds(inputs)
	return clampBlocks(t, [2]float32{low, high}, inputs, outputs), nil
}

// Blocking follows X if the parameters are known.
func (b *BatchNormalization) Blocking(t Target, inputs, _ []Value, made []bool) (Blocking, bool) {
	_, _, known := b.ScaleShift(inputs)
	return following(t, inputs, 0), made[0] && known && picture(inputs[0])
}

// CompileFor scales and shifts row by row if the output is laid out in blocks.
func (b *BatchNormalization) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	if outputs[0].Layout == nil {
		return b.Compile(inputs, outputs)
	}
	from, to := *inputs[0].Layout, *outputs[0].Layout
	scale, shift, _ := b.ScaleShift(inputs)
	lanes := to.Blocks() * to.Block
	scale, shift = padded(scale, lanes), padded(shift, lanes)
	low, high := blocked.Unbounded()
	rows := blocked.NewRows(t.Set, low, high)
	return func(in, out []domain.Tensor) {
		rows.ScaleShift(to, floats(out[0]), from, floats(in[0]), scale, shift, 0)
	}, nil
}

// padded returns values followed by zeros up to a length.
func padded(values []float32, length int) []float32 {
	p := blocked.Floats(length)
	copy(p, values)
	return p
}

// Blocking follows two pictures of one shape, of which one at least is made in
// blocks, or a picture and a factor for each of its channels.
func (o arithmetic) Blocking(t Target, inputs, outputs []Value, made []bool) (Blocking, bool) {
	if !picture(outputs[0]) || !made[0] && !made[1] || inputs[0].Known() || inputs[1].Known() {
		return Blocking{}, false
	}
	for i := range inputs {
		same, channel := inputs[1-i].Shape.Equal(outputs[0].Shape), perChannel(inputs[1-i], outputs[0])
		if made[i] && inputs[i].Shape.Equal(outputs[0].Shape) && (same || o.op == kernels.Multiply && channel) {
			return following(t, inputs, 0, 1), true
		}
	}
	return Blocking{}, false
}

// perChannel reports whether v has one element for each channel of a picture.
func perChannel(v, of Value) bool {
	return len(v.Shape) == len(of.Shape) && slices.Equal(v.Shape[:2], of.Shape[:2]) && product(v.Shape[2:]) == 1
}

// CompileFor calculates row by row if the output is laid out in blocks.
func (o arithmetic) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	if outputs[0].Layout == nil {
		return o.Compile(inputs, outputs)
	}
	x, y, to := *inputs[0].Layout, *inputs[1].Layout, *outputs[0].Layout
	low, high := blocked.Unbounded()
	rows := blocked.NewRows(t.Set, low, high)
	switch {
	case !inputs[0].Shape.Equal(inputs[1].Shape):
		return scaleChannels(rows, inputs, outputs), nil
	case o.op == kernels.Add:
		return func(in, out []domain.Tensor) {
			rows.Add(to, floats(out[0]), x, floats(in[0]), y, floats(in[1]))
		}, nil
	}
	along := kernels.Broadcast{Lengths: []int{to.Width * to.Block}, X: []int{1}, Y: []int{1}}
	calculate := func(dst, x, y []float32) { kernels.Calculate(o.op, dst, x, y, along) }
	return func(in, out []domain.Tensor) {
		blocked.Map2(to, floats(out[0]), x, floats(in[0]), y, floats(in[1]), calculate)
	}, nil
}

// scaleChannels multiplies each channel by its factor.
func scaleChannels(rows *blocked.Rows, inputs, outputs []Value) Run {
	data, factor := 0, 1
	if !inputs[0].Shape.Equal(outputs[0].Shape) {
		data, factor = 1, 0
	}
	x, s, to := *inputs[data].Layout, *inputs[factor].Layout, *outputs[0].Layout
	factors, zeros := blocked.Floats(s.Batch*s.Blocks()*s.Block), blocked.Floats(s.Blocks()*s.Block)
	return func(in, out []domain.Tensor) {
		blocked.Pixels(s, factors, floats(in[factor]))
		rows.ScaleShift(to, floats(out[0]), x, floats(in[data]), factors, zeros, s.Blocks()*s.Block)
	}
}

// Blocking follows inputs that are all made in blocks and joined by channel.
func (c concat) Blocking(t Target, inputs, outputs []Value, made []bool) (Blocking, bool) {
	axis, err := axisOf(c.axis, len(outputs[0].Shape))
	all := make([]int, len(inputs))
	for i := range all {
		all[i] = i
	}
	return following(t, inputs, all...), err == nil && axis == 1 && picture(outputs[0]) && !slices.Contains(made, false)
}

// CompileFor joins blocks if the output is laid out in blocks.
func (c concat) CompileFor(_ Target, inputs, outputs []Value) (Run, error) {
	if outputs[0].Layout == nil {
		return c.Compile(inputs, outputs)
	}
	to, from := *outputs[0].Layout, make([]blocked.Layout, len(inputs))
	for i, v := range inputs {
		from[i] = *v.Layout
	}
	return func(in, out []domain.Tensor) {
		channel := 0
		for i, l := range from {
			blocked.Concat(to, floats(out[0]), channel, l, floats(in[i]))
			channel += l.Channels
		}
		to.ClearBorder(floats(out[0]))
	}, nil
}
