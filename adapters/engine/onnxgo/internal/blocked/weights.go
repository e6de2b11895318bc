package blocked

import (
	"sync"

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

	once   sync.Once
	direct *ConvWeights // for the direct method, if it was ever needed beside Winograd's
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

// unmixed returns the weights for the direct method.
func (w *ConvWeights) unmixed(set *micro.Set, g kernels.ConvGeometry) *ConvWeights {
	w.once.Do(func() { w.direct = PackConv(set, g, Direct, w.raw, w.bias[:g.OutChannels]) })
	return w.direct
}

// packDirect orders the weights of each group by block of input channels, row,
// column and channel in the block.
func (w *ConvWeights) packDirect(lanes, block int, g kernels.ConvGeometry) {
	in, taps := g.InChannels/g.Groups, g.Rows.Kernel*g.Columns.Kernel
	w.each(lanes, in*taps, g, func(out int, to []float32, stride int) {
		from, at := w.raw[out*in*taps:][:in*taps], 0
		for first := 0; first < in; first += block {
			last := min(in, first+block)
			for tap := range taps {
				for c := first; c < last; c++ {
					to[at] = from[c*taps+tap]
					at += stride
				}
			}
		}
	})
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

// each makes room for so many vectors of weights for each block of output
// channels, and calls pack for every channel: its weights go to the elements of
// to that lie stride apart. Lanes beyond the last channel stay 0.
func (w *ConvWeights) each(lanes, vectors int, g kernels.ConvGeometry, pack func(out int, to []float32, stride int)) {
	groups, total := groupsOf(lanes, g), 0
	for _, group := range groups {
		w.offsets = append(w.offsets, total)
		total += group.blocks * vectors * lanes
	}
	w.packed = Floats(total)
	channels := g.OutChannels / g.Groups
	blocks := ceilDiv(channels, lanes)
	for i, group := range groups {
		for b := range group.blocks {
			part, first := (group.first+b)/blocks, (group.first+b)%blocks*lanes
			for lane := range min(lanes, channels-first) {
				pack(part*channels+first+lane, w.packed[w.offsets[i]+b*lanes+lane:], group.blocks*lanes)
			}
		}
	}
}
