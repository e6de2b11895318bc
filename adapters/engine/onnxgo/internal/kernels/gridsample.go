package kernels

import "math"

// Sampling is how the elements between those of an array are found.
type Sampling uint8

// The ways to sample: the nearest element (of two that are as near, the even),
// or a weighted sum of two or four on each axis.
const (
	SampleNearest Sampling = iota
	SampleLinear
	SampleCubic
)

// Beyond is what lies beyond the ends of an axis.
type Beyond uint8

// What may lie beyond the ends: zeros, the last element, or the axis backwards.
const (
	ZerosBeyond Beyond = iota
	BorderBeyond
	ReflectionBeyond
)

// Sampler samples channels at positions of a grid, which go from -1 to 1 on each
// axis.
type Sampler struct {
	Lengths []int // of the axes, outermost first; 3 at most
	How     Sampling
	Beyond  Beyond
	Corners bool // -1 and 1 are the centres of the outermost elements, not their edges
}

// sample are the elements that a sample is made of: four on each of three axes
// at most.
type sample[T float32 | float64] struct {
	at     [64]int
	weight [64]T
	n      int
}

// Sample writes the samples of each of some channels of one picture. The grid
// holds the positions of a sample on each axis, the innermost first. Where a
// position is no number, neither is the sample.
func Sample[T float32 | float64](dst, src, grid []T, channels int, s Sampler) {
	size, rank := 1, len(s.Lengths)
	for _, n := range s.Lengths {
		size *= n
	}
	samples := len(grid) / rank
	var one sample[T]
	for i := range samples {
		number := one.locate(grid[i*rank:(i+1)*rank], &s)
		for c := range channels {
			sum := T(math.NaN())
			if number {
				sum = one.of(src[c*size : (c+1)*size])
			}
			dst[c*samples+i] = sum
		}
	}
}

func (t *sample[T]) of(src []T) (sum T) {
	for k, at := range t.at[:t.n] {
		sum += src[at] * t.weight[k]
	}
	return sum
}

// locate finds what a sample is made of, or reports that a position is no number.
func (t *sample[T]) locate(position []T, s *Sampler) bool {
	t.n, t.at[0], t.weight[0] = 1, 0, 1
	for axis, length := range s.Lengths {
		x, ok := s.inside(unnormalized(position[len(position)-1-axis], length, s.Corners), length)
		if !ok {
			return false
		}
		t.spread(x, length, s)
	}
	return true
}

// unnormalized returns the position on an axis of so many elements, in the
// precision of the grid.
func unnormalized[T float32 | float64](x T, length int, corners bool) float64 {
	if corners {
		return float64((x + 1) / 2 * T(length-1))
	}
	edges := (x + 1) * T(length)
	return float64((edges - 1) / 2)
}

// inside rounds a position if only the nearest element counts, and brings it in
// between the ends if something but zeros lies beyond. Cubic interpolation brings
// in each of its elements instead, as PyTorch has it: ONNX's reference does both.
func (s *Sampler) inside(x float64, length int) (inside float64, number bool) {
	if s.How == SampleNearest {
		x = math.RoundToEven(x)
	}
	least, most := s.ends(length)
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0) && s.Beyond == ReflectionBeyond:
		return 0, false
	case x >= least && x <= most:
	case s.How == SampleCubic && s.Beyond == ReflectionBeyond && math.Abs(x) < 1<<40:
	case s.Beyond == BorderBeyond && s.How != SampleCubic:
		x = min(max(x, 0), float64(length-1))
	case s.Beyond == ReflectionBeyond:
		x = reflected(x, least, most)
	default: // far from everything is as far as a little way off
		x = min(max(x, least-8), most+8)
	}
	return x, true
}

func (s *Sampler) ends(length int) (least, most float64) {
	if s.Corners {
		return 0, float64(length - 1)
	}
	return -0.5, float64(length) - 0.5
}

// reflected turns round at the ends until it is between them.
func reflected(x, least, most float64) float64 {
	if most <= least {
		return least
	}
	x = math.Mod(math.Abs(x-least), 2*(most-least))
	if x > most-least {
		x = 2*(most-least) - x
	}
	return least + x
}

// spread adds one more axis to what the sample is made of: each element so far
// becomes as many as the position lies between.
func (t *sample[T]) spread(x float64, length int, s *Sampler) {
	var at [4]int
	var weight [4]T
	n := 0
	first, last := s.near(x)
	for position := first; position <= last; position++ {
		if i, ok := s.element(position, length); ok {
			at[n], weight[n] = i, T(s.weigh(x-position))
			n++
		}
	}
	t.n *= n
	for i := t.n - 1; i >= 0; i-- {
		outer, inner := i/n, i%n
		t.at[i], t.weight[i] = t.at[outer]*length+at[inner], t.weight[outer]*weight[inner]
	}
}

// near returns the first and the last of the elements that count at a position.
func (s *Sampler) near(x float64) (first, last float64) {
	at := math.Floor(x)
	switch s.How {
	case SampleNearest:
		return x, x
	case SampleLinear:
		return at, at + 1
	default:
		return at - 1, at + 2
	}
}

// weigh returns what an element at a distance counts for.
func (s *Sampler) weigh(distance float64) float64 {
	if s.How == SampleCubic {
		return Cubic(distance, -0.75)
	}
	return 1 - math.Abs(distance)
}

// element returns the element at a whole position, if there is one.
func (s *Sampler) element(position float64, length int) (int, bool) {
	last := float64(length - 1)
	if position < 0 || position > last {
		switch s.Beyond {
		case ZerosBeyond:
			return 0, false
		case ReflectionBeyond:
			least, most := s.ends(length)
			position = math.Trunc(reflected(position, least, most))
		}
	}
	return int(min(max(position, 0), last)), true
}

// Cubic returns the weight that cubic interpolation gives to an element at a
// distance. A is the coefficient of R. Keys' family of kernels.
func Cubic(distance, a float64) float64 {
	x := math.Abs(distance)
	switch {
	case x <= 1:
		return ((a+2)*x-(a+3))*x*x + 1
	case x < 2:
		return ((a*x-5*a)*x+8*a)*x - 4*a
	default:
		return 0
	}
}

// MapGrid maps the positions of a grid of rank 2 or 3 by matrices of rank rows
// and one column more. The positions on the axes are given, outermost first: of
// rank 2 the first axis is not there. Results have the innermost axis first.
func MapGrid[T float32 | float64](dst, matrices []T, axes [3][]float64, rank int) {
	at := 0
	for ; len(matrices) > 0; matrices = matrices[rank*(rank+1):] {
		for _, z := range axes[0] {
			for _, y := range axes[1] {
				for _, x := range axes[2] {
					for row := range rank {
						m := matrices[row*(rank+1):]
						sum := float64(m[0])*x + float64(m[1])*y + float64(m[rank])
						if rank == 3 {
							sum += float64(m[2]) * z
						}
						dst[at] = T(sum)
						at++
					}
				}
			}
		}
	}
}
