package kernels

import "math"

// Deform is the geometry of a deformable convolution of one picture: where each
// element of the kernel reads is moved by an offset of its own for each place.
type Deform struct {
	Channels, Height, Width   int // of the picture
	Rows, Columns             int // of the result
	KernelRows, KernelColumns int
	Strides, Dilations        [2]int
	Top, Left                 int // padding
	Groups                    int // of channels that share offsets
}

// DeformColumns writes what the kernel reads: for each channel and element of the
// kernel one row with all places of the result. Offsets are, for each group and
// element, those down and those to the right of all places; a mask, which may be
// nil, has what each element counts for. What lies outside of the picture is 0.
func DeformColumns[T float32 | float64](dst, src, offsets, mask []T, d *Deform) {
	places, elements, size := d.Rows*d.Columns, d.KernelRows*d.KernelColumns, d.Height*d.Width
	share := d.Channels / d.Groups
	for c := range d.Channels {
		picture := src[c*size : (c+1)*size]
		for element := range elements {
			at := c/share*elements + element
			row := dst[(c*elements+element)*places:][:places]
			deformRow(row, picture, offsets[2*at*places:][:2*places], element, d)
			if mask == nil {
				continue
			}
			for i, m := range mask[at*places:][:places] {
				row[i] *= m
			}
		}
	}
}

// deformRow writes what one element of the kernel reads at all places.
func deformRow[T float32 | float64](dst, picture, offsets []T, element int, d *Deform) {
	down, right := element/d.KernelColumns*d.Dilations[0]-d.Top, element%d.KernelColumns*d.Dilations[1]-d.Left
	for i := range dst {
		y := float64(i/d.Columns*d.Strides[0]+down) + float64(offsets[i])
		x := float64(i%d.Columns*d.Strides[1]+right) + float64(offsets[len(dst)+i])
		dst[i] = T(bilinear(picture, y, x, d.Height, d.Width))
	}
}

// bilinear returns the weighted sum of the four elements around a position, those
// outside being 0.
func bilinear[T float32 | float64](picture []T, y, x float64, height, width int) float64 {
	if math.IsNaN(y) || math.IsNaN(x) {
		return math.NaN()
	}
	if y <= -1 || x <= -1 || y >= float64(height) || x >= float64(width) {
		return 0
	}
	top, left := int(math.Floor(y)), int(math.Floor(x))
	down, right := y-float64(top), x-float64(left)
	sum := 0.0
	for k, weight := range [4]float64{(1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right} {
		row, column := top+k/2, left+k%2
		if row >= 0 && row < height && column >= 0 && column < width {
			sum += weight * float64(picture[row*width+column])
		}
	}
	return sum
}

// MultiplyColumns writes the products of weights, some rows of n, and n columns of
// so many places, and adds a bias to each row unless there is none.
func MultiplyColumns[T float32 | float64](dst, weights, columns, bias []T, n, places int) {
	for row := 0; len(dst) > 0; row++ {
		into := dst[:places]
		var first T
		if bias != nil {
			first = bias[row]
		}
		Fill(into, first)
		for k, weight := range weights[:n] {
			for i, v := range columns[k*places:][:places] {
				into[i] += weight * v
			}
		}
		dst, weights = dst[places:], weights[n:]
	}
}
