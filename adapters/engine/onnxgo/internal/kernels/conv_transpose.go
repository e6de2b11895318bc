package kernels

// Transposed is the size and shape of one group of a transposed convolution. The
// input is [Channels, D, H, W], the output [Outputs, D, H, W], the weights
// [Channels, Outputs, kD, kH, kW].
type Transposed struct {
	Channels, Outputs int
	Axes              [3]TransposedAxis
}

// TransposedAxis is how a transposed convolution spreads its input along an axis:
// element i with tap k goes to i*Stride + k*Dilation - Before, if that is in the
// output.
type TransposedAxis struct{ Input, Output, Kernel, Stride, Dilation, Before int }

// Taps returns how many elements the kernel has.
func (g Transposed) Taps() int { return g.Axes[0].Kernel * g.Axes[1].Kernel * g.Axes[2].Kernel }

// Inputs returns how many elements a channel of the input has.
func (g Transposed) Inputs() int { return g.Axes[0].Input * g.Axes[1].Input * g.Axes[2].Input }

// OutputElements returns how many elements a channel of the output has.
func (g Transposed) OutputElements() int {
	return g.Axes[0].Output * g.Axes[1].Output * g.Axes[2].Output
}

// GatherRows writes count elements of each channel, from the first on, as rows of
// Channels.
func GatherRows[T any](dst, src []T, channels, elements, first, count int) {
	for c := range channels {
		for i, v := range src[c*elements+first:][:count] {
			dst[i*channels+c] = v
		}
	}
}

// Product writes a [m,k] times b [k,n].
func Product[T Float](dst, a, b []T, m, n, k int) {
	for row := range m {
		out := dst[row*n:][:n]
		clear(out)
		for i, x := range a[row*k:][:k] {
			for column, y := range b[i*n:][:n] {
				out[column] += times(x, y)
			}
		}
	}
}

// Spread adds count rows of products, from input element first on, to where they
// belong in the output. A row holds, for each output channel, a product a tap.
func Spread[T Float](dst, rows []T, g Transposed, first, count int) {
	d, h, w := g.Axes[0], g.Axes[1], g.Axes[2]
	taps, width := g.Taps(), g.Outputs*g.Taps()
	for i := range count {
		at := first + i
		x, y, z := at%w.Input, at/w.Input%h.Input, at/w.Input/h.Input
		row := rows[i*width:][:width]
		for kz := range d.Kernel {
			oz := z*d.Stride + kz*d.Dilation - d.Before
			if oz < 0 || oz >= d.Output {
				continue
			}
			for ky := range h.Kernel {
				oy := y*h.Stride + ky*h.Dilation - h.Before
				if oy < 0 || oy >= h.Output {
					continue
				}
				line, tap := (oz*h.Output+oy)*w.Output, (kz*h.Kernel+ky)*w.Kernel
				for kx := range w.Kernel {
					ox := x*w.Stride + kx*w.Dilation - w.Before
					if ox < 0 || ox >= w.Output {
						continue
					}
					for m := range g.Outputs {
						dst[m*g.OutputElements()+line+ox] += row[m*taps+tap+kx]
					}
				}
			}
		}
	}
}

// ProductTransposed writes a [m,k] times the transpose of b [n,k].
func ProductTransposed[T Float](dst, a, b []T, m, n, k int) {
	for row := range m {
		for column := range n {
			sum := T(0)
			for i, x := range a[row*k:][:k] {
				sum += x * b[column*k+i]
			}
			dst[row*n+column] = sum
		}
	}
}
