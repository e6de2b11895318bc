package kernels

// CountNonZero returns how many elements are not the zero of their type.
func CountNonZero[T comparable](src []T) int {
	var zero T
	n := 0
	for _, v := range src {
		if v != zero {
			n++
		}
	}
	return n
}

// NonZero writes where an array has elements that are not zero: the positions on
// the first axis of all of them, then those on the second, and so on.
func NonZero[T comparable](dst []int64, src []T, lengths []int) {
	var zero T
	n := len(dst) / len(lengths)
	found := 0
	for i, v := range src {
		if v == zero {
			continue
		}
		for axis := len(lengths) - 1; axis >= 0; axis-- {
			dst[axis*n+found] = int64(i % lengths[axis])
			i /= lengths[axis]
		}
		found++
	}
}

// ReverseSteps writes where each element of an array of sequences comes from, if
// the first steps of each sequence go backwards. Blocks are so many elements of
// one step of one sequence. Steps are the outer axis if stepsFirst holds, else
// sequences are.
func ReverseSteps(offsets []int, lengths []int64, steps, block int, stepsFirst bool) {
	sequences := len(lengths)
	for sequence, length := range lengths {
		for step := range steps {
			from := step
			if step < int(length) {
				from = int(length) - 1 - step
			}
			if stepsFirst {
				offsets[step*sequences+sequence] = (from*sequences + sequence) * block
			} else {
				offsets[sequence*steps+step] = (sequence*steps + from) * block
			}
		}
	}
}

// Ring says where updates of a cache go: into Rows of Room places each, a place
// being Block elements, Steps places in each row. Every row of a batch entry
// begins at the same place; beyond the last place comes the first.
type Ring struct{ Rows, Room, Steps, Block int }

// Offsets writes the offset of each place that is updated. Without begins the
// updates begin at the first place.
func (r Ring) Offsets(offsets []int, begins []int64) {
	for row := range r.Rows {
		begin := 0
		if len(begins) > 0 {
			begin = int(begins[row/(r.Rows/len(begins))]) % r.Room
		}
		for step := range r.Steps {
			offsets[row*r.Steps+step] = (row*r.Room + (begin+step)%r.Room) * r.Block
		}
	}
}
