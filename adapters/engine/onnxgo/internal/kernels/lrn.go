package kernels

import "math"

// LRN is local response normalisation across channels: each element is divided
// by (Bias + Alpha/Size * s) ^ Beta, where s is the sum of the squares of the
// elements at its place in Size channels, its own in the middle (of an even
// number, the one before the middle).
type LRN struct {
	Alpha, Beta, Bias float32
	Size              int
}

// Run normalises pictures of the given number of channels, each a plane of the
// given number of elements.
func (l LRN) Run(dst, src []float32, channels, plane int) {
	before := (l.Size - 1) / 2
	after := l.Size - 1 - before
	scale := float64(l.Alpha) / float64(l.Size)
	for start := 0; start < len(src); start += channels * plane {
		for channel := range channels {
			from, to := max(0, channel-before), min(channels-1, channel+after)
			for i := range plane {
				var squares float64
				for c := from; c <= to; c++ {
					x := float64(src[start+c*plane+i])
					squares += x * x
				}
				at := start + channel*plane + i
				dst[at] = float32(float64(src[at]) / l.power(float64(l.Bias)+scale*squares))
			}
		}
	}
}

// power returns x^Beta. The exponent that nearly every network has is worth a
// path of its own: a tenth of the time.
func (l LRN) power(x float64) float64 {
	if l.Beta == 0.75 {
		root := math.Sqrt(x)
		return root * math.Sqrt(root)
	}
	return math.Pow(x, float64(l.Beta))
}
