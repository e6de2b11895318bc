package operator

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// windowAttributes say how the windows of a convolution or a pool move. A list
// that was left out is nil.
type windowAttributes struct {
	autoPad                          string
	kernel, strides, dilations, pads []int
	ceil                             bool
	slack                            int // how many last elements a stride may leave out under auto_pad SAME
}

// windowHas tells which of the attributes that came with later opsets there are.
type windowHas struct{ dilations, ceil bool }

// maxWindow bounds strides, pads and the like, so that nothing computed with
// them overflows.
const maxWindow = 1 << 31

func parseWindow(a *attributes, has windowHas) windowAttributes {
	w := windowAttributes{
		autoPad: a.text("auto_pad", "NOTSET"),
		kernel:  a.ints("kernel_shape"), strides: a.ints("strides"), pads: a.ints("pads"),
	}
	if has.dilations {
		w.dilations = a.ints("dilations")
	}
	if has.ceil {
		w.ceil = a.bool("ceil_mode", false)
	}
	w.checkValues(a)
	w.checkAutoPad(a)
	return w
}

func (w windowAttributes) checkValues(a *attributes) {
	w.checkNumbers(a)
	a.expect(len(w.kernel) <= 3, "kernel_shape", fmt.Sprintf("has %d spatial axes, 1 to 3 are supported", len(w.kernel)))
}

func (w windowAttributes) checkNumbers(a *attributes) {
	within := func(least int) func(int) bool {
		return func(n int) bool { return n < least || n > maxWindow }
	}
	a.expect(!slices.ContainsFunc(w.kernel, within(1)), "kernel_shape", "is not a list of positive lengths")
	a.expect(!slices.ContainsFunc(w.strides, within(1)), "strides", "is not a list of positive strides")
	a.expect(!slices.ContainsFunc(w.dilations, within(1)), "dilations", "is not a list of positive dilations")
	a.expect(!slices.ContainsFunc(w.pads, within(0)), "pads", "has a pad that is negative or beyond all measure")
}

// checkAutoPad refuses what ONNX forbids, and what its documents and its
// implementations disagree about.
func (w windowAttributes) checkAutoPad(a *attributes) {
	known := []string{"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}
	a.expect(slices.Contains(known, w.autoPad), "auto_pad", "is none of NOTSET, VALID, SAME_UPPER, SAME_LOWER")
	if w.autoPad == "NOTSET" {
		return
	}
	isNot := func(neutral int) func(int) bool { return func(n int) bool { return n != neutral } }
	a.expect(!slices.ContainsFunc(w.pads, isNot(0)), "pads", "does not go together with auto_pad "+w.autoPad)
	if w.autoPad == "VALID" {
		a.expect(!w.ceil, "ceil_mode", "is not supported together with auto_pad VALID")
		return
	}
	a.expect(!slices.ContainsFunc(w.dilations, isNot(1)), "dilations", "is not supported together with auto_pad "+w.autoPad)
}

// area is how windows move over a picture, and the padding behind each axis.
type area struct {
	rows, columns kernels.Axis
	bottom, right int
}

// over returns how windows of the kernel's shape move over an input of the
// given spatial lengths, one or two of them. A kernel that does not fit into the
// padded input is an error of kind Invalid.
func (w windowAttributes) over(lengths, kernel []int) (area, error) {
	if err := w.checkLengths(lengths, kernel); err != nil {
		return area{}, err
	}
	result := area{rows: kernels.Still()}
	last := len(lengths) - 1
	var err error
	if result.columns, result.right, err = w.axis(last, lengths[last], kernel[last], last+1); err != nil {
		return area{}, err
	}
	if last == 1 {
		result.rows, result.bottom, err = w.axis(0, lengths[0], kernel[0], last+1)
	}
	return result, err
}

func (w windowAttributes) checkLengths(lengths, kernel []int) error {
	if w.kernel != nil && !slices.Equal(w.kernel, kernel) {
		return domain.Errorf(domain.Invalid, "kernel_shape %v is not that of the weights, %v", w.kernel, kernel)
	}
	for _, attribute := range []struct {
		name   string
		values []int
		want   int
	}{
		{"kernel_shape", kernel, len(lengths)}, {"strides", w.strides, len(lengths)},
		{"dilations", w.dilations, len(lengths)}, {"pads", w.pads, 2 * len(lengths)},
	} {
		if attribute.values != nil && len(attribute.values) != attribute.want {
			return domain.Errorf(domain.Invalid, "%s %v has %d values, expected %d for %d spatial axes",
				attribute.name, attribute.values, len(attribute.values), attribute.want, len(lengths))
		}
	}
	return nil
}

// axis returns how windows move along spatial axis i of rank, and the padding
// behind it.
func (w windowAttributes) axis(i, length, kernel, rank int) (kernels.Axis, int, error) {
	a := kernels.Axis{Input: length, Output: 1, Kernel: kernel, Stride: valueOr(w.strides, i, 1), Dilation: valueOr(w.dilations, i, 1)}
	if length < 1 || length > maxWindow || kernel > maxWindow {
		return a, 0, domain.Errorf(domain.Invalid, "spatial axis %d has length %d and a kernel of %d, expected 1 to %d", i, length, kernel, maxWindow)
	}
	if w.autoPad == "SAME_UPPER" || w.autoPad == "SAME_LOWER" {
		return w.same(i, a)
	}
	after := valueOr(w.pads, rank+i, 0)
	a.Before = valueOr(w.pads, i, 0)
	room := a.Before + length + after - a.Reach()
	if room < 0 {
		return a, 0, domain.Errorf(domain.Invalid, "the kernel reaches over %d elements of spatial axis %d, which has %d, padding included",
			a.Reach(), i, a.Before+length+after)
	}
	a.Output = room/a.Stride + 1
	if w.ceil && room%a.Stride != 0 && a.Output*a.Stride < a.Before+length {
		a.Output++ // a last window that goes beyond the end, but begins in front of it
	}
	return a, after, nil
}

// same pads so that there is one window for each stride of the input.
func (w windowAttributes) same(i int, a kernels.Axis) (kernels.Axis, int, error) {
	a.Output = (a.Input-1)/a.Stride + 1
	needed := a.Reach() - a.Input
	if needed < -w.slack {
		// Implementations begin with different elements then.
		return a, 0, domain.Errorf(domain.Unsupported, "auto_pad %s is not supported where a stride of %d leaves out the last %d elements of spatial axis %d",
			w.autoPad, a.Stride, -needed, i)
	}
	needed = max(needed, 0)
	a.Before = needed / 2
	if w.autoPad == "SAME_LOWER" {
		a.Before = needed - needed/2
	}
	return a, needed - a.Before, nil
}

func valueOr(values []int, i, otherwise int) int {
	if values == nil {
		return otherwise
	}
	return values[i]
}
