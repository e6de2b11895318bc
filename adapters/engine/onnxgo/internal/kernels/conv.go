package kernels

// Conv is a convolution of one geometry with the memory that it needs. It is
// for one goroutine at a time.
type Conv struct {
	geometry    ConvGeometry
	offsets     []int     // of the taps, from the first element that a window covers
	padded      []float32 // a group's channels of one picture with zeros around; empty if not needed
	row, plane  int       // strides of the planes that the windows move over
	outChannels int       // in a group
}

// NewConv returns a convolution of the geometry.
func NewConv(g ConvGeometry) *Conv {
	g = g.flat()
	c := &Conv{
		geometry: g, outChannels: g.OutChannels / g.Groups, offsets: make([]int, 0, g.taps()),
		row: g.Columns.Input, plane: g.Rows.Input * g.Columns.Input,
	}
	if !g.direct() {
		c.padded = make([]float32, g.scratch())
		c.row, c.plane = g.Columns.Reach(), g.Rows.Reach()*g.Columns.Reach()
		if c.plane%cachePage == 0 {
			c.plane += cacheLine
		}
	}
	for channel := range g.InChannels / g.Groups {
		for y := range g.Rows.Kernel {
			for x := range g.Columns.Kernel {
				c.offsets = append(c.offsets, channel*c.plane+y*g.Rows.Dilation*c.row+x*g.Columns.Dilation)
			}
		}
	}
	return c
}

// Run convolves src with the weights into dst. The padding is zeros that take
// part: where a weight is not finite, its product with them is NaN.
func (c *Conv) Run(dst, src []float32, weights *ConvWeights, e Epilogue) {
	g := &c.geometry
	in := g.InChannels / g.Groups * g.Rows.Input * g.Columns.Input
	for picture := range g.Batch {
		for group := range g.Groups {
			at := (picture*g.Groups + group) * in
			c.group(dst, c.pad(src[at:at+in]), weights, &e, picture, group)
		}
	}
}

// pad returns the planes that the windows move over: src itself, or a copy with
// zeros around.
func (c *Conv) pad(src []float32) []float32 {
	if len(c.padded) == 0 {
		return src
	}
	rows, columns := &c.geometry.Rows, &c.geometry.Columns
	width := min(columns.Input, c.row-columns.Before)
	if width <= 0 {
		return c.padded // the windows see padding only, and it has stayed zero
	}
	for channel := range c.geometry.InChannels / c.geometry.Groups {
		from := src[channel*rows.Input*columns.Input:]
		to := c.padded[channel*c.plane:]
		for y := range min(rows.Input, rows.Reach()-rows.Before) {
			at := (y+rows.Before)*c.row + columns.Before
			copy(to[at:at+width], from[y*columns.Input:])
		}
	}
	return c.padded
}

// group computes the output channels of one group of one picture.
func (c *Conv) group(dst, planes []float32, weights *ConvWeights, e *Epilogue, picture, group int) {
	first := group * c.outChannels
	if weights.lone != nil {
		c.lone(dst, planes, weights.lone[group*len(c.offsets):][:len(c.offsets)], e, picture, group)
		return
	}
	for channel := 0; channel < c.outChannels; channel += lanes {
		block := weights.block(group, channel/lanes)
		c.block(dst, planes, block, e, picture, first+channel, min(lanes, c.outChannels-channel))
	}
}

// block computes n neighbouring output channels of one picture.
func (c *Conv) block(dst, planes []float32, weights []sums, e *Epilogue, picture, channel, n int) {
	rows, columns := &c.geometry.Rows, &c.geometry.Columns
	plane := rows.Output * columns.Output
	out := (picture*c.geometry.OutChannels + channel) * plane
	for y := range rows.Output {
		from := y * rows.Stride * c.row
		at := out + y*columns.Output
		x := 0
		for ; x+2 <= columns.Output; x += 2 {
			a, b := dotPair(weights, c.offsets, planes[from+x*columns.Stride:], columns.Stride)
			for lane := range n {
				i := at + lane*plane + x
				dst[i] = e.apply(a[lane], channel+lane, i)
				dst[i+1] = e.apply(b[lane], channel+lane, i+1)
			}
		}
		if x < columns.Output {
			a := dotOne(weights, c.offsets, planes[from+x*columns.Stride:])
			for lane := range n {
				i := at + lane*plane + x
				dst[i] = e.apply(a[lane], channel+lane, i)
			}
		}
	}
}

// lone computes the only output channel of a group of one picture, as in a
// depthwise convolution: there are too few taps for a dot product to be worth
// its call, so each tap is added to a whole row.
func (c *Conv) lone(dst, planes, weights []float32, e *Epilogue, picture, channel int) {
	rows, columns := &c.geometry.Rows, &c.geometry.Columns
	out := (picture*c.geometry.OutChannels + channel) * rows.Output * columns.Output
	for y := range rows.Output {
		from := y * rows.Stride * c.row
		at := out + y*columns.Output
		row := dst[at : at+columns.Output]
		clear(row)
		for t, offset := range c.offsets {
			addScaled(row, planes[from+offset:], weights[t], columns.Stride)
		}
		for x, sum := range row {
			row[x] = e.apply(sum, channel, at+x)
		}
	}
}
