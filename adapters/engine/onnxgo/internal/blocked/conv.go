package blocked

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/team"
)

// ConvOptions say how a convolution is computed and where.
type ConvOptions struct {
	Set      *micro.Set
	Team     *team.Team
	Geometry kernels.ConvGeometry
	Method   Method
	// In, Out and Residual have at least the borders that Method.Borders asks for,
	// the residual that of the output. Without a residual Residual is zero.
	In, Out, Residual Layout
	Clamp             bool
	Low, High         float32 // of the clamp
}

// Conv is a convolution with the memory that it needs. It is for one prediction
// at a time.
type Conv struct {
	ConvOptions
	parts int
	part  func(part, worker int)
	after func() // what is done when all parts are; nil is nothing
	data  operands
}

// operands are what a step works on while it runs.
type operands struct {
	out, in, residual []float32
	weights           *ConvWeights
}

// NewConv returns a convolution.
func NewConv(o ConvOptions) *Conv {
	c := &Conv{ConvOptions: o}
	switch o.Method {
	case Winograd4, Winograd2:
		w := newWinogradConv(c)
		c.parts, c.part, c.after = w.parts(), w.part, w.recompute
	case Depthwise:
		d := newDepthwiseConv(c)
		c.parts, c.part = d.parts(), d.part
	default:
		d := newDirectConv(c)
		c.parts, c.part = d.parts(), d.part
	}
	return c
}

// Run convolves in, adds the bias and the residual, which may be nil, clamps and
// writes to out.
func (c *Conv) Run(out, in, residual []float32, weights *ConvWeights) {
	c.data = operands{out, in, residual, weights}
	c.Team.Do(c.parts, c.part)
	if c.after != nil {
		c.after()
	}
	c.data = operands{}
	c.Out.ClearBorder(out)
}

// splits returns into how many parts the groups of channels are divided, where
// a picture alone has too few parts for all threads.
func (c *Conv) splits(parts, groups int) int {
	if c.Team.Size() == 1 {
		return 1
	}
	const each = 2 // parts for a thread, so that none waits long for another
	return max(1, min(groups, ceilDiv(each*c.Team.Size(), parts*c.Geometry.Batch)))
}

// tile returns a tile's arguments with what is the same for all of a step. The
// input's distances are filled in by the method.
func (c *Conv) tile() micro.Tile {
	a := micro.Tile{
		OutStride: 4 * c.Out.Plane(), ResidualStride: 4 * c.Residual.Plane(),
		Low: c.Low, High: c.High,
	}
	if c.Clamp {
		a.Clamp = 1
	}
	return a
}

// point aims a tile at a pixel of the output, and at that of the input with which
// its window begins.
func (c *Conv) point(a *micro.Tile, picture, outBlock, inBlock, y, x int) {
	d, g := &c.data, &c.Geometry
	a.Out = pointer(d.out, c.Out.At(picture, outBlock, y, x))
	a.In = pointer(d.in, c.In.At(picture, inBlock, y*g.Rows.Stride-g.Rows.Before, x*g.Columns.Stride-g.Columns.Before))
	a.Bias = pointer(d.weights.bias, outBlock*c.Set.Lanes)
	a.Residual = nil
	if d.residual != nil {
		a.Residual = pointer(d.residual, c.Residual.At(picture, outBlock, y, x))
	}
}

// lines says that a tile's lines are rows of the output, one under another.
func (c *Conv) lines(a *micro.Tile, s strip, rows int) {
	pixel := 4 * c.In.Block * c.Geometry.Columns.Stride
	a.Tiles, a.Lines = s.tiles, rows
	a.InStep, a.OutStep = s.pixels*pixel, 4*s.pixels*c.Out.Block
	a.InLine = 4*c.In.Row()*c.Geometry.Rows.Stride - s.tiles*a.InStep
	a.OutLine = 4*c.Out.Row() - s.tiles*a.OutStep
	a.ResidualLine = 4*c.Residual.Row() - s.tiles*a.OutStep
}
