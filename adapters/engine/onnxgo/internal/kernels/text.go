package kernels

// JoinStrings writes each string of x followed by that of y.
func JoinStrings(dst, x, y []string, b Broadcast) {
	if len(b.Lengths) == 0 {
		dst[0] = x[0] + y[0]
		return
	}
	joinAxis(dst, x, y, b)
}

// joinAxis writes one part of dst and returns how long it is.
func joinAxis(dst, x, y []string, b Broadcast) int {
	if len(b.Lengths) == 1 {
		for i := range b.Lengths[0] {
			dst[i] = x[i*b.X[0]] + y[i*b.Y[0]]
		}
		return b.Lengths[0]
	}
	at, inner := 0, Broadcast{b.Lengths[1:], b.X[1:], b.Y[1:]}
	for i := range b.Lengths[0] {
		at += joinAxis(dst[at:], x[i*b.X[0]:], y[i*b.Y[0]:], inner)
	}
	return at
}
