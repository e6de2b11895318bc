package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/domain"
)

// Blocking asks for the border that the windows reach into. A picture that is
// not made in blocks and has few channels is taken in planes.
func (c *Conv) Blocking(t Target, inputs, outputs []Value, made []bool) (Blocking, bool) {
	weights := inputs[convWeights]
	bias, hasBias := optional(inputs, convBias)
	if !picture(inputs[convX]) || !picture(outputs[0]) || !weights.Known() || hasBias && !bias.Known() {
		return Blocking{}, false
	}
	g, err := c.geometry(inputs)
	if err != nil {
		return Blocking{}, false
	}
	planar := !made[convX] && g.InChannels < t.Set.Lanes
	method := blocked.ChooseMethod(t.Set, g, planar)
	if method == blocked.Unsuited {
		return Blocking{}, false
	}
	in, out := method.Borders(t.Set, g)
	b := following(t, inputs, convX)
	b.Inputs[convX].Border, b.Output.Border = in, out
	if planar {
		b.Inputs[convX].Block = 1
	}
	if c.residual {
		b.Inputs[convResidual] = Demand{t.Set.Lanes, out}
	}
	return b, true
}

// CompileFor computes in blocks if the output is laid out so.
func (c *Conv) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	if outputs[0].Layout == nil {
		return c.Compile(inputs, outputs)
	}
	g, err := c.geometry(inputs)
	if err != nil {
		return nil, err
	}
	in := layoutOf(inputs[convX])
	method := blocked.ChooseMethod(t.Set, g, in.Block == 1)
	o := blocked.ConvOptions{
		Set: t.Set, Team: t.Team, Geometry: g, Method: method, In: in, Out: *outputs[0].Layout,
		Clamp: c.clamped, Low: c.low, High: c.high,
	}
	if c.residual {
		o.Residual = layoutOf(inputs[convResidual])
	}
	bias, _ := optional(inputs, convBias)
	type form struct {
		set, method any
	}
	weights := c.blocked.get(inputs[convWeights].Const, form{t.Set, method}, func(values []float32) *blocked.ConvWeights {
		return blocked.PackConv(t.Set, g, method, values, floats(bias.Const))
	})
	conv := blocked.NewConv(o)
	return func(inputs, outputs []domain.Tensor) {
		var residual []float32
		if c.residual {
			residual = floats(inputs[convResidual])
		}
		conv.Run(floats(outputs[0]), floats(inputs[convX]), residual, weights)
	}, nil
}
