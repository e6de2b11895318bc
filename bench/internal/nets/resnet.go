package nets

func resnet18(b *builder, x value) value {
	x = b.resnetStem(x)
	for stage, blocks := range []int{2, 2, 2, 2} {
		for block := range blocks {
			x = b.basicBlock(x, 64<<stage, strideOf(stage, block))
		}
	}
	return b.linear(b.pooled(x), 1000, linearGain)
}

func resnet50(b *builder, x value) value {
	x = b.resnetStem(x)
	for stage, blocks := range []int{3, 4, 6, 3} {
		for block := range blocks {
			x = b.bottleneck(x, 64<<stage, strideOf(stage, block))
		}
	}
	return b.linear(b.pooled(x), 1000, linearGain)
}

// strideOf returns 2 for the first block of every stage but the first.
func strideOf(stage, block int) int {
	if stage > 0 && block == 0 {
		return 2
	}
	return 1
}

func (b *builder) resnetStem(x value) value {
	return b.maxPool(b.relu(b.conv(x, square(64, 7, 2))), 3, 2, 1, false)
}

// basicBlock is the block of ResNet-18 and -34.
func (b *builder) basicBlock(x value, width, stride int) value {
	y := b.relu(b.conv(x, square(width, 3, stride)))
	y = b.conv(y, square(width, 3, 1).withGain(branchGain))
	return b.relu(b.add(y, b.shortcut(x, width, stride)))
}

// bottleneck is the block of ResNet-50 and deeper, with the stride in its 3x3
// convolution.
func (b *builder) bottleneck(x value, width, stride int) value {
	y := b.relu(b.conv(x, square(width, 1, 1)))
	y = b.relu(b.conv(y, square(width, 3, stride)))
	y = b.conv(y, square(4*width, 1, 1).withGain(branchGain))
	return b.relu(b.add(y, b.shortcut(x, 4*width, stride)))
}

// shortcut is the identity where the shapes allow it.
func (b *builder) shortcut(x value, out, stride int) value {
	if stride == 1 && x.shape[0] == out {
		return x
	}
	return b.conv(x, square(out, 1, stride))
}
