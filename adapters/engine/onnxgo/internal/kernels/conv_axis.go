package kernels

// Axis is how the windows of a convolution or a pool move along one spatial
// axis. Window o covers the elements o*Stride - Before + k*Dilation for k from 0
// to Kernel-1; those that are not in the input are padding.
type Axis struct {
	Input, Output            int // lengths
	Kernel, Stride, Dilation int // at least 1
	Before                   int // padding in front of the input
}

// Still returns the row axis of a one-dimensional signal, which has one row.
func Still() Axis { return Axis{Input: 1, Output: 1, Kernel: 1, Stride: 1, Dilation: 1} }

// Reach returns how many elements, padding included, lie between the first that
// a window covers and the last.
func (a Axis) Reach() int { return (a.Output-1)*a.Stride + (a.Kernel-1)*a.Dilation + 1 }

// inside reports whether all windows lie within the input.
func (a Axis) inside() bool { return a.Before == 0 && a.Reach() <= a.Input }

// Taps returns the range of k that lies within the input for window o.
func (a Axis) Taps(o int) (from, to int) {
	start := o*a.Stride - a.Before
	if start < 0 {
		from = min(ceilDiv(-start, a.Dilation), a.Kernel)
	}
	rest := a.Input - start
	switch {
	case rest > (a.Kernel-1)*a.Dilation:
		to = a.Kernel
	case rest > 0:
		to = ceilDiv(rest, a.Dilation)
	}
	return from, max(from, to)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
