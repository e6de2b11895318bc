package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// Compile lists for each axis what its elements are made of.
func (r resize) Compile(inputs, outputs []Value) (Run, error) {
	axes, err := r.resized(inputs)
	if err != nil {
		return nil, err
	}
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	first, last := r.touched(axes)
	if first == len(axes) {
		return func(in, out []domain.Tensor) { mustCopy(out[0], in[0]) }, nil
	}
	part := resizedPart{
		axes: axes[first:last], outer: product(inputs[0].Shape[:first]), inner: product(inputs[0].Shape[last:]),
	}
	switch {
	case r.mode == "nearest":
		return r.compileNearest(inputs[0], part)
	case inputs[0].Datatype == domain.FP64:
		return compileInterpolation[float64](r, part)
	default:
		return compileInterpolation[float32](r, part)
	}
}

// resizedPart are neighbouring axes of which the first and the last are resized,
// with outer parts before and inner elements behind them.
type resizedPart struct {
	axes         []resizedAxis
	outer, inner int
}

// touched returns the first axis that is resized, and the one after the last.
func (r resize) touched(axes []resizedAxis) (first, last int) {
	for first < len(axes) && axes[first].untouched(r) {
		first++
	}
	for last = len(axes); last > first && axes[last-1].untouched(r); last-- {
	}
	return first, last
}

// compileNearest picks elements.
func (r resize) compileNearest(x Value, p resizedPart) (Run, error) {
	grid := kernels.Grid{Offsets: make([][]int, len(p.axes)), Outer: p.outer, Inner: p.inner, Step: p.inner}
	for i := len(p.axes) - 1; i >= 0; i-- {
		a := p.axes[i]
		if a.to > mostResized {
			return nil, domain.Errorf(domain.Unsupported, "an axis between those that are resized has %d elements, at most %d are supported", a.to, mostResized)
		}
		grid.Offsets[i] = make([]int, a.to)
		for at := range grid.Offsets[i] {
			position := a.position(r.transform, at)
			if a.outsideOf(r, position) {
				grid.Offsets[i][at] = -1
				continue
			}
			grid.Offsets[i][at] = r.nearestTo(a, position) * grid.Step
		}
		grid.Step *= a.from
	}
	move, fill := movers[x.Datatype], domain.Tensor{}
	if r.cuts() {
		fill, _ = domain.MakeTensor(x.Datatype, domain.Shape{})
		convertTo(fill, tensorOf(domain.Shape{}, r.outside))
	}
	return func(in, out []domain.Tensor) { move.pickGrid(out[0], in[0], grid, fill) }, nil
}

// convertTo converts elements to the datatype of dst.
func convertTo(dst, src domain.Tensor) {
	if convert := conversions[src.Datatype()][dst.Datatype()]; convert != nil {
		convert(dst, src)
		return
	}
	mustCopy(dst, src)
}

// pass resizes one axis of a part of the array.
type pass[T float32 | float64] struct {
	taps            kernels.Taps[T]
	outer, n, inner int
}

// compileInterpolation resizes one axis after another, the last first.
func compileInterpolation[T float32 | float64](r resize, p resizedPart) (Run, error) {
	passes, outside, size, err := passesOf[T](r, p)
	if err != nil {
		return nil, err
	}
	from, to := p.inner, p.inner
	for _, a := range p.axes {
		from, to = from*a.from, to*a.to
	}
	var between [2][]T
	for i := range min(2, len(passes)-1) {
		between[i] = make([]T, size)
	}
	cuts, value := r.cuts(), T(r.outside)
	return func(in, out []domain.Tensor) {
		src, dst := tensorData[T](in[0]), tensorData[T](out[0])
		for outer := range p.outer {
			part := dst[outer*to : (outer+1)*to]
			x := src[outer*from : (outer+1)*from]
			for i, s := range passes {
				into := part
				if i < len(passes)-1 {
					into = between[i%2]
				}
				kernels.Interpolate(into, x, s.taps, s.outer, s.n, s.inner)
				x = into
			}
			if cuts {
				kernels.FillOutside(part, outside, value)
			}
		}
	}, nil
}

// tensorData is dataOf for the types that are interpolated.
func tensorData[T float32 | float64](t domain.Tensor) []T {
	data, _ := domain.Data[T](t)
	return data
}

// passesOf returns the passes over one part, which of its elements lie outside,
// and how long the longest array between two passes is.
func passesOf[T float32 | float64](r resize, p resizedPart) (passes []pass[T], outside [][]bool, size int, err error) {
	outside = make([][]bool, len(p.axes))
	inner, lengths := p.inner, domain.Shape{p.inner}
	for _, a := range p.axes {
		lengths = append(lengths, max(a.from, a.to))
	}
	if total, err := lengths.Elements(); err != nil || total > mostIndices {
		return nil, nil, 0, domain.Errorf(domain.Unsupported, "a part of %v elements is more than the %d that can be resized at once", lengths, mostIndices)
	}
	outer := 1
	for _, a := range p.axes {
		outer *= a.from
	}
	for i := len(p.axes) - 1; i >= 0; i-- {
		a := p.axes[i]
		outer /= a.from
		if a.untouched(r) {
			outside[i] = make([]bool, a.to)
		} else {
			s := pass[T]{outer: outer, n: a.from, inner: inner}
			s.taps, outside[i] = tapsOf[T](r, a)
			passes = append(passes, s)
		}
		inner *= a.to
		size = max(size, outer*inner)
	}
	return passes, outside, size, nil
}
