package blocked

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// Method is a way to compute a convolution.
type Method uint8

// The ways. Unsuited is a convolution whose groups are not made of whole blocks.
const (
	Unsuited Method = iota
	Planar          // directly, from an input in blocks of one channel
	Direct
	Depthwise
	Winograd4 // by tiles of 4x4 outputs, with a quarter of the multiplications
	Winograd2 // by tiles of 2x2 outputs, with less than a half
)

// String names the way.
func (m Method) String() string {
	return [...]string{"plain", "direct, first layer", "direct", "depthwise", "Winograd 4x4", "Winograd 2x2"}[m]
}

// ChooseMethod returns the way that is estimated to be fastest. It depends on
// the size of a picture and not on the batch, which must not change a
// prediction's bits. Planar says that the input comes in blocks of one channel.
func ChooseMethod(set *micro.Set, g kernels.ConvGeometry, planar bool) Method {
	in, out := g.InChannels/g.Groups, g.OutChannels/g.Groups
	switch {
	case g.Groups == 1 && planar:
		return Planar
	case planar:
		return Unsuited
	case in == 1 && out == 1 && g.Groups > 1:
		return Depthwise
	case g.Groups > 1 && (in%set.Lanes != 0 || out%set.Lanes != 0):
		return Unsuited
	case !winogradFits(g):
		return Direct
	}
	best, cost := Direct, directCost(set, g)
	for _, m := range []Method{Winograd4, Winograd2} {
		if c := winogradCost(set, g, m); c < cost {
			best, cost = m, c
		}
	}
	return best
}

// winogradFits reports whether a convolution is one of 3x3 that visits every
// pixel.
func winogradFits(g kernels.ConvGeometry) bool {
	fits := func(a kernels.Axis) bool { return a.Kernel == 3 && a.Stride == 1 && a.Dilation == 1 }
	return g.Groups == 1 && fits(g.Rows) && fits(g.Columns)
}

// The estimates are in vector multiplications for one picture.

func directCost(set *micro.Set, g kernels.ConvGeometry) float64 {
	products := g.Rows.Kernel * g.Columns.Kernel * g.InChannels * ceilDiv(g.OutChannels, set.Lanes)
	return max(float64(g.Rows.Output*g.Columns.Output*products), float64(4*products*set.Lanes/set.Bandwidth))
}

func winogradCost(set *micro.Set, g kernels.ConvGeometry, m Method) float64 {
	w := m.winograd(set)
	tiles := ceilDiv(g.Rows.Output, w.step) * ceilDiv(g.Columns.Output, w.step)
	in, out := ceilDiv(g.InChannels, set.Lanes), ceilDiv(g.OutChannels, set.Lanes)
	products := w.size * w.size * g.InChannels * out
	work := max(float64(products*tiles), float64(4*products*set.Lanes/set.Bandwidth))
	return work + float64(tiles*in)*w.inputCost + float64(tiles*out)*w.outputCost
}

// winograd is the sizes of Winograd's method and its kernels.
type winograd struct {
	size, step            int // of the tiles of the input, and of the output
	inputCost, outputCost float64
	micro.Winograd
}

func (m Method) winograd(set *micro.Set) winograd {
	if m == Winograd4 {
		return winograd{6, 4, 130, 100, set.Winograd4}
	}
	return winograd{4, 2, 45, 30, set.Winograd2}
}

// Borders returns what border the input needs, and the output: tiles reach
// beyond the last row and column.
func (m Method) Borders(set *micro.Set, g kernels.ConvGeometry) (in, out Border) {
	in = Border{Top: g.Rows.Before, Left: g.Columns.Before}
	rows, columns := g.Rows.Reach(), g.Columns.Reach()
	if m == Winograd4 || m == Winograd2 {
		step := m.winograd(set).step
		tilesY, tilesX := ceilDiv(g.Rows.Output, step), ceilDiv(g.Columns.Output, step)
		rows, columns = tilesY*step+2, tilesX*step+2
		out.Bottom, out.Right = tilesY*step-g.Rows.Output, tilesX*step-g.Columns.Output
	}
	in.Bottom = max(0, rows-g.Rows.Before-g.Rows.Input)
	in.Right = max(0, columns-g.Columns.Before-g.Columns.Input)
	return in, out
}
