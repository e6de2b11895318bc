package kernels

// ScaleShift stores x*scale[c] + shift[c] for every element x of channel c. src
// holds pictures of len(scale) channels, each a plane of the given number of
// elements.
func ScaleShift[T float32 | float64](dst, src, scale, shift []T, plane int) {
	for start := 0; start < len(src); start += len(scale) * plane {
		for channel, factor := range scale {
			at := start + channel*plane
			from, to := src[at:at+plane], dst[at:at+plane]
			for i, x := range from {
				to[i] = times(x, factor) + shift[channel]
			}
		}
	}
}

// ChannelMoments returns the mean and the variance of one channel of pictures.
func ChannelMoments[T float32 | float64](src []T, channel, channels, plane int) (mean, variance float64) {
	n := float64(len(src) / channels)
	for at := channel * plane; at < len(src); at += channels * plane {
		mean += sumRun[float64](src[at : at+plane])
	}
	mean /= n
	for at := channel * plane; at < len(src); at += channels * plane {
		variance += sumDeviations(src[at:at+plane], mean)
	}
	return mean, variance / n
}
