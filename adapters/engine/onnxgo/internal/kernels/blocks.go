package kernels

// Index is a type of positions.
type Index interface{ ~int32 | ~int64 }

// Tuples says where tuples of indices point to. Places are the axes over which
// there are tuples, and how far each step on them moves the offset; Bounds and
// Steps are of the axes that the indices of one tuple count along.
type Tuples struct {
	Places        []Span
	Bounds, Steps []int
}

// Locate writes the offset that each tuple of indices points to. Indices below
// zero count from the end; all must be in range.
func Locate[I Index](offsets []int, indices []I, t Tuples) {
	locateAxis(offsets, indices, t, t.Places, 0)
}

// locateAxis writes the offsets of some places and returns how many there are.
func locateAxis[I Index](offsets []int, indices []I, t Tuples, places []Span, base int) int {
	if len(places) == 0 {
		places = oneplace
	}
	n := places[0].Length
	switch {
	case len(places) > 1:
		done := 0
		for i := range n {
			done += locateAxis(offsets[done:], indices[done*len(t.Steps):], t, places[1:], base+i*places[0].Step)
		}
		return done
	case len(t.Steps) == 1:
		locateRow(offsets[:n], indices[:n], base, places[0].Step, t.Bounds[0], t.Steps[0])
		return n
	}
	at := 0
	for i := range n {
		offset := base + i*places[0].Step
		for axis, step := range t.Steps {
			index := int(indices[at])
			if index < 0 {
				index += t.Bounds[axis]
			}
			offset += index * step
			at++
		}
		offsets[i] = offset
	}
	return n
}

var oneplace = []Span{{Length: 1}}

func locateRow[I Index](offsets []int, indices []I, base, place, bound, step int) {
	for i, index := range indices {
		at := int(index)
		if at < 0 {
			at += bound
		}
		offsets[i] = base + at*step
		base += place
	}
}

// OutOfRange returns the position of the first index that is not in range, or -1.
// The bounds are of the indices in turn.
func OutOfRange[I Index](indices []I, bounds []int) int {
	if len(bounds) == 1 {
		for i, index := range indices {
			if int(index) >= bounds[0] || int(index) < -bounds[0] {
				return i
			}
		}
		return -1
	}
	axis := 0
	for i, index := range indices {
		if int(index) >= bounds[axis] || int(index) < -bounds[axis] {
			return i
		}
		if axis++; axis == len(bounds) {
			axis = 0
		}
	}
	return -1
}

// Blocks are parts of an array, each Size elements long, that begin at the
// offsets; and all of it Outer times, each time Step elements further on.
type Blocks struct {
	Offsets           []int
	Size, Outer, Step int
}

// PickBlocks writes the blocks of src one after another.
func PickBlocks[T any](dst, src []T, b Blocks) {
	at := 0
	for outer := range b.Outer {
		base := outer * b.Step
		if b.Size == 1 {
			row := dst[at : at+len(b.Offsets)]
			for i, offset := range b.Offsets {
				row[i] = src[base+offset]
			}
			at += len(row)
			continue
		}
		for _, offset := range b.Offsets {
			copy(dst[at:at+b.Size], src[base+offset:base+offset+b.Size])
			at += b.Size
		}
	}
}

// PlaceBlocks writes src, one block after another, to the blocks of dst. Of those
// that overlap the last stays.
func PlaceBlocks[T any](dst, src []T, b Blocks) {
	at := 0
	for outer := range b.Outer {
		base := outer * b.Step
		for _, offset := range b.Offsets {
			copy(dst[base+offset:base+offset+b.Size], src[at:at+b.Size])
			at += b.Size
		}
	}
}

// Meeting is what becomes of an element onto which others are written.
type Meeting uint8

// The ways in which elements meet. Of NaN and a number the greatest and the
// least are NaN.
const (
	Added Meeting = iota
	Multiplied
	Greatest
	Least
)

// MeetBlocks is PlaceBlocks for elements that meet those which are there.
func MeetBlocks[T Number](dst, src []T, b Blocks, how Meeting) {
	at := 0
	for outer := range b.Outer {
		base := outer * b.Step
		for _, offset := range b.Offsets {
			meet(dst[base+offset:base+offset+b.Size], src[at:at+b.Size], how)
			at += b.Size
		}
	}
}

func meet[T Number](dst, src []T, how Meeting) {
	switch how {
	case Added:
		for i, v := range src {
			dst[i] += v
		}
	case Multiplied:
		for i, v := range src {
			dst[i] *= v
		}
	case Greatest:
		for i, v := range src {
			dst[i] = max(dst[i], v)
		}
	default:
		for i, v := range src {
			dst[i] = min(dst[i], v)
		}
	}
}
