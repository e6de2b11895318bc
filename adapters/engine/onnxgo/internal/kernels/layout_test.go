package kernels

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// randomSelection returns what is picked on each axis of a random array, and
// the array.
func randomSelection(random *rand.Rand) (axes [][]Stretch, src []int) {
	rank := random.IntN(5)
	axes = make([][]Stretch, rank)
	stride := 1
	for axis := rank - 1; axis >= 0; axis-- {
		n := random.IntN(4) + 1
		axes[axis] = randomAxisOf(random, n, stride)
		stride *= n
	}
	if random.IntN(2) == 0 { // as a transposition does
		random.Shuffle(rank, func(i, j int) { axes[i], axes[j] = axes[j], axes[i] })
	}
	src = make([]int, stride)
	for i := range src {
		src[i] = i + 1
	}
	return axes, src
}

// randomAxisOf picks all of an axis of n, forwards or backwards, part of it,
// nothing, one element over and over, or several of these.
func randomAxisOf(random *rand.Rand, n, stride int) (axis []Stretch) {
	whole := Stretch{n, 0, stride}
	for range max(1, random.IntN(6)-3) {
		from := random.IntN(n)
		axis = append(axis, []Stretch{
			whole, whole, {n, (n - 1) * stride, -stride}, {n - from, from * stride, stride},
			{random.IntN(3) + 1, -1, 0}, {random.IntN(3) + 1, from * stride, 0}, {1, from * stride, 0},
		}[random.IntN(7)])
	}
	return axis
}

// expand lists the offsets of an axis, -1 where nothing is picked.
func expand(axis []Stretch) (offsets []int) {
	for _, s := range axis {
		for i := range s.Length {
			if s.Start < 0 {
				offsets = append(offsets, -1)
			} else {
				offsets = append(offsets, s.Start+i*s.Step)
			}
		}
	}
	return offsets
}

func TestSelectIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 5))
	const fill, guard = -7, -9
	for range 3000 {
		axes, src := randomSelection(random)
		want := []int{0} // offsets
		for _, axis := range axes {
			var longer []int
			for _, base := range want {
				for _, offset := range expand(axis) {
					if base < 0 || offset < 0 {
						longer = append(longer, -1)
					} else {
						longer = append(longer, base+offset)
					}
				}
			}
			want = longer
		}
		for i, offset := range want {
			if want[i] = fill; offset >= 0 {
				want[i] = src[offset]
			}
		}
		dst := append(make([]int, len(want)), guard)
		Select(dst[:len(want)], src, NewSelection(axes), fill)
		if !slices.Equal(dst[:len(want)], want) || dst[len(want)] != guard {
			t.Fatalf("selection %v gives %v, want %v", axes, dst[:len(want)], want)
		}
	}
}

// Taking all of an array, cutting its first axis and padding it around its last
// two must end up as long copies.
func TestNeighbouringAxesAreJoined(t *testing.T) {
	whole := func(n, stride int) []Stretch { return []Stretch{{n, 0, stride}} }
	for name, c := range map[string]struct {
		axes [][]Stretch
		want int
	}{
		"all":              {[][]Stretch{whole(2, 12), whole(3, 4), whole(4, 1)}, 1},
		"first axis cut":   {[][]Stretch{{{1, 12, 12}}, whole(3, 4), whole(4, 1)}, 1},
		"first axis twice": {[][]Stretch{{{1, 12, 0}, {1, 0, 0}}, whole(3, 4), whole(4, 1)}, 1},
		"last axis cut":    {[][]Stretch{whole(2, 12), whole(3, 4), {{2, 1, 1}}}, 2},
		"last axis padded": {[][]Stretch{whole(2, 12), whole(3, 4), {{1, -1, 0}, {4, 0, 1}}}, 2},
		"transposed":       {[][]Stretch{whole(4, 1), whole(3, 4), whole(2, 12)}, 3},
	} {
		if got := len(NewSelection(c.axes).axes); got != c.want {
			t.Errorf("%s: %d axes are left, want %d", name, got, c.want)
		}
	}
}

func TestInterleaveJoinsBlocks(t *testing.T) {
	dst := make([]int, 10)
	Interleave(dst, []int{1, 2, 3, 4}, 0, 2, 5)
	Interleave(dst, []int{5, 6, 7, 8, 9, 10}, 2, 3, 5)
	if want := []int{1, 2, 5, 6, 7, 3, 4, 8, 9, 10}; !slices.Equal(dst, want) {
		t.Errorf("got %v, want %v", dst, want)
	}
}
