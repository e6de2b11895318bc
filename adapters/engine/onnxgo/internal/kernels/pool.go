package kernels

import "math"

// PoolGeometry is the size and shape of a pool over planes of [Rows.Input,
// Columns.Input] elements, which gives as many of [Rows.Output, Columns.Output].
type PoolGeometry struct {
	Planes        int // pictures times channels
	Rows, Columns Axis
}

// window is the part of a plane that one output is made of: rows*columns
// elements from start on.
type window struct{ start, rows, columns, rowStep, columnStep int }

// windows calls compute for every output in turn.
func (g *PoolGeometry) windows(dst, src []float32, compute func(src []float32, w window, y, x int) float32) {
	in, i := g.Rows.Input*g.Columns.Input, 0
	for plane := range g.Planes {
		elements := src[plane*in : (plane+1)*in]
		for y := range g.Rows.Output {
			top, bottom := g.Rows.Taps(y)
			for x := range g.Columns.Output {
				left, right := g.Columns.Taps(x)
				dst[i] = compute(elements, window{
					start: g.Rows.At(y, top)*g.Columns.Input + g.Columns.At(x, left),
					rows:  bottom - top, columns: right - left,
					rowStep: g.Rows.Dilation * g.Columns.Input, columnStep: g.Columns.Dilation,
				}, y, x)
				i++
			}
		}
	}
}

// MaxPool stores each window's greatest element. Padding takes no part: a window
// of nothing else gives -Inf. NaN is greater than everything, and +0 than -0.
func MaxPool(g PoolGeometry, dst, src []float32) {
	g.windows(dst, src, greatest)
}

func greatest(src []float32, w window, _, _ int) float32 {
	result := float32(math.Inf(-1))
	for row := range w.rows {
		at := w.start + row*w.rowStep
		for range w.columns {
			result = max(result, src[at])
			at += w.columnStep
		}
	}
	return result
}

// AveragePool stores each window's mean over its elements that are not padding.
// A window of nothing but padding gives NaN.
func AveragePool(g PoolGeometry, dst, src []float32) {
	g.windows(dst, src, func(src []float32, w window, _, _ int) float32 {
		return float32(total(src, w) / float64(w.rows*w.columns))
	})
}

// AveragePoolPadded is AveragePool with the padding counted as zeros: what lies
// in front of the input, and as many elements behind it as bottom and right say.
// What a window covers beyond those is not counted.
func AveragePoolPadded(g PoolGeometry, bottom, right int, dst, src []float32) {
	rows, columns := g.Rows.Widened(bottom), g.Columns.Widened(right)
	g.windows(dst, src, func(src []float32, w window, y, x int) float32 {
		top, bottom := rows.Taps(y)
		left, right := columns.Taps(x)
		return float32(total(src, w) / float64((bottom-top)*(right-left)))
	})
}

// Widened returns the axis with its padding made part of the input.
func (a Axis) Widened(after int) Axis {
	a.Input += a.Before + after
	a.Before = 0
	return a
}

// At returns the position of element k of window o.
func (a Axis) At(o, k int) int { return o*a.Stride - a.Before + k*a.Dilation }

func total(src []float32, w window) float64 {
	var sum float64
	for row := range w.rows {
		at := w.start + row*w.rowStep
		for range w.columns {
			sum += float64(src[at])
			at += w.columnStep
		}
	}
	return sum
}

// PowerPool stores each window's p-norm: the p-th root of the sum of the p-th
// powers of absolute values.
func PowerPool(g PoolGeometry, p int, dst, src []float32) {
	g.windows(dst, src, func(src []float32, w window, _, _ int) float32 {
		sum := 0.0
		for row := range w.rows {
			at := w.start + row*w.rowStep
			for range w.columns {
				sum += power(float64(src[at]), p)
				at += w.columnStep
			}
		}
		return float32(root(sum, p))
	})
}

// GlobalPowerPool stores the p-norm of each plane of n elements.
func GlobalPowerPool[T float32 | float64](dst, src []T, n, p int) {
	for i := range dst {
		sum := 0.0
		for _, x := range src[i*n : (i+1)*n] {
			sum += power(float64(x), p)
		}
		dst[i] = T(root(sum, p))
	}
}

func power(x float64, p int) float64 {
	switch p {
	case 1:
		return math.Abs(x)
	case 2:
		return x * x
	default:
		return math.Pow(math.Abs(x), float64(p))
	}
}

func root(x float64, p int) float64 {
	switch p {
	case 1:
		return x
	case 2:
		return math.Sqrt(x)
	default:
		return math.Pow(x, 1/float64(p))
	}
}
