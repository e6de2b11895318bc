package blocked

import "github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"

// directConv sums over the kernel's taps and the input's channels as they are.
type directConv struct {
	*Conv
	groups []group
	strips [3][]strip // by number of blocks
	rows   int        // of the output in a part
	splits int        // parts that share rows; each has some of the groups
	args   []micro.Tile
}

func newDirectConv(c *Conv) *directConv {
	d := &directConv{Conv: c, groups: groupsOf(c.Set.Lanes, c.Geometry), args: make([]micro.Tile, c.Team.Size())}
	tiles := &c.Set.Strided
	if c.In.Block == c.Set.Lanes && c.Geometry.Columns.Stride == 1 {
		tiles = &c.Set.Unit
	}
	for blocks := 1; blocks <= 2; blocks++ {
		d.strips[blocks] = cut(c.Geometry.Columns.Output, blocks, tiles[blocks])
	}
	d.rows = d.rowsInPart()
	d.splits = c.splits(ceilDiv(c.Geometry.Rows.Output, d.rows), len(d.groups))
	for i := range d.args {
		d.args[i] = d.arguments()
	}
	return d
}

// rowsInPart returns how many rows of the output are computed before the next
// group of channels: so many that their input stays in the nearest cache, if the
// weights do in the next one, else in the next one itself.
func (d *directConv) rowsInPart() int {
	const near, next = 6 << 10, 96 << 10 // elements
	g := &d.Geometry
	room := near
	if weights := g.OutChannels * g.InChannels / g.Groups * g.Rows.Kernel * g.Columns.Kernel; weights > next {
		room = next
	}
	row := g.Columns.Input * g.InChannels
	rows := (room/max(row, 1) - g.Rows.Kernel + 1) / g.Rows.Stride
	rows = max(1, min(rows, g.Rows.Output))
	return ceilDiv(g.Rows.Output, ceilDiv(g.Rows.Output, rows))
}

func (d *directConv) arguments() micro.Tile {
	a, g := d.tile(), &d.Geometry
	a.PixelStride = 4 * d.In.Block * g.Columns.Stride
	a.Rows, a.RowStride = g.Rows.Kernel, 4*d.In.Row()*g.Rows.Dilation
	a.Taps, a.TapStride = g.Columns.Kernel, 4*d.In.Block*g.Columns.Dilation
	a.BlockStride = 4 * d.In.Plane()
	channels := g.InChannels / g.Groups
	a.Blocks = channels / d.In.Block
	a.Quads, a.Singles = d.In.Block/4, d.In.Block%4
	if last := channels % d.In.Block; last > 0 {
		a.LastQuads, a.LastSingles = last/4, last%4
	}
	if d.Method == Planar && g.Columns.Dilation == 1 {
		// The taps of a row lie side by side, as do channels elsewhere.
		a.Quads, a.Singles, a.Taps = g.Columns.Kernel/4, g.Columns.Kernel%4, 1
	}
	return a
}

func (d *directConv) parts() int {
	return d.Geometry.Batch * ceilDiv(d.Geometry.Rows.Output, d.rows) * d.splits
}

// part computes some channels of some rows of a picture.
func (d *directConv) part(part, worker int) {
	split, part := part%d.splits, part/d.splits
	a, total := &d.args[worker], d.Geometry.Rows.Output
	perPicture := ceilDiv(total, d.rows)
	picture, y := part/perPicture, part%perPicture*d.rows
	rows := min(d.rows, total-y)
	for i := split * len(d.groups) / d.splits; i < (split+1)*len(d.groups)/d.splits; i++ {
		group := d.groups[i]
		a.Weights = pointer(d.data.weights.packed, d.data.weights.offsets[i])
		for _, s := range d.strips[group.blocks] {
			d.point(a, picture, group.first, group.input, y, s.start)
			d.lines(a, s, rows)
			s.run(a)
		}
	}
}
