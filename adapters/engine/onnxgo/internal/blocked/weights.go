package blocked

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
)

// ConvWeights are a convolution's weights in the order in which its method reads
// them. They are only read, and any number of Conv share them.
type ConvWeights struct {
	packed  []float32
	offsets []int     // where the weights of each group of blocks begin
	bias    []float32 // of whole blocks
	raw     []float32 // as they came
}

// PackConv packs weights of shape [OutChannels, InChannels/Groups, Rows.Kernel,
// Columns.Kernel], and a bias for each output channel or nil. It keeps the
// weights, which must not change.
func PackConv(set *micro.Set, g kernels.ConvGeometry, m Method, weights, bias []float32) *ConvWeights {
	w := &ConvWeights{raw: weights, bias: Floats(ceilDiv(g.OutChannels, set.Lanes) * set.Lanes)}
	copy(w.bias, bias)
	switch m {
	case Depthwise:
		w.packDepthwise(set.Lanes, g)
	case Winograd4, Winograd2:
		w.packWinograd(set.Lanes, g, m)
	case Planar:
		w.packDirect(set.Lanes, 1, g)
	default:
		w.packDirect(set.Lanes, set.Lanes, g)
	}
	return w
}

// packDirect orders the weights of each group by block of input channels, row,
// column and channel in the block.
func (w *ConvWeights) packDirect(lanes, block int, g kernels.ConvGeometry) {
	in, taps := g.InChannels/g.Groups, g.Rows.Kernel*g.Columns.Kernel
	p := w.packer(lanes, in*taps, g)
	for _, group := range p.groups {
		for first := 0; first < in; first += block {
			for tap := range taps {
				for c := first; c < min(in, first+block); c++ {
					p.add(group, func(out int) float32 { return w.raw[(out*in+c)*taps+tap] })
				}
			}
		}
	}
}

// packDepthwise orders the weights by block, row, column and channel.
func (w *ConvWeights) packDepthwise(lanes int, g kernels.ConvGeometry) {
	taps := g.Rows.Kernel * g.Columns.Kernel
	w.packed = Floats(ceilDiv(g.OutChannels, lanes) * taps * lanes)
	for c := range g.OutChannels {
		for tap := range taps {
			w.packed[(c/lanes*taps+tap)*lanes+c%lanes] = w.raw[c*taps+tap]
		}
	}
}

// packer writes vectors of weights, one a block of output channels.
type packer struct {
	weights  *ConvWeights
	groups   []group
	lanes    int
	channels int // of the output, in a group of the convolution
	blocks   int // that hold them
	at       int
}

// packer makes room for so many vectors a block.
func (w *ConvWeights) packer(lanes, vectors int, g kernels.ConvGeometry) *packer {
	p := &packer{weights: w, groups: groupsOf(lanes, g), lanes: lanes, channels: g.OutChannels / g.Groups}
	p.blocks = ceilDiv(p.channels, lanes)
	total := 0
	for _, group := range p.groups {
		w.offsets = append(w.offsets, total)
		total += group.blocks * vectors * lanes
	}
	w.packed = Floats(total)
	return p
}

// add writes the next vectors of a group; lanes beyond the last channel stay 0.
func (p *packer) add(g group, weight func(out int) float32) {
	for b := g.first; b < g.first+g.blocks; b++ {
		part, first := b/p.blocks, b%p.blocks*p.lanes
		for lane := range min(p.lanes, p.channels-first) {
			p.weights.packed[p.at+lane] = weight(part*p.channels + first + lane)
		}
		p.at += p.lanes
	}
}
