package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestLRNIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	for _, l := range []LRN{
		{Alpha: 1e-4, Beta: 0.75, Bias: 1, Size: 5}, {Alpha: 0.9, Beta: 0.75, Bias: 2, Size: 1},
		{Alpha: 0.5, Beta: 1.3, Bias: 0.5, Size: 4}, {Alpha: 2, Beta: 0.5, Bias: 1, Size: 99},
	} {
		const pictures, channels, plane = 2, 7, 6
		src := randoms(random, pictures*channels*plane)
		dst, alive := guarded(len(src))
		l.Run(dst, src, channels, plane)
		var want, size []float64
		for i := range src {
			picture, channel, at := i/(channels*plane), i/plane%channels, i%plane
			squares := 0.0
			first := channel - int(math.Floor(float64(l.Size-1)/2))
			last := channel + int(math.Ceil(float64(l.Size-1)/2))
			for c := range channels {
				if c >= first && c <= last {
					squares += math.Pow(float64(src[(picture*channels+c)*plane+at]), 2)
				}
			}
			base := float64(l.Bias) + float64(l.Alpha)/float64(l.Size)*squares
			want = append(want, float64(src[i])*math.Pow(base, -float64(l.Beta)))
			size = append(size, math.Abs(want[i]))
		}
		check(t, dst, want, size)
		if !alive() {
			t.Fatal("wrote beyond its output")
		}
		one := make([]float32, len(src)/pictures)
		l.Run(one, src[len(one):], channels, plane)
		if !sameBits(one, dst[len(one):]) {
			t.Error("a picture of a batch is not that picture alone")
		}
	}
}

func TestScaleShift(t *testing.T) {
	dst, alive := guarded(8)
	ScaleShift(dst, []float32{1, 2, 3, 4, 5, 6, 7, 8}, []float32{2, -1}, []float32{1, 0.5}, 2)
	if want := []float32{3, 5, -2.5, -3.5, 11, 13, -6.5, -7.5}; !slices.Equal(dst, want) || !alive() {
		t.Errorf("got %v, want %v", dst, want)
	}
	nan := float32(math.NaN())
	ScaleShift(dst[:1], []float32{nan}, []float32{0}, []float32{0}, 1)
	if dst[0] == dst[0] {
		t.Errorf("NaN became %v", dst[0])
	}
}
