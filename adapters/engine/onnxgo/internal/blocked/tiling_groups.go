package blocked

import "github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"

// group is one or two neighbouring blocks of output channels, which a tile
// computes at once, and the first block of the input channels that they read.
type group struct{ first, blocks, input int }

// groupsOf divides the output's blocks into groups, which do not reach over the
// convolution's own.
func groupsOf(lanes int, g kernels.ConvGeometry) []group {
	var groups []group
	blocks := ceilDiv(g.OutChannels/g.Groups, lanes)
	inputs := ceilDiv(g.InChannels/g.Groups, lanes)
	for part := range g.Groups {
		for at := 0; at < blocks; at += 2 {
			groups = append(groups, group{part*blocks + at, min(2, blocks-at), part * inputs})
		}
	}
	return groups
}
