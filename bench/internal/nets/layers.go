package nets

import "fmt"

// Layers returns single convolutions, as they occur in the networks.
func Layers() []Net {
	return []Net{
		layer(64, 56, square(64, 3, 1)),
		layer(128, 28, square(128, 3, 1)),
		layer(256, 14, square(256, 3, 1)),
		layer(512, 7, square(512, 3, 1)),
		layer(64, 56, square(128, 3, 2)),
		layer(256, 56, square(64, 1, 1)),
		layer(64, 56, square(256, 1, 1)),
		layer(32, 112, depthwise(32, 1)),
		layer(576, 14, depthwise(576, 1)),
	}
}

// layer returns a net of one convolution over square planes of a size.
func layer(channels, size int, c convolution) Net {
	c.gain = linearGain
	return Net{
		Name:  layerName(channels, size, c),
		Layer: true,
		Input: []int{channels, size, size},
		build: func(b *builder, x value) value { return b.conv(x, c) },
	}
}

// layerName returns a name such as conv3x3s2-64-128@56: kernel, stride if it is
// not 1, channels in and out, size of the input's planes.
func layerName(channels, size int, c convolution) string {
	kind, widths := "conv", fmt.Sprintf("%d-%d", channels, c.out)
	if c.groups > 1 {
		kind, widths = "depthwise", fmt.Sprint(channels)
	}
	stride := ""
	if c.stride > 1 {
		stride = fmt.Sprintf("s%d", c.stride)
	}
	return fmt.Sprintf("%s%dx%d%s-%s@%d", kind, c.kernel, c.kernel, stride, widths, size)
}
