package micro_test

import "testing"

const casesPerRow = 50

func TestRowsAgreeWithGo(t *testing.T) {
	eachRowKernel(t, func(t *testing.T, k rowKernel) {
		checkRows(t, heap, k)
	})
}

func checkRows(t *testing.T, m memory, k rowKernel) {
	t.Helper()
	r := generator(9)
	for range casesPerRow {
		newRowCase(t, m, r, k).check(t)
	}
}

// TestRowsKeepNaN is with numbers that are not finite in every place, and with
// bounds that let infinities pass, or not.
func TestRowsKeepNaN(t *testing.T) {
	eachRowKernel(t, func(t *testing.T, k rowKernel) {
		r := generator(10)
		for _, high := range []float32{1, infinity} {
			for range casesPerRow {
				c := newRowCase(t, heap, r, k)
				c.args.Low, c.args.High = -high, high
				for _, o := range []*operand{&c.x, &c.y, &c.z} {
					o.spoil(r)
				}
				c.check(t)
			}
		}
	})
}
