package kernels

// ScaleShift stores x*scale[c] + shift[c] for every element x of channel c. src
// holds pictures of len(scale) channels, each a plane of the given number of
// elements.
func ScaleShift(dst, src, scale, shift []float32, plane int) {
	for start := 0; start < len(src); start += len(scale) * plane {
		for channel, factor := range scale {
			at := start + channel*plane
			from, to := src[at:at+plane], dst[at:at+plane]
			for i, x := range from {
				to[i] = float32(x*factor) + shift[channel]
			}
		}
	}
}
