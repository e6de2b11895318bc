package kernels

import (
	"math/rand/v2"
	"testing"
)

func TestTapsAreThoseInside(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	for range 5000 {
		a, _ := randomAxis(random)
		a.Output += random.IntN(3) // windows may begin behind the input
		for o := range a.Output {
			from, to := a.Taps(o)
			if from < 0 || to > a.Kernel || from > to {
				t.Fatalf("%+v: window %d has taps %d to %d", a, o, from, to)
			}
			for k := range a.Kernel {
				at := o*a.Stride - a.Before + k*a.Dilation
				if inside := at >= 0 && at < a.Input; inside != (k >= from && k < to) {
					t.Fatalf("%+v: window %d, element %d at %d, taps %d to %d", a, o, k, at, from, to)
				}
			}
		}
	}
}
