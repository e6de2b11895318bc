package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/domain"
)

// Blocking follows the input.
func (p *pool) Blocking(t Target, inputs, outputs []Value, made []bool) (Blocking, bool) {
	return following(t, inputs, 0), made[0] && picture(inputs[0]) && picture(outputs[0])
}

// CompileFor pools in blocks if the output is laid out so.
func (p *pool) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	if outputs[0].Layout == nil {
		return p.Compile(inputs, outputs)
	}
	a, err := p.window.over(inputs[0].Shape[2:], p.window.kernel)
	if err != nil {
		return nil, err
	}
	pool := blocked.NewPool(blocked.PoolOptions{
		Set: t.Set, Team: t.Team, Reduction: p.reduction,
		Rows: a.rows, Columns: a.columns, Bottom: a.bottom, Right: a.right,
		In: *inputs[0].Layout, Out: *outputs[0].Layout,
	})
	return func(inputs, outputs []domain.Tensor) { pool.Run(floats(outputs[0]), floats(inputs[0])) }, nil
}

// Blocking takes a picture in blocks and gives a plain result.
func (p globalPool) Blocking(t Target, inputs, _ []Value, made []bool) (Blocking, bool) {
	b := following(t, inputs, 0)
	b.Output = Demand{}
	return b, made[0] && picture(inputs[0])
}

// CompileFor pools blocks if the input is laid out so.
func (p globalPool) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	if inputs[0].Layout == nil {
		return p.Compile(inputs, outputs)
	}
	pool := blocked.NewGlobalPool(t.Set, p.reduction, *inputs[0].Layout)
	return func(inputs, outputs []domain.Tensor) { pool.Run(floats(outputs[0]), floats(inputs[0])) }, nil
}

// Blocking is that of a global pool: exporters write one as a mean over the
// spatial axes.
func (r reduceMean) Blocking(t Target, inputs, outputs []Value, made []bool) (Blocking, bool) {
	b := following(t, inputs, 0)
	b.Output = Demand{}
	return b, made[0] && picture(inputs[0]) && r.spatial(inputs)
}

// spatial reports whether all axes but the first two are reduced, and no others.
func (r reduceMean) spatial(inputs []Value) bool {
	reduced, err := r.reduced(inputs)
	seen := map[int]bool{}
	for _, axis := range reduced {
		seen[axis] = true
	}
	return err == nil && !seen[0] && !seen[1] && len(seen) == len(inputs[0].Shape)-2
}

// CompileFor averages blocks if the input is laid out so.
func (r reduceMean) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	if inputs[0].Layout == nil {
		return r.Compile(inputs, outputs)
	}
	return globalPool{reduction: blocked.Mean}.CompileFor(t, inputs, outputs)
}
