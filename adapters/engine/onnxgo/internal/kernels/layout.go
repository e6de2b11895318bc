package kernels

// Selection picks elements of an array by their position on each axis: element
// [i, j, ...] of the result is the source's element Axes[0][i] + Axes[1][j] + ...
// An offset that is negative picks Fill instead. Transposing, slicing, gathering and
// padding are selections.
type Selection struct {
	Axes [][]int
}

// Select writes the selection of src to dst, whose length is the product of the
// axes' lengths.
func Select[T any](dst, src []T, s Selection, fill T) {
	selectAxis(dst, src, s.Axes, 0, fill)
}

// selectAxis fills one part of dst, whose source begins at base, and returns how
// long it is. A negative base picks fill.
func selectAxis[T any](dst, src []T, axes [][]int, base int, fill T) int {
	if len(axes) == 0 {
		dst[0] = pick(src, base, fill)
		return 1
	}
	if len(axes) == 1 {
		return selectRow(dst, src, axes[0], base, fill)
	}
	at := 0
	for _, offset := range axes[0] {
		next := base + offset
		if base < 0 || offset < 0 {
			next = -1
		}
		at += selectAxis(dst[at:], src, axes[1:], next, fill)
	}
	return at
}

func selectRow[T any](dst, src []T, offsets []int, base int, fill T) int {
	dst = dst[:len(offsets)]
	for i, offset := range offsets {
		if base < 0 || offset < 0 {
			dst[i] = fill
			continue
		}
		dst[i] = src[base+offset]
	}
	return len(offsets)
}

func pick[T any](src []T, at int, fill T) T {
	if at < 0 {
		return fill
	}
	return src[at]
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
