package kernels

// Volume is how windows move over planes of three axes, the slow and general way.
// An axis that there is not has a length of 1.
type Volume struct {
	Axes   [3]Axis
	Afters [3]int // the padding behind each axis
}

// Inputs and Outputs return how many elements a plane has.
func (v Volume) Inputs() int { return v.Axes[0].Input * v.Axes[1].Input * v.Axes[2].Input }

// Outputs returns how many windows there are.
func (v Volume) Outputs() int { return v.Axes[0].Output * v.Axes[1].Output * v.Axes[2].Output }

// Taps returns how many elements a window has.
func (v Volume) Taps() int { return v.Axes[0].Kernel * v.Axes[1].Kernel * v.Axes[2].Kernel }

// each calls visit for each tap of the window of an output that lies in the plane,
// with its place in the plane and its number.
func (v Volume) each(output int, visit func(at, tap int)) {
	d, h, w := v.Axes[0], v.Axes[1], v.Axes[2]
	x, y, z := output%w.Output, output/w.Output%h.Output, output/w.Output/h.Output
	for kz := range d.Kernel {
		iz := z*d.Stride + kz*d.Dilation - d.Before
		if iz < 0 || iz >= d.Input {
			continue
		}
		for ky := range h.Kernel {
			iy := y*h.Stride + ky*h.Dilation - h.Before
			if iy < 0 || iy >= h.Input {
				continue
			}
			for kx := range w.Kernel {
				if ix := x*w.Stride + kx*w.Dilation - w.Before; ix >= 0 && ix < w.Input {
					visit((iz*h.Input+iy)*w.Input+ix, (kz*h.Kernel+ky)*w.Kernel+kx)
				}
			}
		}
	}
}

// counted returns how many taps of an output's window lie in the plane or its
// padding.
func (v Volume) counted(output int) int {
	count := 1
	for i := 2; i >= 0; i-- {
		a := v.Axes[i]
		at, inside := output%a.Output*a.Stride, 0
		for k := range a.Kernel {
			if at+k*a.Dilation < a.Before+a.Input+v.Afters[i] {
				inside++
			}
		}
		count *= inside
		output /= a.Output
	}
	return count
}

// MaxVolume writes the greatest element of each window of a plane, NaN if there is
// one, and to indices, if there are any, where it is, the first of several.
func MaxVolume[T Number](dst []T, indices []int64, src []T, v Volume, start int64, columnMajor bool) {
	for output := range v.Outputs() {
		best, first := -1, true
		v.each(output, func(at, _ int) {
			if x := src[at]; first || x > src[best] || isNaN(x) && !isNaN(src[best]) {
				best, first = at, false
			}
		})
		dst[output] = src[best]
		if indices != nil {
			indices[output] = start + v.numbered(best, columnMajor)
		}
	}
}

// numbered returns an element's number in its plane, or the number that it has if
// the first axis is the innermost.
func (v Volume) numbered(at int, columnMajor bool) int64 {
	if !columnMajor {
		return int64(at)
	}
	d, h, w := v.Axes[0].Input, v.Axes[1].Input, v.Axes[2].Input
	x, y, z := at%w, at/w%h, at/w/h
	return int64((x*h+y)*d + z)
}

// MeanVolume writes the mean of each window of a plane, padding counted or not.
func MeanVolume[T Float](dst, src []T, v Volume, padded bool) {
	for output := range v.Outputs() {
		sum, count := 0.0, 0
		v.each(output, func(at, _ int) { sum, count = sum+float64(src[at]), count+1 })
		if padded {
			count = v.counted(output)
		}
		dst[output] = T(sum / float64(count))
	}
}

// PowerVolume writes the p-norm of each window of a plane.
func PowerVolume[T Float](dst, src []T, v Volume, p int) {
	for output := range v.Outputs() {
		sum := 0.0
		v.each(output, func(at, _ int) { sum += power(float64(src[at]), p) })
		dst[output] = T(root(sum, p))
	}
}

// ConvVolume adds the products of a plane and the taps of a kernel to the outputs.
func ConvVolume[T Float](dst, src, taps []T, v Volume) {
	for output := range dst {
		sum := T(0)
		v.each(output, func(at, tap int) { sum += times(src[at], taps[tap]) })
		dst[output] += sum
	}
}
