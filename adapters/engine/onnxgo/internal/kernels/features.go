package kernels

import "math"

// Scale writes (x - offset) * scale of each number. Offset and scale are for each
// of the features of a row in turn.
func Scale[T Number](dst []float32, src []T, offset, scale []float32) {
	features := len(scale)
	for len(src) > 0 && features > 0 {
		for i, x := range src[:features] {
			dst[i] = float32((float64(x) - float64(offset[i])) * float64(scale[i]))
		}
		dst, src = dst[features:], src[features:]
	}
}

// Norm is what the numbers of a row are divided by.
type Norm uint8

// The norms.
const (
	MaxNorm Norm = iota // the highest number, with its sign
	L1Norm
	L2Norm
)

// Normalize divides each row by its norm. A row whose norm is 0 stays as it is.
func Normalize[T Number](dst []float32, src []T, features int, norm Norm) {
	for len(src) > 0 {
		row, unit := src[:features], 1.0
		by := normOf(row, norm, unit)
		if math.IsInf(by, 1) || by > 0 && by < 1e-150 { // too large or too small to be squared
			unit = largest(row)
			if math.IsInf(unit, 1) {
				unit = 1
			}
			by = normOf(row, norm, unit)
		}
		if by == 0 {
			by = 1
		}
		for i, x := range row {
			dst[i] = float32(float64(x) / unit / by)
		}
		dst, src = dst[features:], src[features:]
	}
}

// normOf returns the norm of a row, in a unit.
func normOf[T Number](row []T, norm Norm, unit float64) float64 {
	highest, sum := math.Inf(-1), 0.0
	for _, v := range row {
		x := float64(v) / unit
		if x > highest {
			highest = x
		}
		if norm == L2Norm {
			sum += x * x
		} else {
			sum += math.Abs(x)
		}
	}
	switch norm {
	case MaxNorm:
		return highest
	case L1Norm:
		return sum
	default:
		return math.Sqrt(sum)
	}
}

func largest[T Number](row []T) (magnitude float64) {
	for _, x := range row {
		magnitude = max(magnitude, math.Abs(float64(x)))
	}
	return magnitude
}

// Impute writes numbers, and others in the place of those that are missing:
// equal to a number, or NaN if that is NaN. Imputed has one for each of the
// features of a row in turn.
func Impute[T Number](dst, src []T, missing T, imputed []T) {
	feature, forNaN := 0, math.IsNaN(float64(missing))
	for i, x := range src {
		dst[i] = x
		if x == missing || forNaN && math.IsNaN(float64(x)) {
			dst[i] = imputed[feature]
		}
		if feature++; feature == len(imputed) {
			feature = 0
		}
	}
}

// Binarize writes 1 for what is more than a threshold, and 0 for the rest.
func Binarize[T Number](dst, src []T, threshold T) {
	for i, x := range src {
		dst[i] = 0
		if x > threshold {
			dst[i] = 1
		}
	}
}

// TakeColumns writes the columns of a matrix that are picked by their position.
func TakeColumns[T any](dst, src []T, columns int, picked []int64) {
	for len(dst) > 0 {
		for i, column := range picked {
			dst[i] = src[column]
		}
		dst, src = dst[len(picked):], src[columns:]
	}
}

// Paste is a matrix that is written into a wider one.
type Paste struct {
	Rows, Columns int // of the matrix
	Offset        int // of its first column in the wider one
	Wanted        int // columns: there are zeros for those that the matrix lacks
	Stride        int // columns of the wider one
}

// PasteColumns writes the first columns of a matrix into a wider one.
func PasteColumns[T Number](dst []float32, src []T, p Paste) {
	n := min(p.Columns, p.Wanted)
	for row := range p.Rows {
		to := dst[row*p.Stride+p.Offset:][:p.Wanted]
		for i, x := range src[row*p.Columns:][:n] {
			to[i] = float32(x)
		}
		clear(to[n:])
	}
}

// CopyColumns writes the first columns of a matrix, as numbers of another type.
func CopyColumns[D Float, S Number](dst []D, src []S, columns, wanted int) {
	for len(dst) > 0 {
		for i, x := range src[:wanted] {
			dst[i] = D(x)
		}
		dst = dst[wanted:]
		if len(dst) > 0 {
			src = src[columns:]
		}
	}
}
