package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// dft is the discrete Fourier transform along an axis. The last axis is a number's:
// of length 1 if it is real, of length 2 if it is complex. Onesided leaves out what
// mirrors the rest; the inverse of it gives real numbers.
type dft struct {
	axis              int
	axisIsInput       bool
	inverse, onesided bool
}

func parseDFT(node Node) (Operator, error) {
	a := attributesOf(node)
	d := dft{axis: -2, axisIsInput: node.Opset >= 20, inverse: a.bool("inverse", false), onesided: a.bool("onesided", false)}
	if !d.axisIsInput {
		d.axis = a.int("axis", 1)
	}
	return d, a.done()
}

// fourierPlan is how lines along an axis are transformed.
type fourierPlan struct {
	axis, n int
	signal  kernels.Signal
}

// plan returns how an input is transformed; axis and length must be known.
func (d dft) plan(inputs []Value) (p fourierPlan, err error) {
	x, err := realOperand(inputs, 0, "input")
	if err != nil {
		return p, err
	}
	last := len(x.Shape) - 1
	if last < 1 || x.Shape[last] != 1 && x.Shape[last] != 2 {
		return p, misshapen("input", x.Shape, "one with a last axis of 1, for real numbers, or 2, for complex ones")
	}
	axis := d.axis
	if _, given := optional(inputs, 2); given && d.axisIsInput {
		v, err := scalarInput(inputs, 2, "axis")
		if err != nil {
			return p, err
		}
		if !v.Known() {
			return p, unknownElements("axis")
		}
		axis = integerOf(v.Const)
	}
	if p.axis, err = axisOf(axis, last+1); err != nil {
		return p, err
	}
	if p.axis == last {
		return p, domain.Errorf(domain.Invalid, "axis %d is that of the numbers' parts", axis)
	}
	p.signal = kernels.Signal{
		From: x.Shape[p.axis], Stride: product(x.Shape[p.axis+1 : last]), Complex: x.Shape[last] == 2,
		ComplexOut: !d.inverse || !d.onesided, Inverse: d.inverse, Onesided: d.onesided,
	}
	return p, p.measure(inputs, d)
}

// measure finds the lengths of the transform and of what is written of it.
func (p *fourierPlan) measure(inputs []Value, d dft) (err error) {
	p.n = p.signal.From
	if d.inverse && d.onesided {
		p.n = 2 * (p.signal.From - 1)
	}
	if _, given := optional(inputs, 1); given {
		if p.n, err = lengthInput(inputs, 1, "dft_length"); err != nil {
			return err
		}
	}
	if p.n < 1 || p.n > maxScratch {
		return domain.Errorf(domain.Invalid, "the transform has %d elements, expected 1 to %d", p.n, maxScratch)
	}
	p.signal.To = p.n
	if d.onesided && !d.inverse {
		if p.signal.Complex {
			return misshapen("input", inputs[0].Shape, "real numbers, a last axis of 1, for a onesided transform")
		}
		p.signal.To = p.n/2 + 1
	}
	return nil
}

// Infer returns the input's shape with the transform's length, for complex numbers.
func (d dft) Infer(inputs []Value) ([]Value, error) {
	p, err := d.plan(inputs)
	if err != nil {
		return nil, err
	}
	shape := inputs[0].Shape.Clone()
	shape[p.axis], shape[len(shape)-1] = p.signal.To, 2
	if !p.signal.ComplexOut {
		shape[len(shape)-1] = 1
	}
	return like(inputs[0], shape)
}

// Compile prepares the transform.
func (d dft) Compile(inputs, outputs []Value) (Run, error) {
	p, err := d.plan(inputs)
	if err != nil {
		return nil, err
	}
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	if err := fitsScratch(p.n, 16); err != nil { // numbers of two parts, and those of a longer transform
		return nil, err
	}
	outer := product(inputs[0].Shape[:p.axis])
	if inputs[0].Datatype == domain.FP64 {
		return transformLines[float64](p, outer), nil
	}
	return transformLines[float32](p, outer), nil
}

// transformLines transforms each line of [outer, From, Stride].
func transformLines[T realNumber](p fourierPlan, outer int) Run {
	f, numbers, result := kernels.NewFourier(p.n), make([]complex128, p.n), make([]complex128, p.n)
	s := p.signal
	partsIn, partsOut := 1, 1
	if s.Complex {
		partsIn = 2
	}
	if s.ComplexOut {
		partsOut = 2
	}
	return func(in, out []domain.Tensor) {
		src, dst := dataOf[T](in[0]), dataOf[T](out[0])
		for block := range outer {
			for i := range s.Stride {
				from, to := (block*s.From*s.Stride+i)*partsIn, (block*s.To*s.Stride+i)*partsOut
				kernels.TransformLine(f, s, dst[to:], src[from:], nil, numbers, result)
			}
		}
	}
}

func (d dft) keepsRows(inputs, _ []Value, perRow []bool) bool {
	p, err := d.plan(inputs)
	return err == nil && p.axis > 0 && onlyFirst(perRow)
}
