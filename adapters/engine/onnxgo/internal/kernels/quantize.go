package kernels

import "math"

// Along says which of some values belongs to an element of an array: there is one
// for each place on an axis and, if Blocks is more than 1, for each of so many
// places together, times one for each inner place. One value alone is for all.
type Along struct {
	Values int // in all
	Length int // of the axis
	Inner  int // elements behind the axis
	Block  int // places that share a value; 0: each has its own, the same for all inner places
}

// Runs calls visit for runs of elements with one value: from an element on, so
// many, and which value. In blocks the values change from element to element.
func (a Along) Runs(n int, visit func(at, count, value int)) {
	switch {
	case a.Values == 1:
		visit(0, n, 0)
	case a.Block == 0:
		for at := 0; at < n; at += a.Inner {
			visit(at, a.Inner, at/a.Inner%a.Length)
		}
	default:
		blocks := (a.Length + a.Block - 1) / a.Block
		for at := range n {
			outer, place, inner := at/(a.Inner*a.Length), at/a.Inner%a.Length, at%a.Inner
			visit(at, 1, (outer*blocks+place/a.Block)*a.Inner+inner)
		}
	}
}

// Quantized is a type of quantised numbers.
type Quantized interface {
	~int8 | ~uint8 | ~int16 | ~uint16
}

// Quantize writes each number divided by its scale, rounded half to even, plus
// its zero, the nearest number there is if it does not fit. No zeros are all 0.
func Quantize[T Quantized](dst []T, src, scales []float32, zeros []T, a Along, least, most float32) {
	a.Runs(len(src), func(at, count, value int) {
		scale, zero := scales[value], float32(0)
		if zeros != nil {
			zero = float32(zeros[value])
		}
		for i, x := range src[at : at+count] {
			dst[at+i] = saturated[T](x/scale, zero, least, most)
		}
	})
}

// saturated returns x rounded, plus zero, within what a type holds. NaN is zero.
func saturated[T Quantized](x, zero, least, most float32) T {
	rounded := float32(math.RoundToEven(float64(x))) + zero
	if rounded != rounded {
		rounded = zero
	}
	return T(min(max(rounded, least), most))
}

// Dequantize writes each number less its zero, times its scale.
func Dequantize[T Integer](dst []float32, src []T, scales []float32, zeros []T, a Along) {
	a.Runs(len(src), func(at, count, value int) {
		scale, zero := scales[value], int64(0)
		if zeros != nil {
			zero = int64(zeros[value])
		}
		for i, x := range src[at : at+count] {
			dst[at+i] = float32(int64(x)-zero) * scale
		}
	})
}

// DynamicRange returns the scale and zero with which numbers from 0 to 255 stand for
// all of src and for 0.
func DynamicRange(src []float32) (scale float32, zero uint8) {
	least, most := float32(0), float32(0)
	for _, x := range src {
		least, most = min(least, x), max(most, x)
	}
	scale = (most - least) / 255
	if scale == 0 || scale != scale {
		return 1, 0
	}
	return scale, saturated[uint8](-least/scale, 0, 0, 255)
}

// WidenLess writes each number less its zero.
func WidenLess[T ~int8 | ~uint8](dst []int32, src, zeros []T, a Along) {
	if zeros == nil {
		for i, x := range src {
			dst[i] = int32(x)
		}
		return
	}
	a.Runs(len(src), func(at, count, value int) {
		zero := int32(zeros[value])
		for i, x := range src[at : at+count] {
			dst[at+i] = int32(x) - zero
		}
	})
}

// Requantize writes each sum, times a factor for its row and one for its column,
// rounded half to even, plus zero. Rows or columns may share one factor.
func Requantize[T Quantized](dst []T, src []int32, rows, columns []float32, width int, zero T, least, most float32) {
	for at := 0; at < len(src); at += width {
		row := rows[at/width%len(rows)]
		for i, sum := range src[at : at+width] {
			factor := row
			if len(columns) > 1 {
				factor *= columns[i]
			} else {
				factor *= columns[0]
			}
			dst[at+i] = saturated[T](float32(sum)*factor, float32(zero), least, most)
		}
	}
}

// ConvInteger writes a convolution of integers.
func ConvInteger(dst, x, w, bias []int32, g ConvGeometry) {
	in, out := g.InChannels/g.Groups, g.OutChannels/g.Groups
	taps, picture, result := g.Rows.Kernel*g.Columns.Kernel, g.Rows.Input*g.Columns.Input, g.Rows.Output*g.Columns.Output
	for n := range g.Batch {
		for m := range g.OutChannels {
			sums := dst[(n*g.OutChannels+m)*result:][:result]
			start := int32(0)
			if bias != nil {
				start = bias[m]
			}
			Fill(sums, start)
			for c := range in {
				plane := x[(n*g.InChannels+m/out*in+c)*picture:][:picture]
				addTaps(sums, plane, w[(m*in+c)*taps:][:taps], g)
			}
		}
	}
}

// addTaps adds what a channel gives to an output channel, tap by tap.
func addTaps(sums, plane, w []int32, g ConvGeometry) {
	for ky := range g.Rows.Kernel {
		for oy := range g.Rows.Output {
			y := oy*g.Rows.Stride + ky*g.Rows.Dilation - g.Rows.Before
			if y < 0 || y >= g.Rows.Input {
				continue
			}
			line, from := sums[oy*g.Columns.Output:][:g.Columns.Output], plane[y*g.Columns.Input:][:g.Columns.Input]
			for kx := range g.Columns.Kernel {
				if weight := w[ky*g.Columns.Kernel+kx]; weight != 0 {
					addTap(line, from, weight, kx*g.Columns.Dilation-g.Columns.Before, g.Columns.Stride)
				}
			}
		}
	}
}

// addTap adds a row times a weight, from an offset on that may lie before it.
func addTap(line, from []int32, weight int32, offset, stride int) {
	first := 0
	if offset < 0 {
		first = (-offset + stride - 1) / stride
	}
	last := min(len(line), (len(from)-offset+stride-1)/stride)
	if stride == 1 && first < last {
		row := from[first+offset:]
		for i, x := range row[:last-first] {
			line[first+i] += x * weight
		}
		return
	}
	for i := first; i < last; i++ {
		line[i] += from[i*stride+offset] * weight
	}
}
