package blocked

import "github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"

// depthwiseConv gives each channel a filter of its own.
type depthwiseConv struct {
	*Conv
	strips []strip
	args   []micro.Tile
}

func newDepthwiseConv(c *Conv) *depthwiseConv {
	d := &depthwiseConv{Conv: c, strips: cut(c.Geometry.Columns.Output, 1, c.Set.Lone), args: make([]micro.Tile, c.Team.Size())}
	g := &c.Geometry
	for i := range d.args {
		a := d.tile()
		a.PixelStride = 4 * c.In.Block * g.Columns.Stride
		a.Rows, a.RowStride = g.Rows.Kernel, 4*c.In.Row()*g.Rows.Dilation
		a.Taps, a.TapStride = g.Columns.Kernel, 4*c.In.Block*g.Columns.Dilation
		d.args[i] = a
	}
	return d
}

func (d *depthwiseConv) parts() int { return d.Geometry.Batch * d.Out.Blocks() }

// part computes a block of a picture.
func (d *depthwiseConv) part(part, worker int) {
	a, g := &d.args[worker], &d.Geometry
	picture, block := part/d.Out.Blocks(), part%d.Out.Blocks()
	a.Weights = pointer(d.data.weights.packed, block*g.Rows.Kernel*g.Columns.Kernel*d.Set.Lanes)
	for _, s := range d.strips {
		d.point(a, picture, block, block, 0, s.start)
		d.lines(a, s, g.Rows.Output)
		s.run(a)
	}
}
