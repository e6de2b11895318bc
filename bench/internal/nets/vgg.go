package nets

// pool marks a pooling in a list of widths.
const pool = 0

func vgg11(b *builder, x value) value {
	for _, width := range []int{64, pool, 128, pool, 256, 256, pool, 512, 512, pool, 512, 512, pool} {
		if width == pool {
			x = b.maxPool(x, 2, 2, 0, false)
		} else {
			x = b.relu(b.conv(x, square(width, 3, 1)))
		}
	}
	x = b.flatten(b.averageOfOne(x))
	x = b.relu(b.linear(x, 4096, 1))
	x = b.relu(b.linear(x, 4096, 1))
	return b.linear(x, 1000, linearGain)
}
