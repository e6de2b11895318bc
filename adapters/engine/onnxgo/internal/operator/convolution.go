package operator

import (
	"fmt"
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// convolutionFamily are the operators that weigh or scale whole channels.
var convolutionFamily = map[string][]definition{
	"Conv":               {{since: 1, inputs: arity{2, 3}, outputs: arity{1, 1}, parse: parseConv}},
	"BatchNormalization": batchNormalizations,
	"LRN":                {{since: 1, inputs: arity{1, 1}, outputs: arity{1, 1}, parse: parseLRN}},
}

// Conv is a convolution over one or two spatial axes: inputs X [N,C,H,W], W
// [M,C/group,kH,kW] and, if there is one, B [M]. A compiler may let it add a
// residual and clamp, so that its output is touched only once.
type Conv struct {
	window    windowAttributes
	group     int
	residual  bool
	clamped   bool
	low, high float32
	packed    *packing[*kernels.ConvWeights]
	blocked   *packing[*blocked.ConvWeights]
}

// The places of a convolution's inputs.
const (
	convX = iota
	convWeights
	convBias
	convResidual
)

func parseConv(node Node) (Operator, error) {
	a := attributesOf(node)
	c := &Conv{
		window: parseWindow(a, windowHas{dilations: true}),
		group:  a.int("group", 1),
		low:    float32(math.Inf(-1)), high: float32(math.Inf(1)),
		packed: new(packing[*kernels.ConvWeights]), blocked: new(packing[*blocked.ConvWeights]),
	}
	c.window.slack = 1 // as with the 1x1 kernels of stride 2 beside a residual block: all begin with the first
	a.expect(c.group > 0, "group", "is not a number of groups")
	return c, a.done()
}

// WithClamp returns the convolution with its output, residual included, clamped
// to [low, high]. NaN stays NaN.
func (c *Conv) WithClamp(low, high float32) *Conv {
	with := *c
	with.clamped, with.low, with.high = true, low, high
	return &with
}

// WithResidual returns the convolution with a fourth input, of the shape of the
// output, that is added to it. The third input is the zero Value if there is no
// bias.
func (c *Conv) WithResidual() *Conv {
	with := *c
	with.residual = true
	return &with
}

// HasClamp reports whether the output is clamped.
func (c *Conv) HasClamp() bool { return c.clamped }

// HasResidual reports whether a residual is added.
func (c *Conv) HasResidual() bool { return c.residual }

// Infer returns the output's shape, [N,M,oH,oW].
func (c *Conv) Infer(inputs []Value) ([]Value, error) {
	if c.general(inputs) && !c.residual {
		v, err := c.volume(inputs)
		if err != nil {
			return nil, err
		}
		return like(inputs[convX], outputShape(inputs[convX].Shape, inputs[convWeights].Shape[0], v))
	}
	g, err := c.geometry(inputs)
	if err != nil {
		return nil, err
	}
	shape := domain.Shape{g.Batch, g.OutChannels, g.Rows.Output, g.Columns.Output}
	if len(inputs[convX].Shape) == 3 {
		shape = domain.Shape{g.Batch, g.OutChannels, g.Columns.Output}
	}
	if c.residual {
		residual, err := operand(inputs, convResidual, "residual")
		if err != nil {
			return nil, err
		}
		if !residual.Shape.Equal(shape) {
			return nil, misshapen("residual", residual.Shape, shape.String())
		}
	}
	return outputOf(shape)
}

// geometry checks X, W and B against each other and the attributes.
func (c *Conv) geometry(inputs []Value) (g kernels.ConvGeometry, err error) {
	x, err := spatialOperand(inputs, convX, "X")
	if err != nil {
		return g, err
	}
	w, err := operand(inputs, convWeights, "W")
	if err != nil {
		return g, err
	}
	if len(w.Shape) != len(x.Shape) {
		return g, misshapen("W", w.Shape, fmt.Sprintf("as many axes as X %v has", x.Shape))
	}
	if n, _ := w.Shape.Elements(); n == 0 {
		return g, misshapen("W", w.Shape, "at least one element")
	}
	if err := c.checkChannels(x.Shape, w.Shape); err != nil {
		return g, err
	}
	if err := c.checkBias(inputs, w.Shape[0]); err != nil {
		return g, err
	}
	area, err := c.window.over(x.Shape[2:], w.Shape[2:])
	return kernels.ConvGeometry{
		Batch: x.Shape[0], Groups: c.group, InChannels: x.Shape[1], OutChannels: w.Shape[0],
		Rows: area.rows, Columns: area.columns,
	}, err
}

func (c *Conv) checkChannels(x, w domain.Shape) error {
	if w[0]%c.group != 0 {
		return misshapen("W", w, fmt.Sprintf("a multiple of group %d in axis 0", c.group))
	}
	if x[1]%c.group != 0 || x[1]/c.group != w[1] {
		return misshapen("W", w, fmt.Sprintf("axis 1 to be the %d channels of X divided by group %d", x[1], c.group))
	}
	return nil
}

func (c *Conv) checkBias(inputs []Value, channels int) error {
	if len(inputs) <= convBias || inputs[convBias].Missing() {
		return nil
	}
	b, err := operand(inputs, convBias, "B")
	if err == nil && !b.Shape.Equal(domain.Shape{channels}) {
		err = misshapen("B", b.Shape, domain.Shape{channels}.String())
	}
	return err
}

// Compile packs the weights: now if they are known, else at every run.
func (c *Conv) Compile(inputs, _ []Value) (Run, error) {
	if c.general(inputs) {
		return c.compileGeneral(inputs)
	}
	g, err := c.geometry(inputs)
	if err != nil {
		return nil, err
	}
	if err := fitsScratch(g.InChannels/g.Groups, g.Rows.Reach(), g.Columns.Reach()); err != nil {
		return nil, err
	}
	w := inputs[convWeights]
	var weights *kernels.ConvWeights
	if w.Known() {
		weights = c.packed.get(w.Const, nil, func(values []float32) *kernels.ConvWeights {
			packed := kernels.NewConvWeights(g)
			packed.Pack(values)
			return packed
		})
	} else {
		if err := fitsScratch(w.Shape...); err != nil {
			return nil, err
		}
		weights = kernels.NewConvWeights(g)
	}
	return c.run(kernels.NewConv(g), weights, !w.Known()), nil
}

func (c *Conv) run(conv *kernels.Conv, weights *kernels.ConvWeights, repack bool) Run {
	return func(inputs, outputs []domain.Tensor) {
		if repack {
			weights.Pack(floats(inputs[convWeights]))
		}
		epilogue := kernels.Epilogue{Low: c.low, High: c.high}
		if len(inputs) > convBias {
			epilogue.Bias = floats(inputs[convBias])
		}
		if c.residual {
			epilogue.Residual = floats(inputs[convResidual])
		}
		conv.Run(floats(outputs[0]), floats(inputs[convX]), weights, epilogue)
	}
}
