package nets

// mobilenetV2 has a width multiplier of 1.
func mobilenetV2(b *builder, x value) value {
	x = b.relu6(b.conv(x, square(32, 3, 2)))
	for _, stage := range []struct{ expand, out, blocks, stride int }{
		{1, 16, 1, 1},
		{6, 24, 2, 2},
		{6, 32, 3, 2},
		{6, 64, 4, 2},
		{6, 96, 3, 1},
		{6, 160, 3, 2},
		{6, 320, 1, 1},
	} {
		for block := range stage.blocks {
			stride := 1
			if block == 0 {
				stride = stage.stride
			}
			x = b.invertedResidual(x, stage.expand, stage.out, stride)
		}
	}
	x = b.relu6(b.conv(x, square(1280, 1, 1)))
	return b.linear(b.pooled(x), 1000, linearGain)
}

// invertedResidual expands the channels, filters each alone, and projects them
// back without a ReLU.
func (b *builder) invertedResidual(x value, expand, out, stride int) value {
	y := x
	if expand != 1 {
		y = b.relu6(b.conv(y, square(x.shape[0]*expand, 1, 1)))
	}
	y = b.relu6(b.conv(y, depthwise(y.shape[0], stride)))
	if stride == 1 && x.shape[0] == out {
		return b.add(x, b.conv(y, square(out, 1, 1).withGain(branchGain)))
	}
	return b.conv(y, square(out, 1, 1).withGain(linearGain))
}
