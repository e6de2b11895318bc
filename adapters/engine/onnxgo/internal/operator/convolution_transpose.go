package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var transposedFamily = map[string][]definition{
	"ConvTranspose": {{since: 1, inputs: arity{2, 3}, outputs: arity{1, 1}, parse: parseConvTranspose}},
}

// convTranspose is the transpose of a convolution, over one to three spatial axes:
// each element of X [N,C,...] adds the kernel, times itself, to the output. W is
// [C,M/group,...].
type convTranspose struct {
	autoPad                                              string
	kernel, strides, dilations, pads, extra, outputShape []int
	group                                                int
	packed                                               *packing[[]*blocked.GemmWeights]
}

func parseConvTranspose(node Node) (Operator, error) {
	a := attributesOf(node)
	w := windowAttributes{
		autoPad: a.text("auto_pad", "NOTSET"),
		kernel:  a.ints("kernel_shape"), strides: a.ints("strides"), dilations: a.ints("dilations"), pads: a.ints("pads"),
	}
	w.checkNumbers(a)
	a.expect(w.autoPad == "NOTSET" || w.autoPad == "VALID" || w.autoPad == "SAME_UPPER" || w.autoPad == "SAME_LOWER", "auto_pad", "is none of NOTSET, VALID, SAME_UPPER, SAME_LOWER")
	c := &convTranspose{
		w.autoPad, w.kernel, w.strides, w.dilations, w.pads, a.ints("output_padding"), a.ints("output_shape"),
		a.int("group", 1), new(packing[[]*blocked.GemmWeights]),
	}
	for _, n := range append(append([]int(nil), c.extra...), c.outputShape...) {
		a.expect(n >= 0 && n <= maxWindow, "output_padding", "or output_shape has a length that is negative or beyond all measure")
	}
	a.expect(c.group > 0, "group", "is not a number of groups")
	return c, a.done()
}

// Infer returns the output's shape, [N,M,...].
func (c *convTranspose) Infer(inputs []Value) ([]Value, error) {
	g, err := c.geometry(inputs)
	if err != nil {
		return nil, err
	}
	x := inputs[0].Shape
	shape := domain.Shape{x[0], g.Outputs * c.group}
	for i := range len(x) - 2 {
		shape = append(shape, g.Axes[3-(len(x)-2)+i].Output)
	}
	return like(inputs[0], shape)
}

// geometry checks the inputs against each other, and returns that of a group.
// Axes that are lacking have a length of 1.
func (c *convTranspose) geometry(inputs []Value) (g kernels.Transposed, err error) {
	x, err := realOperand(inputs, 0, "X")
	if err != nil {
		return g, err
	}
	w, err := realOperand(inputs, 1, "W")
	if err != nil {
		return g, err
	}
	rank := len(x.Shape) - 2
	if rank < 1 || rank > 3 {
		return g, misshapen("X", x.Shape, "one to three spatial axes behind [N,C]")
	}
	if err := c.checkWeights(x, w, inputs); err != nil {
		return g, err
	}
	g = kernels.Transposed{Channels: x.Shape[1] / c.group, Outputs: w.Shape[1]}
	for i := range g.Axes {
		g.Axes[i] = kernels.TransposedAxis{Input: 1, Output: 1, Kernel: 1, Stride: 1, Dilation: 1}
	}
	if err := c.checkLists(rank, w.Shape[2:]); err != nil {
		return g, err
	}
	for i := range rank {
		if g.Axes[3-rank+i], err = c.axis(i, rank, x.Shape[2+i], w.Shape[2+i]); err != nil {
			return g, err
		}
	}
	return g, nil
}

// checkWeights checks the weights and the bias against the picture.
func (c *convTranspose) checkWeights(x, w Value, inputs []Value) error {
	if len(w.Shape) != len(x.Shape) || w.Shape[0] != x.Shape[1] || x.Shape[1]%c.group != 0 || product(w.Shape) == 0 || product(x.Shape) == 0 {
		return misshapen("W", w.Shape, fmt.Sprintf("[C,M/group,...] with as many axes and channels as X %v has, a multiple of group %d", x.Shape, c.group))
	}
	if w.Datatype != x.Datatype {
		return domain.Errorf(domain.Invalid, "inputs X and W have datatypes %v and %v, expected one", x.Datatype, w.Datatype)
	}
	if b, ok := optional(inputs, 2); ok && (b.Datatype != x.Datatype || !b.Shape.Equal(domain.Shape{w.Shape[1] * c.group})) {
		return misshapen("B", b.Shape, domain.Shape{w.Shape[1] * c.group}.String())
	}
	return nil
}

// checkLists checks how many values the attributes have.
func (c *convTranspose) checkLists(rank int, kernel domain.Shape) error {
	window := windowAttributes{kernel: c.kernel, strides: c.strides, dilations: c.dilations, pads: c.pads}
	if err := window.checkLengths(kernel, kernel); err != nil {
		return err
	}
	if c.extra != nil && len(c.extra) != rank || c.outputShape != nil && len(c.outputShape) != rank {
		return domain.Errorf(domain.Invalid, "output_padding %v or output_shape %v has not one value for each of %d spatial axes", c.extra, c.outputShape, rank)
	}
	return nil
}

// axis works out spatial axis i: from the pads the length, or from the length the
// pads.
func (c *convTranspose) axis(i, rank, length, kernel int) (kernels.TransposedAxis, error) {
	a := kernels.TransposedAxis{Input: length, Kernel: kernel, Stride: valueOr(c.strides, i, 1), Dilation: valueOr(c.dilations, i, 1)}
	if length > maxWindow || kernel > maxWindow {
		return a, domain.Errorf(domain.Invalid, "spatial axis %d has length %d and a kernel of %d, expected at most %d", i, length, kernel, maxWindow)
	}
	full, ok := multiplied(a.Stride, length-1)
	reach, fits := multiplied(a.Dilation, kernel-1)
	if !ok || !fits {
		return a, domain.Errorf(domain.Invalid, "spatial axis %d of the output is longer than can be counted", i)
	}
	full += reach + 1 + valueOr(c.extra, i, 0)
	same := c.autoPad == "SAME_UPPER" || c.autoPad == "SAME_LOWER"
	switch {
	case c.outputShape != nil:
		a.Output = c.outputShape[i]
	case same:
		a.Output = length * a.Stride
	default:
		a.Before = valueOr(c.pads, i, 0)
		a.Output = full - a.Before - valueOr(c.pads, rank+i, 0)
		if c.autoPad == "VALID" {
			a.Before, a.Output = 0, full
		}
		if a.Output < 1 {
			return a, domain.Errorf(domain.Invalid, "spatial axis %d of the output has length %d, pads taken off", i, a.Output)
		}
		return a, nil
	}
	if a.Output-full >= a.Stride {
		return a, domain.Errorf(domain.Unsupported, "output_shape gives spatial axis %d a length of %d, where the kernel reaches over %d; less than a stride of %d more is supported, since a longer input belongs to it and engines begin at different places", i, a.Output, full, a.Stride)
	}
	total := max(full-a.Output, 0)
	a.Before = total - total/2
	if c.autoPad == "SAME_UPPER" {
		a.Before = total / 2
	}
	return a, nil
}

// multiplied returns a product that is not beyond all measure.
func multiplied(a, b int) (int, bool) {
	if b > 0 && a > maxWindow*maxWindow/4/b {
		return 0, false
	}
	return a * b, true
}

func (*convTranspose) products(inputs, _ []Value) int {
	return product(inputs[0].Shape) * product(inputs[1].Shape[1:])
}

func (*convTranspose) keepsRows(_, _ []Value, perRow []bool) bool { return onlyFirst(perRow) }
