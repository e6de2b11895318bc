package kernels

import "math"

// Determinant returns the determinant of a matrix [n, n] with the help of scratch
// memory of as many elements.
func Determinant[T float32 | float64](matrix []T, n int, scratch []float64) float64 {
	for i, x := range matrix {
		scratch[i] = float64(x)
	}
	determinant := 1.0
	for column := range n {
		pivot := column
		for row := column; row < n; row++ {
			if !(math.Abs(scratch[row*n+column]) <= math.Abs(scratch[pivot*n+column])) {
				pivot = row
			}
		}
		if pivot != column {
			swap(scratch[pivot*n:(pivot+1)*n], scratch[column*n:(column+1)*n])
			determinant = -determinant
		}
		diagonal := scratch[column*n+column]
		if determinant *= diagonal; diagonal == 0 {
			return 0
		}
		for row := column + 1; row < n; row++ {
			factor := scratch[row*n+column] / diagonal
			for k := column; k < n; k++ {
				scratch[row*n+k] -= float64(factor * scratch[column*n+k])
			}
		}
	}
	return determinant
}

func swap(a, b []float64) {
	for i := range a {
		a[i], b[i] = b[i], a[i]
	}
}
