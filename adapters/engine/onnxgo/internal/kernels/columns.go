package kernels

// AddColumns writes channels that are the sums of overlapping blocks: element i
// of a channel's columns is added to the element of the channel at At[i], if that
// is not negative. Each channel has size elements.
func AddColumns[T Number](dst, src []T, at []int, size int) {
	clear(dst)
	for ; len(src) > 0; dst, src = dst[size:], src[len(at):] {
		for i, target := range at {
			if target >= 0 {
				dst[target] += src[i]
			}
		}
	}
}

// BlockPlaces returns for each element of blocks, and for each place where a block
// is put, which element of an image it falls on: -1 for one outside. The blocks'
// elements come first, then their places, each in row-major order.
func BlockPlaces(image, block, places, strides, dilations, pads []int) []int {
	at := []int{0}
	for axis := range image {
		at = placeAxis(at, image[axis], block[axis], places[axis], func(element, place int) int {
			return place*strides[axis] - pads[axis] + element*dilations[axis]
		}, product(block[:axis]), product(places[:axis]))
	}
	return at
}

// placeAxis adds an axis to the places of all axes before it.
func placeAxis(before []int, length, block, places int, position func(element, place int) int, blocksBefore, placesBefore int) []int {
	after := make([]int, 0, len(before)*block*places)
	for b := range blocksBefore {
		for element := range block {
			for p := range placesBefore {
				outer := before[b*placesBefore+p]
				for place := range places {
					at := position(element, place)
					if outer < 0 || at < 0 || at >= length {
						after = append(after, -1)
						continue
					}
					after = append(after, outer*length+at)
				}
			}
		}
	}
	return after
}

func product(lengths []int) int {
	total := 1
	for _, n := range lengths {
		total *= n
	}
	return total
}
