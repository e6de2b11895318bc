package kernels

import (
	"math/rand/v2"
	"testing"
)

func TestIndexingKernelsDoNotAllocate(t *testing.T) {
	src := randoms(rand.New(rand.NewPCG(1, 1)), 2*3*4)
	dst, offsets, positions := make([]float32, 96), make([]int, 6), make([]int64, 48)
	indices := []int64{0, -1, 2, 1, 0, -3}
	tuples := Tuples{Places: []Span{{2, 12}, {3, 4}}, Bounds: []int{4}, Steps: []int{1}}
	blocks := Blocks{Offsets: []int{0, 4}, Size: 4, Outer: 2, Step: 12}
	sampler := Sampler{Lengths: []int{3, 4}, How: SampleCubic, Beyond: ReflectionBeyond}
	bins := Bins{Channels: 2, Height: 3, Width: 4, Rows: 2, Columns: 2, Scale: 1}
	deform := Deform{Channels: 2, Height: 3, Width: 4, Rows: 2, Columns: 3, KernelRows: 2, KernelColumns: 2, Strides: [2]int{1, 1}, Dilations: [2]int{1, 1}, Groups: 1}
	halves := Taps[float32]{At: []int{0, 1, 1, 2}, Weights: []float32{.5, .5, .5, .5}, Each: 2}
	many := make([]float32, 2*4*6)
	ngrams := &Ngrams[int64]{}
	ngrams.Add([]int64{0, -1}, 0)
	for name, run := range map[string]func(){
		"Locate":       func() { Locate(offsets, indices, tuples) },
		"OutOfRange":   func() { OutOfRange(indices, []int{3, 3}) },
		"PickBlocks":   func() { PickBlocks(dst, src, blocks) },
		"PlaceBlocks":  func() { PlaceBlocks(dst, src, blocks) },
		"MeetBlocks":   func() { MeetBlocks(dst, src, blocks, Greatest) },
		"NonZero":      func() { NonZero(positions, src, []int{6, 4}) },
		"ReverseSteps": func() { ReverseSteps(offsets, indices[2:4], 3, 4, true) },
		"Ring":         func() { Ring{Rows: 2, Room: 4, Steps: 3, Block: 2}.Offsets(offsets, indices[2:4]) },
		"PickGrid": func() {
			PickGrid(dst, src, Grid{Offsets: [][]int{{0, 0, 4}, {0, 1, -1}}, Outer: 2, Step: 12, Inner: 1}, 7)
		},
		"Interpolate":     func() { Interpolate(dst, src, halves, 2, 3, 4) },
		"FillOutside":     func() { FillOutside(dst, [][]bool{{true, false}, {false, true}}, 3) },
		"Sample":          func() { Sample(dst, src, src[:4], 2, sampler) },
		"MapGrid":         func() { MapGrid(dst, src[:6], [3][]float64{{0}, {-1, 1}, {0}}, 2) },
		"AlignRegion":     func() { AlignRegion(dst, src, [4]float64{0, 0, 2, 2}, &bins) },
		"MaxRegion":       func() { MaxRegion(dst, src, [4]float64{0, 0, 2, 2}, &bins) },
		"DeformColumns":   func() { DeformColumns(dst[:48], src, many, nil, &deform) },
		"MultiplyColumns": func() { MultiplyColumns(dst[:6], src[:4], many, nil, 4, 6) },
		"AddColumns":      func() { AddColumns(dst[:4], src[:6], []int{0, 1, -1, 1, 2, 3}, 4) },
		"Ngrams":          func() { ngrams.Count(dst, indices, []int{0}, Gaps{Least: 1, Most: 2, Skip: 1}) },
	} {
		if n := testing.AllocsPerRun(10, run); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

// Rows that are few and many are picked alike.
func TestSelectPlane(t *testing.T) {
	src := randoms(rand.New(rand.NewPCG(2, 2)), 40*40)
	for _, rows := range []int{1, 3, 20} {
		for _, columns := range []int{1, 2, 8, 9, 20} {
			dst := make([]float32, rows*columns)
			Select(dst, src, NewSelection([][]Stretch{{{rows, 3, 40}}, {{columns, 2, 2}}}), 0)
			for i, v := range dst {
				if want := src[3+i/columns*40+2+i%columns*2]; v != want {
					t.Fatalf("%d x %d: element %d is %v, want %v", rows, columns, i, v, want)
				}
			}
		}
	}
}
