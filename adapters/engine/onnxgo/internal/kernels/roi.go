package kernels

import "math"

// Bins are what the regions of pictures of Height rows and Width columns are cut
// into: Rows x Columns, with Samples in each on either axis, or as many as it has
// elements where Samples is 0.
type Bins struct {
	Channels, Height, Width int
	Rows, Columns           int
	Samples                 int
	Scale                   float64 // from the regions' coordinates to the picture's
	HalfPixel               bool    // coordinates are of elements' edges, not of their centres
	Max                     bool    // the greatest sample counts, not the mean
}

// region is a part of a picture as a RoiAlign samples it.
type region struct {
	top, left, binHeight, binWidth float64
	down, right                    int // samples in a bin
}

func (b *Bins) region(box [4]float64) region {
	offset := 0.0
	if b.HalfPixel {
		offset = 0.5
	}
	left, top := box[0]*b.Scale-offset, box[1]*b.Scale-offset
	width, height := box[2]*b.Scale-offset-left, box[3]*b.Scale-offset-top
	if !b.HalfPixel {
		width, height = max(width, 1), max(height, 1)
	}
	r := region{top: top, left: left, binHeight: height / float64(b.Rows), binWidth: width / float64(b.Columns), down: b.Samples, right: b.Samples}
	if b.Samples == 0 {
		r.down, r.right = samplesIn(r.binHeight), samplesIn(r.binWidth)
	}
	return r
}

// samplesIn returns how many samples a bin has on an axis, or -1 for too many.
func samplesIn(length float64) int {
	n := math.Ceil(length)
	switch {
	case !(n < 1<<16):
		return -1
	case n < 0:
		return 0
	default:
		return int(n)
	}
}

// mostSamples bounds what is sampled of one channel of one region.
const mostSamples = 1 << 26

// Samplable reports whether a region, given by left, top, right and bottom, is
// made of numbers, and of no more samples than make sense.
func (b *Bins) Samplable(box [4]float64) bool {
	for _, v := range box {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	r := b.region(box)
	return r.down >= 0 && r.right >= 0 && b.Rows*b.Columns <= mostSamples && b.Rows*b.Columns*max(1, r.down*r.right) <= mostSamples
}

// AlignRegion samples a region of all channels of a picture between its elements.
func AlignRegion[T float32 | float64](dst, src []T, box [4]float64, b *Bins) {
	r := b.region(box)
	plane := b.Rows * b.Columns
	for row := range b.Rows {
		for column := range b.Columns {
			for c := range b.Channels {
				dst[c*plane+row*b.Columns+column] = 0
			}
			binOf(dst[row*b.Columns+column:], src, row, column, r, b)
		}
	}
}

// binOf samples one bin of all channels. The channels of dst are a plane of bins
// apart.
func binOf[T float32 | float64](dst, src []T, row, column int, r region, b *Bins) {
	plane, size := b.Rows*b.Columns, b.Height*b.Width
	total := T(max(1, r.down*r.right))
	for i := range r.down {
		y := r.top + (float64(row)+(float64(i)+0.5)/float64(r.down))*r.binHeight
		for j := range r.right {
			x := r.left + (float64(column)+(float64(j)+0.5)/float64(r.right))*r.binWidth
			at, weight := b.corners(y, x)
			first := i == 0 && j == 0
			for c := range b.Channels {
				picture, into := src[c*size:(c+1)*size], &dst[c*plane]
				var four [4]T
				for k := range four {
					four[k] = picture[at[k]] * T(weight[k])
				}
				switch {
				case !b.Max:
					*into += (four[0] + four[1] + four[2] + four[3]) / total
				case first:
					*into = max(four[0], four[1], four[2], four[3])
				default:
					*into = max(*into, four[0], four[1], four[2], four[3])
				}
			}
		}
	}
}

// corners returns the four elements around a position, and their weights: 0 for
// what is more than one element outside of the picture.
func (b *Bins) corners(y, x float64) (at [4]int, weight [4]float64) {
	if y < -1 || y > float64(b.Height) || x < -1 || x > float64(b.Width) {
		return at, weight
	}
	top, bottom, down := between(y, b.Height)
	left, right, across := between(x, b.Width)
	at = [4]int{top*b.Width + left, top*b.Width + right, bottom*b.Width + left, bottom*b.Width + right}
	return at, [4]float64{(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across}
}

// between returns the elements before and behind a position, and how far it is
// from the first.
func between(x float64, length int) (before, behind int, ratio float64) {
	x = max(x, 0)
	if before = int(x); before >= length-1 {
		return length - 1, length - 1, 0
	}
	return before, before + 1, x - float64(before)
}

// MaxRegion writes the greatest element of each bin of a region, for all channels
// of a picture. Bins are of whole elements and overlap; an empty one gives 0.
func MaxRegion[T float32 | float64](dst, src []T, box [4]float64, b *Bins) {
	left, top := math.Round(box[0]*b.Scale), math.Round(box[1]*b.Scale)
	width, height := max(math.Round(box[2]*b.Scale)-left+1, 1), max(math.Round(box[3]*b.Scale)-top+1, 1)
	for row := range b.Rows {
		first, last := binRange(top, height/float64(b.Rows), row, b.Height)
		for column := range b.Columns {
			begin, end := binRange(left, width/float64(b.Columns), column, b.Width)
			for c := range b.Channels {
				into := &dst[(c*b.Rows+row)*b.Columns+column]
				*into = 0
				if first < last && begin < end {
					*into = src[(c*b.Height+first)*b.Width+begin]
				}
				for y := first; y < last; y++ {
					line := src[(c*b.Height+y)*b.Width:]
					for x := begin; x < end; x++ {
						*into = max(*into, line[x])
					}
				}
			}
		}
	}
}

// binRange returns the elements of one bin, cut at the ends of the axis.
func binRange(start, size float64, bin, length int) (first, last int) {
	clamp := func(x float64) int { return int(min(max(x, 0), float64(length))) }
	return clamp(math.Floor(float64(bin)*size) + start), clamp(math.Ceil(float64(bin+1)*size) + start)
}
