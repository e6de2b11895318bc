package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// deformConv is a convolution of pictures whose kernel reads between elements, at
// places that an input moves.
type deformConv struct {
	kernel, strides, dilations, pads []int
	groups, offsetGroups             int
}

// The inputs of a DeformConv.
const (
	deformX = iota
	deformW
	deformOffset
	deformB
	deformMask
)

func parseDeformConv(node Node) (Operator, error) {
	a := attributesOf(node)
	d := deformConv{
		kernel: a.ints("kernel_shape"), strides: orRepeated(a.ints("strides"), 1, 2), dilations: orRepeated(a.ints("dilations"), 1, 2),
		pads: orRepeated(a.ints("pads"), 0, 4), groups: a.int("group", 1), offsetGroups: a.int("offset_group", 1),
	}
	a.expect(d.kernel == nil || len(d.kernel) == 2, "kernel_shape", "is not for two axes")
	a.expect(len(d.strides) == 2 && noLess(d.strides, 1), "strides", "is not of 1 and more for two axes")
	a.expect(len(d.dilations) == 2 && noLess(d.dilations, 1), "dilations", "is not of 1 and more for two axes")
	a.expect(len(d.pads) == 4 && noLess(d.pads, 0), "pads", "is not two of 0 and more for two axes")
	a.expect(d.groups > 0 && d.groups < mostResized, "group", "is not a number of groups")
	a.expect(d.offsetGroups > 0 && d.offsetGroups < mostResized, "offset_group", "is not a number of groups")
	return d, a.done()
}

// geometry reads the shapes of the picture and the kernel.
func (d deformConv) geometry(x, w domain.Shape) (g kernels.Deform, err error) {
	switch {
	case len(x) != 4:
		return g, misshapen("X", x, "[N,C,H,W]")
	case len(w) != 4 || w[1]*d.groups != x[1] || w[0]%d.groups != 0:
		return g, misshapen("W", w, fmt.Sprintf("[oC,C/%d,kH,kW] for X of shape %v, oC a multiple of %d", d.groups, x, d.groups))
	case d.kernel != nil && !w[2:].Equal(d.kernel):
		return g, misshapen("W", w, fmt.Sprintf("a kernel of %v", d.kernel))
	case x[1]%d.offsetGroups != 0:
		return g, misshapen("X", x, fmt.Sprintf("a multiple of %d channels", d.offsetGroups))
	}
	for _, n := range []int{w[2], w[3], x[2], x[3]} {
		if n < 1 || n > mostResized {
			return g, domain.Errorf(domain.Invalid, "X of shape %v and W of shape %v have an axis of %d, expected 1 to %d", x, w, n, mostResized)
		}
	}
	g = kernels.Deform{
		Channels: x[1], Height: x[2], Width: x[3], KernelRows: w[2], KernelColumns: w[3], Groups: d.offsetGroups,
		Strides: [2]int{d.strides[0], d.strides[1]}, Dilations: [2]int{d.dilations[0], d.dilations[1]}, Top: d.pads[0], Left: d.pads[1],
	}
	down := g.Height + d.pads[0] + d.pads[2] - d.dilations[0]*(g.KernelRows-1) - 1
	right := g.Width + d.pads[1] + d.pads[3] - d.dilations[1]*(g.KernelColumns-1) - 1
	if down < 0 || right < 0 {
		return g, misshapen("W", w, fmt.Sprintf("a kernel that fits X of shape %v", x))
	}
	g.Rows, g.Columns = down/d.strides[0]+1, right/d.strides[1]+1
	return g, nil
}

// Infer returns the shape of the convolved picture.
func (d deformConv) Infer(inputs []Value) ([]Value, error) {
	x, err := floatingInput(inputs, "X")
	if err != nil {
		return nil, err
	}
	w, err := present(inputs, deformW, "W")
	if err != nil {
		return nil, err
	}
	g, err := d.geometry(x.Shape, w.Shape)
	if err != nil {
		return nil, err
	}
	each := d.offsetGroups * g.KernelRows * g.KernelColumns
	expected := map[int]domain.Shape{
		deformW: w.Shape, deformOffset: {x.Shape[0], 2 * each, g.Rows, g.Columns},
		deformB: {w.Shape[0]}, deformMask: {x.Shape[0], each, g.Rows, g.Columns},
	}
	for at, name := range []string{"X", "W", "offset", "B", "mask"} {
		v, ok := optional(inputs, at)
		if !ok && at == deformOffset {
			return nil, domain.Errorf(domain.Invalid, "input offset is missing")
		}
		if ok && v.Datatype != x.Datatype {
			return nil, domain.Errorf(domain.Invalid, "input %s has datatype %v, expected that of X, %v", name, v.Datatype, x.Datatype)
		}
		if ok && at > deformW && !v.Shape.Equal(expected[at]) {
			return nil, misshapen(name, v.Shape, expected[at].String())
		}
	}
	read := domain.Shape{x.Shape[1], g.KernelRows, g.KernelColumns, g.Rows, g.Columns}
	if n, err := read.Elements(); err != nil || n > mostIndices {
		return nil, domain.Errorf(domain.Unsupported, "the kernel reads %v elements of a picture, at most %d are supported", read, mostIndices)
	}
	return like(x, domain.Shape{x.Shape[0], w.Shape[0], g.Rows, g.Columns})
}

// Compile makes room for what the kernel reads of one picture.
func (d deformConv) Compile(inputs, outputs []Value) (Run, error) {
	g, err := d.geometry(inputs[deformX].Shape, inputs[deformW].Shape)
	if err != nil {
		return nil, err
	}
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	pictures := inputs[deformX].Shape[0]
	if inputs[deformX].Datatype == domain.FP64 {
		return deformPictures[float64](&g, pictures, d.groups), nil
	}
	return deformPictures[float32](&g, pictures, d.groups), nil
}

func deformPictures[T fractional](g *kernels.Deform, pictures, groups int) Run {
	places := g.Rows * g.Columns
	n := g.Channels / groups * g.KernelRows * g.KernelColumns // what one channel of the result is made of
	columns := make([]T, groups*n*places)
	return func(in, out []domain.Tensor) {
		weights := dataOf[T](in[deformW])
		var bias, mask []T
		if len(in) > deformB {
			bias = dataOf[T](in[deformB])
		}
		for i := range pictures {
			if len(in) > deformMask && !in[deformMask].IsZero() {
				mask = pictureOf(dataOf[T](in[deformMask]), i, pictures)
			}
			kernels.DeformColumns(columns, pictureOf(dataOf[T](in[deformX]), i, pictures), pictureOf(dataOf[T](in[deformOffset]), i, pictures), mask, g)
			result := pictureOf(dataOf[T](out[0]), i, pictures)
			for group := range groups {
				part := bias
				if bias != nil {
					part = pictureOf(bias, group, groups)
				}
				kernels.MultiplyColumns(pictureOf(result, group, groups), pictureOf(weights, group, groups), pictureOf(columns, group, groups), part, n, places)
			}
		}
	}
}

// Each picture is convolved with its own offsets and mask.
func (deformConv) keepsRows(_, _ []Value, perRow []bool) bool {
	for at, has := range perRow {
		if has != (at == deformX || at == deformOffset || at == deformMask) {
			return false
		}
	}
	return true
}
