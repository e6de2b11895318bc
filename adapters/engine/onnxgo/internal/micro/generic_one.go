package micro

import "unsafe"

// octet is eight lanes: with one pixel, as many sums as Go's compiler finds
// registers for.
type octet [8]float32

const octetBytes = 32

// one computes eight channels of a tile of one pixel: those of the n-th octet.
func (a *Tile) one(at place, n, blocks int) {
	bias := (*octet)(unsafe.Add(address(a.Bias), n*octetBytes))
	s0, s1, s2, s3, s4, s5, s6, s7 := bias[0], bias[1], bias[2], bias[3], bias[4], bias[5], bias[6], bias[7]
	step, w := blocks*vectorBytes, 0
	weights := unsafe.Add(address(a.Weights), at.weights+n*octetBytes)
	for block := range a.Blocks + 1 {
		last := 4 * (4*a.Quads + a.Singles)
		if block == a.Blocks {
			last = 4 * (4*a.LastQuads + a.LastSingles)
		}
		if last == 0 {
			continue
		}
		for row := range a.Rows {
			first := at.in + block*a.BlockStride + row*a.RowStride
			for range a.Taps {
				in := unsafe.Add(address(a.In), first)
				for c := 0; c < last; c += 4 {
					x, all := *(*float32)(unsafe.Add(in, c)), (*octet)(unsafe.Add(weights, w))
					w += step
					s0 += float32(x * all[0])
					s1 += float32(x * all[1])
					s2 += float32(x * all[2])
					s3 += float32(x * all[3])
					if w < 0 { // never, as in four
						return
					}
					s4 += float32(x * all[4])
					s5 += float32(x * all[5])
					s6 += float32(x * all[6])
					s7 += float32(x * all[7])
				}
				first += a.TapStride
			}
		}
	}
	a.finish(at, 2*n, 0, &quad{s0, s1, s2, s3})
	a.finish(at, 2*n+1, 0, &quad{s4, s5, s6, s7})
}
