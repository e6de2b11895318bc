package micro

import (
	"math"
	"unsafe"
)

// over calls visit for each vector of a window.
func (a *Window) over(visit func(x *vector)) {
	for row := range a.Rows {
		for column := range a.Columns {
			visit((*vector)(unsafe.Add(address(a.In), row*a.RowStride+column*a.ColumnStride)))
		}
	}
}

func maxWindow(a *Window) {
	var greatest vector
	for i := range greatest {
		greatest[i] = float32(math.Inf(-1))
	}
	a.over(func(x *vector) {
		for i, v := range x {
			greatest[i] = max(greatest[i], v)
		}
	})
	*(*vector)(address(a.Out)) = greatest
}

func sumWindow(a *Window) {
	var sums [lanes]float64
	a.over(func(x *vector) {
		for i, v := range x {
			sums[i] += float64(v)
		}
	})
	*(*[lanes]float64)(address(a.Out)) = sums
}

func addRow(a *Row) {
	for p := range a.Pixels {
		v := *vectorAt(address(a.X), p*vectorBytes)
		v.add(vectorAt(address(a.Y), p*vectorBytes))
		v.clamp(a.Low, a.High)
		*vectorAt(address(a.Out), p*vectorBytes) = v
	}
}

func scaleShiftRow(a *Row) {
	scale, shift := *(*vector)(address(a.Y)), *(*vector)(address(a.Z))
	for p := range a.Pixels {
		x, v := vectorAt(address(a.X), p*vectorBytes), vectorAt(address(a.Out), p*vectorBytes)
		for i := range v {
			v[i] = clampTo(float32(x[i]*scale[i])+shift[i], a.Low, a.High)
		}
	}
}

func clampRow(a *Row) {
	for p := range a.Pixels {
		v := *vectorAt(address(a.X), p*vectorBytes)
		v.clamp(a.Low, a.High)
		*vectorAt(address(a.Out), p*vectorBytes) = v
	}
}

// mapRow returns the kernel of a function, which is computed as float64.
func mapRow(f func(float64) float64) func(*Row) {
	return func(a *Row) {
		for p := range a.Pixels {
			x, v := vectorAt(address(a.X), p*vectorBytes), vectorAt(address(a.Out), p*vectorBytes)
			for i := range v {
				v[i] = clampTo(float32(f(float64(x[i]))), a.Low, a.High)
			}
		}
	}
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
