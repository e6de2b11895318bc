package kernels

// ConvGeometry is the size and shape of a convolution. The input is [Batch,
// InChannels, Rows.Input, Columns.Input], the weights [OutChannels,
// InChannels/Groups, Rows.Kernel, Columns.Kernel], the output [Batch,
// OutChannels, Rows.Output, Columns.Output].
type ConvGeometry struct {
	Batch, Groups           int
	InChannels, OutChannels int // of all groups together; multiples of Groups
	Rows, Columns           Axis
}

// taps returns how many products are summed for one output.
func (g ConvGeometry) taps() int {
	return g.InChannels / g.Groups * g.Rows.Kernel * g.Columns.Kernel
}

// scratch returns how many float32 a Conv of this geometry holds for itself.
func (g ConvGeometry) scratch() int {
	if g.flat().direct() {
		return 0
	}
	return g.InChannels / g.Groups * (g.Rows.Reach()*g.Columns.Reach() + cacheLine)
}

const (
	cacheLine = 16   // in elements
	cachePage = 1024 // elements this far apart compete for one place in the cache
)

// direct reports whether the windows can move over the input itself. They
// cannot where they reach into padding, and had better not where the elements
// that they add up would push each other out of the cache.
func (g ConvGeometry) direct() bool {
	inside := g.Rows.inside() && g.Columns.inside()
	crowded := g.Rows.Input*g.Columns.Input%cachePage == 0 && g.OutChannels > g.Groups
	return inside && !crowded
}

// flat returns the geometry with the rows of each picture laid end to end where
// that changes nothing: a 1x1 kernel that visits every element in turn.
func (g ConvGeometry) flat() ConvGeometry {
	pointwise := func(a Axis) bool { return a.Kernel == 1 && a.Stride == 1 && a.Before == 0 && a.Input == a.Output }
	if pointwise(g.Rows) && pointwise(g.Columns) {
		n := g.Rows.Input * g.Columns.Input
		g.Rows, g.Columns = Still(), Axis{Input: n, Output: n, Kernel: 1, Stride: 1, Dilation: 1}
	}
	return g
}

// Epilogue is what is done to a sum before it is stored: the channel's bias is
// added, then the residual, then the result is clamped.
type Epilogue struct {
	Bias      []float32 // one for each output channel; nil is none
	Residual  []float32 // in the shape of the output; nil is none
	Low, High float32   // -Inf, +Inf leave all values as they are; a NaN is never clamped
}

// Clamp returns x, or the nearer bound where x is outside of [low, high]. NaN
// stays NaN, and of two zeros the greater is +0: Clamp(-0, 0, 1) is +0.
func Clamp(x, low, high float32) float32 { return min(max(x, low), high) }

// apply finishes the sum of the output at index i, channel c.
func (e *Epilogue) apply(sum float32, c, i int) float32 {
	if e.Bias != nil {
		sum += e.Bias[c]
	}
	if e.Residual != nil {
		sum += e.Residual[i]
	}
	return Clamp(sum, e.Low, e.High)
}
