package kernels

// The dot products at the heart of convolution and GEMM. Each output is the sum
// over its taps, from the first to the last, of input times weight; a table of
// offsets says where the inputs are, so that one loop serves every geometry.
//
// The products are rounded before they are added (the conversion says so):
// otherwise a compiler may fuse the two in one function and not in another, and
// an output's bits would depend on the tile it falls into.

// lanes is how many output channels, or columns, are computed at once. With more
// the compiler runs out of registers and is slower.
const lanes = 3

// sums is one output for each lane.
type sums [lanes]float32

// dotPair returns lanes sums for the inputs at src[offset] and as many for those
// at src[offset+second].
func dotPair(weights []sums, offsets []int, src []float32, second int) (first, next sums) {
	var a0, a1, a2, b0, b1, b2 float32
	weights = weights[:len(offsets)]
	for t, offset := range offsets {
		w, x, y := &weights[t], src[offset], src[offset+second]
		w0, w1, w2 := w[0], w[1], w[2] // named first, or the compiler spills the sums
		a0 += float32(x * w0)
		a1 += float32(x * w1)
		a2 += float32(x * w2)
		b0 += float32(y * w0)
		b1 += float32(y * w1)
		b2 += float32(y * w2)
	}
	return sums{a0, a1, a2}, sums{b0, b1, b2}
}

// dotOne returns lanes sums for the inputs at src[offset].
func dotOne(weights []sums, offsets []int, src []float32) sums {
	var a0, a1, a2 float32
	weights = weights[:len(offsets)]
	for t, offset := range offsets {
		w, x := &weights[t], src[offset]
		a0 += float32(x * w[0])
		a1 += float32(x * w[1])
		a2 += float32(x * w[2])
	}
	return sums{a0, a1, a2}
}

// addScaled adds weight times src[i*step] to each dst[i].
func addScaled(dst, src []float32, weight float32, step int) {
	if step == 1 {
		src = src[:len(dst)]
		for i, x := range src {
			dst[i] += float32(weight * x)
		}
		return
	}
	for i := range dst {
		dst[i] += float32(weight * src[i*step])
	}
}
