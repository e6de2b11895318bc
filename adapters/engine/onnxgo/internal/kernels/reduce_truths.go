package kernels

// FoldTruths writes whether one of the elements over the axes that go is true, or
// whether all are.
func FoldTruths(dst, src []bool, kept, gone []Span, one bool) {
	for _, axis := range gone {
		if axis.Length == 0 {
			Fill(dst, !one)
			return
		}
	}
	if len(dst) > 0 {
		foldTruths(dst, src, kept, gone, one)
	}
}

func foldTruths(dst, src []bool, kept, gone []Span, one bool) int {
	if len(kept) == 0 {
		dst[0] = contains(src, gone, one) == one
		return 1
	}
	at := 0
	for i := range kept[0].Length {
		at += foldTruths(dst[at:], src[i*kept[0].Step:], kept[1:], gone, one)
	}
	return at
}

// contains reports whether one of the elements is what is looked for.
func contains(src []bool, axes []Span, what bool) bool {
	if len(axes) == 0 {
		return src[0] == what
	}
	for i := range axes[0].Length {
		if contains(src[i*axes[0].Step:], axes[1:], what) {
			return true
		}
	}
	return false
}
