package vision

import "math"

// This file resizes as Pillow does (src/libImaging/Resample.c and Geometry.c are
// the published source): a horizontal pass, then a vertical one, 8 bits between
// them, coefficients in fixed point. Anything else gives a model other pixels
// than it was trained on.
//
// The order of the passes is that of Pillow 3 to 12, with which models were
// trained so far. Pillow 13 does the vertical pass first where the height loses
// more than twice as many pixels as the width; its pictures differ there, by a
// level with most filters and by more where Lanczos and Bicubic overshoot.

// precision is how many bits of a coefficient are behind the point: 32 less 8 for
// a pixel and 2 for sums of filters that exceed 1.
const precision = 32 - 8 - 2

// window is the source pixels that one target pixel is made of.
type window struct {
	first   int
	weights []int32
}

// windows returns the window of each of n target pixels on a side of length
// source.
func windows(source, n int, f Filter) []window {
	scale := float64(source) / float64(n)
	stretch := max(scale, 1)
	support := f.support() * stretch
	list := make([]window, n)
	for i := range list {
		centre := (float64(i) + 0.5) * scale
		first := max(int(centre-support+0.5), 0)
		last := min(int(centre+support+0.5), source)
		list[i] = window{first, weights(first, last, centre, 1/stretch, f)}
	}
	return list
}

func weights(first, last int, centre, scale float64, f Filter) []int32 {
	exact, sum := make([]float64, last-first), 0.0
	for i := range exact {
		exact[i] = f.weight(float64((float64(i+first) - centre + 0.5) * scale))
		sum += exact[i]
	}
	fixed := make([]int32, len(exact))
	for i, w := range exact {
		if sum != 0 {
			w /= sum
		}
		fixed[i] = int32(math.Copysign(0.5, w) + float64(w*(1<<precision)))
	}
	return fixed
}

// resize returns a picture of width x height pixels.
func resize(from *rgb, width, height int, f Filter) *rgb {
	if f == Nearest {
		return nearest(from, width, height)
	}
	if width != from.width {
		from = from.horizontally(windows(from.width, width, f))
	}
	if height != from.height {
		from = from.vertically(windows(from.height, height, f))
	}
	return from
}

func (p *rgb) horizontally(list []window) *rgb {
	to := newRGB(len(list), p.height)
	for y := range p.height {
		source, target := p.row(y), to.row(y)
		for x, w := range list {
			var r, g, b int32 = 1 << (precision - 1), 1 << (precision - 1), 1 << (precision - 1)
			pixels := source[3*w.first:]
			for i, weight := range w.weights {
				r += int32(pixels[3*i]) * weight
				g += int32(pixels[3*i+1]) * weight
				b += int32(pixels[3*i+2]) * weight
			}
			target[3*x], target[3*x+1], target[3*x+2] = clip(r), clip(g), clip(b)
		}
	}
	return to
}

func (p *rgb) vertically(list []window) *rgb {
	to := newRGB(p.width, len(list))
	sums := make([]int32, 3*p.width)
	for y, w := range list {
		for i := range sums {
			sums[i] = 1 << (precision - 1)
		}
		for i, weight := range w.weights {
			for x, v := range p.row(w.first + i) {
				sums[x] += int32(v) * weight
			}
		}
		target := to.row(y)
		for i, sum := range sums {
			target[i] = clip(sum)
		}
	}
	return to
}

func clip(sum int32) uint8 { return uint8(min(max(sum>>precision, 0), 255)) }

// nearest takes the pixel under each target pixel's centre. Positions are added
// up as Pillow does, and not multiplied out.
func nearest(from *rgb, width, height int) *rgb {
	if width == from.width && height == from.height {
		return from
	}
	to := newRGB(width, height)
	columns, rows := positions(from.width, width), positions(from.height, height)
	for y, sourceY := range rows {
		source, target := from.row(sourceY), to.row(y)
		for x, sourceX := range columns {
			copy(target[3*x:3*x+3], source[3*sourceX:3*sourceX+3])
		}
	}
	return to
}

func positions(source, n int) []int {
	step := float64(source) / float64(n)
	at := step * 0.5
	list := make([]int, n)
	for i := range list {
		list[i] = min(int(at), source-1)
		at += step
	}
	return list
}
