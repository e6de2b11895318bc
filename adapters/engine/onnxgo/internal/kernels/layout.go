package kernels

// Selection picks elements of an array by their position on each axis, outermost
// first. Transposing, slicing, gathering and padding are selections. Each axis
// of the result is one stretch of positions after another.
type Selection struct {
	axes [][]Stretch
}

// Stretch is Length positions on an axis: offsets into the source that begin at
// Start and go on by Step, which may be zero or negative. Where Start is
// negative nothing is picked, and the result is filled.
type Stretch struct{ Length, Start, Step int }

// NewSelection returns the selection of all axes. Axes that are read as one are
// joined, so that the innermost stretches are long.
func NewSelection(axes [][]Stretch) Selection {
	var s Selection
	for at := len(axes) - 1; at >= 0; at-- {
		if len(s.axes) > 0 {
			if joined, ok := join(axes[at], s.axes[0]); ok {
				s.axes[0] = joined
				continue
			}
		}
		s.axes = append([][]Stretch{axes[at]}, s.axes...)
	}
	return s
}

// join returns two neighbouring axes as one, if each step on the outer one leads
// to where the inner one ends.
func join(outer, inner []Stretch) (joined []Stretch, ok bool) {
	if len(inner) != 1 || inner[0].Start < 0 {
		return nil, false
	}
	within := inner[0]
	for _, s := range outer {
		switch {
		case s.Start < 0:
			joined = append(joined, Stretch{s.Length * within.Length, -1, 0})
		case within.Length == 1:
			joined = append(joined, Stretch{s.Length, s.Start + within.Start, s.Step})
		case s.Length == 1 || s.Step == within.Length*within.Step:
			joined = append(joined, Stretch{s.Length * within.Length, s.Start + within.Start, within.Step})
		default:
			return nil, false
		}
	}
	return joined, true
}

// Select writes the selection of src to dst, whose length is the product of the
// axes' lengths, and fill where nothing is picked.
func Select[T any](dst, src []T, s Selection, fill T) {
	if len(s.axes) == 0 {
		copy(dst[:1], src)
		return
	}
	selectAxis(dst, src, s.axes, 0, fill)
}

// selectAxis writes one part of dst, whose source begins at base, and returns how
// long it is.
func selectAxis[T any](dst, src []T, axes [][]Stretch, base int, fill T) int {
	at := 0
	for _, s := range axes[0] {
		switch {
		case s.Start < 0:
			n := s.Length * lengthOf(axes[1:])
			Fill(dst[at:at+n], fill)
			at += n
		case len(axes) == 2 && len(axes[1]) == 1 && axes[1][0].Start >= 0:
			at += selectPlane(dst[at:], src, s, axes[1][0], base)
		case len(axes) == 1:
			selectRow(dst[at:at+s.Length], src, base+s.Start, s.Step)
			at += s.Length
		default:
			for i := range s.Length {
				at += selectAxis(dst[at:], src, axes[1:], base+s.Start+i*s.Step, fill)
			}
		}
	}
	return at
}

// shortRow is the length up to which rows are written side by side, an element of
// each in turn, because a loop over so few costs more than it does.
const shortRow = 8

// selectPlane writes a part of dst that two evenly spaced axes pick, and returns
// how long it is.
func selectPlane[T any](dst, src []T, outer, inner Stretch, base int) int {
	n := inner.Length
	base += outer.Start + inner.Start
	if n > shortRow || n >= outer.Length {
		for i := range outer.Length {
			selectRow(dst[i*n:(i+1)*n], src, base+i*outer.Step, inner.Step)
		}
		return outer.Length * n
	}
	for i := range n {
		to, from := i, base+i*inner.Step
		for range outer.Length {
			dst[to] = src[from]
			to += n
			from += outer.Step
		}
	}
	return outer.Length * n
}

func selectRow[T any](dst, src []T, at, step int) {
	if step == 1 {
		copy(dst, src[at:at+len(dst)])
		return
	}
	for i := range dst {
		dst[i] = src[at]
		at += step
	}
}

// lengthOf returns how many elements the axes pick.
func lengthOf(axes [][]Stretch) int {
	total := 1
	for _, axis := range axes {
		n := 0
		for _, s := range axis {
			n += s.Length
		}
		total *= n
	}
	return total
}

// Interleave writes blocks of src, each size elements long, to every stride-th
// element of dst from offset on: one operand of a concatenation.
func Interleave[T any](dst, src []T, offset, size, stride int) {
	for at := 0; at < len(src); at += size {
		copy(dst[offset:offset+size], src[at:at+size])
		offset += stride
	}
}

// Fill sets every element of dst.
func Fill[T any](dst []T, value T) {
	for i := range dst {
		dst[i] = value
	}
}
