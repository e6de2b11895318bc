package nets

func squeezenet11(b *builder, x value) value {
	stem := square(64, 3, 2)
	stem.pad = 0
	x = b.relu(b.conv(x, stem))
	for _, fires := range [][]int{{16, 16}, {32, 32}, {48, 48, 64, 64}} { // widths after a squeeze
		x = b.maxPool(x, 3, 2, 0, true)
		for _, width := range fires {
			x = b.fire(x, width)
		}
	}
	return b.pooled(b.relu(b.conv(x, square(1000, 1, 1))))
}

// fire squeezes the channels and expands them in two ways.
func (b *builder) fire(x value, width int) value {
	x = b.relu(b.conv(x, square(width, 1, 1)))
	narrow := b.relu(b.conv(x, square(4*width, 1, 1)))
	wide := b.relu(b.conv(x, square(4*width, 3, 1)))
	return b.concat(narrow, wide)
}
