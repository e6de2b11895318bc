package blocked

// Reorder copies pictures from one layout to another of the same size, and
// clears the border of the new ones.
func Reorder(to Layout, dst []float32, from Layout, src []float32) {
	for picture := range to.Batch {
		for y := range to.Height {
			if to.Block == from.Block {
				copyRows(to, dst, from, src, picture, y)
			} else {
				reorderRows(to, dst, from, src, picture, y)
			}
		}
	}
	to.ClearBorder(dst)
}

// copyRows copies row y of every block.
func copyRows(to Layout, dst []float32, from Layout, src []float32, picture, y int) {
	n := to.Width * to.Block
	for block := range to.Blocks() {
		at := to.At(picture, block, y, 0)
		copy(dst[at:at+n], src[from.At(picture, block, y, 0):])
	}
}

// reorderRows copies row y of every channel between blocks of different sizes.
func reorderRows(to Layout, dst []float32, from Layout, src []float32, picture, y int) {
	for c := range to.Channels {
		write := dst[to.At(picture, c/to.Block, y, 0)+c%to.Block:]
		read := src[from.At(picture, c/from.Block, y, 0)+c%from.Block:]
		for x := range to.Width {
			write[x*to.Block] = read[x*from.Block]
		}
	}
}
