package nets

func mlp(b *builder, x value) value {
	x = b.relu(b.linear(x, 512, 1))
	x = b.relu(b.linear(x, 512, 1))
	return b.linear(x, 10, linearGain)
}
