package kernels

// ConvWeights are a convolution's weights in the order in which they are read.
// Once packed they are only read, and any number of Conv may share them.
type ConvWeights struct {
	groups, outChannels, taps int // channels and taps of one group
	blocks                    []sums
	lone                      []float32 // instead of blocks, if a group has one output channel
}

// NewConvWeights returns the place for the weights of a convolution.
func NewConvWeights(g ConvGeometry) *ConvWeights {
	w := &ConvWeights{groups: g.Groups, outChannels: g.OutChannels / g.Groups, taps: g.taps()}
	if w.outChannels > 1 {
		w.blocks = make([]sums, w.groups*w.blocksInGroup()*w.taps)
	}
	return w
}

// Pack takes over weights of shape [OutChannels, InChannels/Groups, Rows.Kernel,
// Columns.Kernel]. The slice may be kept: it must not change while w is in use.
func (w *ConvWeights) Pack(weights []float32) {
	if w.blocks == nil {
		w.lone = weights
		return
	}
	for group := range w.groups {
		for channel := range w.outChannels {
			from := weights[(group*w.outChannels+channel)*w.taps:]
			to := w.block(group, channel/lanes)
			for t := range to {
				to[t][channel%lanes] = from[t]
			}
		}
	}
}

func (w *ConvWeights) blocksInGroup() int { return ceilDiv(w.outChannels, lanes) }

// block returns the weights of the given lanes-wide block of output channels.
// Lanes beyond the last channel hold zeros, and nobody stores what they give.
func (w *ConvWeights) block(group, block int) []sums {
	at := (group*w.blocksInGroup() + block) * w.taps
	return w.blocks[at : at+w.taps]
}
