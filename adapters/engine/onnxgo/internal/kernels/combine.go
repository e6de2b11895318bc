package kernels

// Combine writes f of each pair of elements of x and y, spread over dst as b says.
func Combine[D, X, Y any](dst []D, x []X, y []Y, b Broadcast, f func(X, Y) D) {
	if len(b.Lengths) == 0 {
		dst[0] = f(x[0], y[0])
		return
	}
	combineAxis(dst, x, y, b, f)
}

// combineAxis writes one part of dst and returns how long it is.
func combineAxis[D, X, Y any](dst []D, x []X, y []Y, b Broadcast, f func(X, Y) D) int {
	n := b.Lengths[0]
	if len(b.Lengths) == 1 {
		for i := range n {
			dst[i] = f(x[i*b.X[0]], y[i*b.Y[0]])
		}
		return n
	}
	at := 0
	inner := Broadcast{b.Lengths[1:], b.X[1:], b.Y[1:]}
	for i := range n {
		at += combineAxis(dst[at:], x[i*b.X[0]:], y[i*b.Y[0]:], inner, f)
	}
	return at
}

// Choice says how a condition and two operands are spread over a result, as
// Broadcast does.
type Choice struct {
	Lengths         []int
	Condition, X, Y []int
}

// Choose writes the element of x where the condition holds, else that of y.
func Choose[T any](dst []T, condition []bool, x, y []T, c Choice) int {
	if len(c.Lengths) == 0 {
		dst[0] = y[0]
		if condition[0] {
			dst[0] = x[0]
		}
		return 1
	}
	n := c.Lengths[0]
	if len(c.Lengths) == 1 {
		for i := range n {
			if condition[i*c.Condition[0]] {
				dst[i] = x[i*c.X[0]]
			} else {
				dst[i] = y[i*c.Y[0]]
			}
		}
		return n
	}
	at := 0
	inner := Choice{c.Lengths[1:], c.Condition[1:], c.X[1:], c.Y[1:]}
	for i := range n {
		at += Choose(dst[at:], condition[i*c.Condition[0]:], x[i*c.X[0]:], y[i*c.Y[0]:], inner)
	}
	return at
}
