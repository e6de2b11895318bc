package kernels

import "math"

// ArgLargest writes where along the middle axis of an array [outer, n, inner] the
// largest element is: the first of equals, or the last. The first NaN, or the
// last, is larger than any number.
func ArgLargest[T Number](dst []int64, src []T, n, inner int, last bool) {
	eachLine(dst, n, inner, func(first int) int64 { return argLargest(src[first:], n, inner, last) })
}

// ArgLeast is ArgLargest for the least element; NaN is less than any number.
func ArgLeast[T Number](dst []int64, src []T, n, inner int, last bool) {
	eachLine(dst, n, inner, func(first int) int64 { return argLeast(src[first:], n, inner, last) })
}

// eachLine writes what find returns for the line that begins at each place.
func eachLine(dst []int64, n, inner int, find func(first int) int64) {
	for i := range dst {
		dst[i] = find(i/inner*n*inner + i%inner)
	}
}

// isNaN reports whether a number is none; an integer is one.
func isNaN[T Number](x T) bool { return math.IsNaN(float64(x)) }

// lineFrom returns at which element a line is begun, and how far the next is.
func lineFrom(n, stride int, backwards bool) (at, step int) {
	if backwards {
		return (n - 1) * stride, -stride
	}
	return 0, stride
}

func argLargest[T Number](line []T, n, stride int, last bool) int64 {
	at, step := lineFrom(n, stride, last)
	best, found := line[at], at
	for range n {
		if x := line[at]; x <= best {
			at += step
			continue
		}
		best, found = line[at], at
		if isNaN(best) {
			break
		}
		at += step
	}
	return int64(found / stride)
}

func argLeast[T Number](line []T, n, stride int, last bool) int64 {
	at, step := lineFrom(n, stride, last)
	best, found := line[at], at
	for range n {
		if x := line[at]; x >= best {
			at += step
			continue
		}
		best, found = line[at], at
		if isNaN(best) {
			break
		}
		at += step
	}
	return int64(found / stride)
}

// Hardmax writes 1 for the first largest element along the middle axis of an
// array [outer, n, inner], and 0 for the others.
func Hardmax[T float32 | float64](dst, src []T, n, inner int) {
	clear(dst)
	if n == 0 || inner == 0 {
		return
	}
	for line := range len(src) / n {
		first := line/inner*n*inner + line%inner
		dst[first+int(argLargest(src[first:], n, inner, false))*inner] = 1
	}
}

// TopK writes the k largest or least elements along the middle axis of an array
// [outer, n, inner] in order, and where they are. Of equals the first comes first;
// NaN is larger than any number. Chosen is scratch memory of k elements.
func TopK[T Number](values []T, positions []int64, src []T, n, inner, k int, largest bool, chosen []int) {
	if k == 0 || inner == 0 {
		return
	}
	for line := range len(src) / n {
		from, to := line/inner*n*inner+line%inner, line/inner*k*inner+line%inner
		r := ranking[T]{line: src[from:], stride: inner, largest: largest, heap: chosen[:0]}
		r.choose(n, k)
		for i, at := range r.heap {
			if values != nil {
				values[to+i*inner] = src[from+at*inner]
			}
			if positions != nil {
				positions[to+i*inner] = int64(at)
			}
		}
	}
}

// ranking is the best elements of a line so far: a heap with the worst at its
// root.
type ranking[T Number] struct {
	line    []T
	stride  int
	largest bool
	heap    []int
}

// before reports whether element a is better than element b.
func (r *ranking[T]) before(a, b int) bool {
	x, y := r.line[a*r.stride], r.line[b*r.stride]
	switch {
	case x == y || isNaN(x) && isNaN(y):
		return a < b
	case r.largest:
		return x > y || isNaN(x)
	default:
		return x < y || isNaN(y)
	}
}

// choose leaves the k best of n elements in the heap's memory, the best first.
func (r *ranking[T]) choose(n, k int) {
	r.heap = r.heap[:k]
	for i := range k {
		r.heap[i] = i
	}
	for i := k/2 - 1; i >= 0; i-- {
		r.sink(i, k)
	}
	for i := k; i < n; i++ {
		if r.before(i, r.heap[0]) {
			r.heap[0] = i
			r.sink(0, k)
		}
	}
	for end := k - 1; end > 0; end-- {
		r.heap[0], r.heap[end] = r.heap[end], r.heap[0]
		r.sink(0, end)
	}
}

// sink moves an element down a heap of size elements until none below is worse.
func (r *ranking[T]) sink(i, size int) {
	for {
		child := 2*i + 1
		if child >= size {
			return
		}
		if child+1 < size && r.before(r.heap[child], r.heap[child+1]) {
			child++
		}
		if !r.before(r.heap[i], r.heap[child]) {
			return
		}
		r.heap[i], r.heap[child] = r.heap[child], r.heap[i]
		i = child
	}
}
