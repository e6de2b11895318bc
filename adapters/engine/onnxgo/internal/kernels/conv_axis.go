package kernels

// Axis is how the windows of a convolution or a pool move along one spatial
// axis. Window o covers the elements o*Stride - Before + k*Dilation for k from 0
// to Kernel-1; those that are not in the input are padding.
type Axis struct {
	Input, Output            int // lengths
	Kernel, Stride, Dilation int // at least 1
	Before                   int // padding in front of the input
}

// Still is the axis of a picture that has only one row: nothing moves.
var still = Axis{Input: 1, Output: 1, Kernel: 1, Stride: 1, Dilation: 1}

// Still returns the row axis of a one-dimensional signal.
func Still() Axis { return still }

// Reach returns how many elements, padding included, lie between the first that
// a window covers and the last.
func (a Axis) Reach() int { return (a.Output-1)*a.Stride + (a.Kernel-1)*a.Dilation + 1 }

// inside reports whether all windows lie within the input.
func (a Axis) inside() bool { return a.Before == 0 && a.Reach() <= a.Input }

// taps returns the range of k that lies within the input for window o.
func (a Axis) taps(o int) (from, to int) {
	start := o*a.Stride - a.Before
	if start < 0 {
		from = (-start + a.Dilation - 1) / a.Dilation
	}
	if rest := a.Input - start; rest > 0 {
		to = (rest + a.Dilation - 1) / a.Dilation
	}
	return min(from, a.Kernel), min(to, a.Kernel)
}
