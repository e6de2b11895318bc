package micro

import "unsafe"

// A kernel keeps offsets and makes addresses of them where it reads or writes:
// an address beyond the end of its memory, even if nothing is read from there,
// would be a fault to the garbage collector.

// quad is as many lanes as Go's compiler finds registers for.
type quad [4]float32

const quadBytes = 16

// place is where a tile reads and writes, as offsets from the arguments'
// addresses.
type place struct{ in, out, residual, weights int }

// tiles computes tiles of one, two or four pixels, some distance apart, and of so many
// blocks.
func tiles(a *Tile, pixels, blocks, distance int) {
	var at place
	for range a.Lines {
		for range a.Tiles {
			switch pixels {
			case 1:
				for n := range blocks * lanes / 8 {
					a.one(at, n, blocks)
				}
			case 2:
				for n := range blocks * lanes / 4 {
					a.two(at, n, blocks, distance)
				}
			default:
				for n := range blocks * lanes / 2 {
					a.four(at, n, blocks, distance)
				}
			}
			at = place{at.in + a.InStep, at.out + a.OutStep, at.residual + a.OutStep, at.weights + a.WeightStep}
		}
		at.in, at.out, at.residual = at.in+a.InLine, at.out+a.OutLine, at.residual+a.ResidualLine
	}
}

// two computes four channels of a tile of two pixels: those of the q-th quad.
func (a *Tile) two(at place, q, blocks, distance int) {
	first := *(*quad)(unsafe.Add(address(a.Bias), q*quadBytes))
	second := first
	step := blocks * vectorBytes
	weights := at.weights + q*quadBytes
	for block := range a.Blocks + 1 {
		channels := 4*a.Quads + a.Singles
		if block == a.Blocks {
			channels = 4*a.LastQuads + a.LastSingles
		}
		if channels == 0 {
			continue
		}
		for row := range a.Rows {
			in := at.in + block*a.BlockStride + row*a.RowStride
			for range a.Taps {
				addProducts(unsafe.Add(address(a.In), in), unsafe.Add(address(a.Weights), weights), channels, step, distance, &first, &second)
				weights += channels * step
				in += a.TapStride
			}
		}
	}
	a.finish(at, q, 0, &first)
	a.finish(at, q, 1, &second)
}

// addProducts adds the products of some channels of two pixels and their
// weights. Products are rounded before they are added (the conversion says so):
// otherwise a compiler may fuse the two here and not elsewhere.
func addProducts(in, weights address, channels, step, distance int, first, second *quad) {
	p0, p1, p2, p3 := first[0], first[1], first[2], first[3]
	q0, q1, q2, q3 := second[0], second[1], second[2], second[3]
	for c := range channels {
		x, y := *(*float32)(unsafe.Add(in, 4*c)), *(*float32)(unsafe.Add(in, 4*c+distance))
		w := (*quad)(unsafe.Add(weights, c*step))
		v := w[0]
		p0 += float32(x * v)
		q0 += float32(y * v)
		v = w[1]
		p1 += float32(x * v)
		q1 += float32(y * v)
		v = w[2]
		p2 += float32(x * v)
		q2 += float32(y * v)
		v = w[3]
		p3 += float32(x * v)
		q3 += float32(y * v)
	}
	*first, *second = quad{p0, p1, p2, p3}, quad{q0, q1, q2, q3}
}

// finish adds the residual to the sums of a pixel, clamps and stores them.
func (a *Tile) finish(at place, q, pixel int, sums *quad) {
	const quads = lanes / 4
	block, lane := q/quads, q%quads*quadBytes+pixel*vectorBytes
	if a.Residual != nil {
		residual := (*quad)(unsafe.Add(address(a.Residual), at.residual+block*a.ResidualStride+lane))
		for i, x := range residual {
			sums[i] += x
		}
	}
	if a.Clamp != 0 {
		for i, x := range sums {
			sums[i] = clampTo(x, a.Low, a.High)
		}
	}
	*(*quad)(unsafe.Add(address(a.Out), at.out+block*a.OutStride+lane)) = *sums
}

// lone computes a pixel of a depthwise convolution for each tile.
func lone(a *Tile) {
	var at place
	for range a.Lines {
		for range a.Tiles {
			sums, weights := *(*vector)(address(a.Bias)), at.weights
			for row := range a.Rows {
				in := at.in + row*a.RowStride
				for range a.Taps {
					x, w := vectorAt(address(a.In), in), vectorAt(address(a.Weights), weights)
					for i := range sums {
						sums[i] += float32(x[i] * w[i])
					}
					in, weights = in+a.TapStride, weights+vectorBytes
				}
			}
			for q := range lanes / 4 {
				a.finish(at, q, 0, (*quad)(sums[4*q:]))
			}
			at = place{at.in + a.InStep, at.out + a.OutStep, at.residual + a.OutStep, at.weights + a.WeightStep}
		}
		at.in, at.out, at.residual = at.in+a.InLine, at.out+a.OutLine, at.residual+a.ResidualLine
	}
}
