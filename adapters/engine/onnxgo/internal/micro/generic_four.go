package micro

import "unsafe"

// pair is two lanes: with four pixels, as many sums as Go's compiler finds
// registers for.
type pair [2]float32

const pairBytes = 8

// four computes two channels of a tile of four pixels: those of the n-th pair.
// All loops are in one function, so that the sums stay in registers.
func (a *Tile) four(at place, n, blocks, distance int) {
	bias := (*pair)(unsafe.Add(address(a.Bias), n*pairBytes))
	p0, p1 := bias[0], bias[1]
	q0, q1, r0, r1, s0, s1 := p0, p1, p0, p1, p0, p1
	step := blocks * vectorBytes
	weights := unsafe.Add(address(a.Weights), at.weights+n*pairBytes)
	w := 0
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
					both := (*pair)(unsafe.Add(weights, w))
					w += step
					u, v := both[0], both[1]
					x, y := *(*float32)(unsafe.Add(in, c)), *(*float32)(unsafe.Add(in, c+distance))
					p0 += float32(x * u)
					p1 += float32(x * v)
					q0 += float32(y * u)
					q1 += float32(y * v)
					if w < 0 { // never: it keeps the compiler from computing all products first, for which it lacks registers
						return
					}
					x, y = *(*float32)(unsafe.Add(in, c+2*distance)), *(*float32)(unsafe.Add(in, c+3*distance))
					r0 += float32(x * u)
					r1 += float32(x * v)
					s0 += float32(y * u)
					s1 += float32(y * v)
				}
				first += a.TapStride
			}
		}
	}
	a.finishPairs(at, n, &[4]pair{{p0, p1}, {q0, q1}, {r0, r1}, {s0, s1}})
}

// finishPairs adds the residual to the sums of four pixels, clamps and stores
// them.
func (a *Tile) finishPairs(at place, n int, sums *[4]pair) {
	const pairs = lanes / 2
	block, lane := n/pairs, n%pairs*pairBytes
	if a.Residual != nil {
		residual := unsafe.Add(address(a.Residual), at.residual+block*a.ResidualStride+lane)
		for p := range sums {
			r := (*pair)(unsafe.Add(residual, p*vectorBytes))
			sums[p][0] += r[0]
			sums[p][1] += r[1]
		}
	}
	if a.Clamp != 0 {
		for p := range sums {
			sums[p][0], sums[p][1] = clampTo(sums[p][0], a.Low, a.High), clampTo(sums[p][1], a.Low, a.High)
		}
	}
	out := unsafe.Add(address(a.Out), at.out+block*a.OutStride+lane)
	for p := range sums {
		*(*pair)(unsafe.Add(out, p*vectorBytes)) = sums[p]
	}
}
