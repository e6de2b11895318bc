package kernels

// Grid picks the elements of an array at given offsets on each of some
// neighbouring axes. It does so Outer times, each time Step elements further on.
// Inner elements are picked together. A negative offset picks nothing.
type Grid struct {
	Offsets            [][]int // outermost axis first
	Outer, Step, Inner int
}

// PickGrid writes what a grid picks of src, and fill where it picks nothing.
func PickGrid[T any](dst, src []T, g Grid, fill T) {
	at := 0
	for outer := range g.Outer {
		at += pickGrid(dst[at:], src, g.Offsets, outer*g.Step, g.Inner, fill)
	}
}

// pickGrid writes one part of dst and returns how long it is. What is picked
// twice in a row is copied.
func pickGrid[T any](dst, src []T, axes [][]int, base, inner int, fill T) int {
	if len(axes) == 0 {
		return copy(dst, src[base:base+inner])
	}
	if len(axes) == 1 && inner == 1 {
		pickRow(dst[:len(axes[0])], src, axes[0], base, fill)
		return len(axes[0])
	}
	at, size := 0, 0
	for i, offset := range axes[0] {
		switch {
		case i > 0 && offset == axes[0][i-1]:
			copy(dst[at:at+size], dst[at-size:at])
		case offset < 0:
			size = inner
			for _, axis := range axes[1:] {
				size *= len(axis)
			}
			Fill(dst[at:at+size], fill)
		default:
			size = pickGrid(dst[at:], src, axes[1:], base+offset, inner, fill)
		}
		at += size
	}
	return at
}

func pickRow[T any](dst, src []T, offsets []int, base int, fill T) {
	for i, offset := range offsets {
		if offset < 0 {
			dst[i] = fill
			continue
		}
		dst[i] = src[base+offset]
	}
}

// Taps are the elements of an axis that each element of a resized one is the
// weighted sum of: Each of them for every element, one after another.
type Taps[T float32 | float64] struct {
	At      []int
	Weights []T
	Each    int
}

// Interpolate resizes one axis, which has n elements in src, with outer axes
// before and inner elements behind it.
func Interpolate[T float32 | float64](dst, src []T, t Taps[T], outer, n, inner int) {
	for o := range outer {
		part := src[o*n*inner : (o+1)*n*inner]
		m := len(t.At) / t.Each * inner
		switch into := dst[o*m : (o+1)*m]; {
		case inner > 1:
			interpolateRows(into, part, t, inner)
		case t.Each == 2:
			interpolatePairs(into, part, t.At, t.Weights)
		default:
			interpolateEach(into, part, t)
		}
	}
}

// interpolatePairs makes each element of two.
func interpolatePairs[T float32 | float64](dst, src []T, at []int, weights []T) {
	at, weights = at[:2*len(dst)], weights[:2*len(dst)]
	for i := range dst {
		dst[i] = src[at[2*i]]*weights[2*i] + src[at[2*i+1]]*weights[2*i+1]
	}
}

func interpolateEach[T float32 | float64](dst, src []T, t Taps[T]) {
	for i := range dst {
		var sum T
		weights := t.Weights[i*t.Each : (i+1)*t.Each]
		for k, at := range t.At[i*t.Each : (i+1)*t.Each] {
			sum += src[at] * weights[k]
		}
		dst[i] = sum
	}
}

// interpolateRows makes each row of several.
func interpolateRows[T float32 | float64](dst, src []T, t Taps[T], inner int) {
	for first := 0; first < len(t.At); first += t.Each {
		row := dst[first/t.Each*inner:][:inner]
		a := src[t.At[first]*inner:][:inner]
		weight, k := t.Weights[first], 1
		if t.Each > 1 {
			b, other := src[t.At[first+1]*inner:][:inner], t.Weights[first+1]
			for i := range row {
				row[i] = a[i]*weight + b[i]*other
			}
			k = 2
		} else {
			for i := range row {
				row[i] = a[i] * weight
			}
		}
		for ; k < t.Each; k++ {
			a, weight = src[t.At[first+k]*inner:][:inner], t.Weights[first+k]
			for i := range row {
				row[i] += a[i] * weight
			}
		}
	}
}

// FillOutside writes value to every element of an array that lies outside on one
// of its axes, outermost first.
func FillOutside[T any](dst []T, outside [][]bool, value T) {
	if len(outside) == 0 || len(outside[0]) == 0 {
		return
	}
	inner := len(dst) / len(outside[0])
	for i, out := range outside[0] {
		if part := dst[i*inner : (i+1)*inner]; out {
			Fill(part, value)
		} else {
			FillOutside(part, outside[1:], value)
		}
	}
}
