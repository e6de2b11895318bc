package kernels

import (
	"math"
	"math/rand/v2"
	"testing"
)

// softmaxReference normalises one line without any precaution but float64.
func softmaxReference(line []float64) (soft, logarithm []float64) {
	sum := 0.0
	for _, x := range line {
		sum += math.Exp(x)
	}
	for _, x := range line {
		soft, logarithm = append(soft, math.Exp(x)/sum), append(logarithm, x-math.Log(sum))
	}
	return soft, logarithm
}

func TestSoftmaxIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		outer, n, inner := random.IntN(3)+1, random.IntN(6)+1, random.IntN(4)+1
		src := make([]float32, outer*n*inner)
		for i := range src {
			src[i] = random.Float32()*20 - 10
		}
		soft, logarithm := make([]float32, len(src)), make([]float32, len(src))
		Softmax(soft, src, n, inner, false)
		Softmax(logarithm, src, n, inner, true)
		for line := range outer * inner {
			first := line/inner*n*inner + line%inner
			var values []float64
			for i := range n {
				values = append(values, float64(src[first+i*inner]))
			}
			wantSoft, wantLog := softmaxReference(values)
			for i := range n {
				at := first + i*inner
				if got := float64(soft[at]); math.Abs(got-wantSoft[i]) > 1.3e-7*wantSoft[i] {
					t.Fatalf("softmax of %v is %v at %d, want %v", values, got, i, wantSoft[i])
				}
				if got := float64(logarithm[at]); math.Abs(got-wantLog[i]) > 1e-7*math.Abs(wantLog[i])+1e-12 {
					t.Fatalf("log softmax of %v is %v at %d, want %v", values, got, i, wantLog[i])
				}
			}
		}
	}
}

func TestSoftmaxIsStable(t *testing.T) {
	for _, c := range []struct{ src, soft, logarithm []float32 }{
		{[]float32{3e38, 3e38}, []float32{0.5, 0.5}, []float32{-math.Ln2, -math.Ln2}},
		{[]float32{-1000, -1000, -1000, -1000}, []float32{0.25, 0.25, 0.25, 0.25}, []float32{-2 * math.Ln2, -2 * math.Ln2, -2 * math.Ln2, -2 * math.Ln2}},
		{[]float32{0, 1000}, []float32{0, 1}, []float32{-1000, 0}},
		{[]float32{-infinity, 1}, []float32{0, 1}, []float32{-infinity, 0}},
		{[]float32{1, notANumber, -infinity}, []float32{notANumber, notANumber, notANumber}, []float32{notANumber, notANumber, notANumber}},
		{[]float32{infinity, 1}, []float32{notANumber, notANumber}, []float32{notANumber, notANumber}},
		{[]float32{-infinity, -infinity}, []float32{notANumber, notANumber}, []float32{notANumber, notANumber}},
	} {
		dst := make([]float32, len(c.src))
		Softmax(dst, c.src, len(c.src), 1, false)
		if !alike(dst, c.soft) {
			t.Errorf("softmax of %v is %v, want %v", c.src, dst, c.soft)
		}
		Softmax(dst, c.src, len(c.src), 1, true)
		if !alike(dst, c.logarithm) {
			t.Errorf("log softmax of %v is %v, want %v", c.src, dst, c.logarithm)
		}
	}
}

// alike reports whether both hold the same numbers, NaN being one.
func alike(got, want []float32) bool {
	for i, x := range got {
		if x != want[i] && (x == x || want[i] == want[i]) {
			return false
		}
	}
	return len(got) == len(want)
}

func TestSoftmaxOfNothing(t *testing.T) {
	Softmax[float32](nil, nil, 0, 3, false)
	Softmax[float32](nil, nil, 3, 0, true)
	Softmax[float32](nil, nil, 3, 2, true)
}

func TestSoftmaxRowsStandAlone(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 8))
	src := randoms(random, 5*7)
	together, alone := make([]float32, len(src)), make([]float32, 7)
	Softmax(together, src, 7, 1, false)
	for row := 0; row < len(src); row += 7 {
		Softmax(alone, src[row:row+7], 7, 1, false)
		if !sameBits(alone, together[row:row+7]) {
			t.Fatalf("row %d alone gives other bits", row/7)
		}
	}
}
