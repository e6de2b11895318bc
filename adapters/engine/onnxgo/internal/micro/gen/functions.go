package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build" //nolint:revive,staticcheck // instructions read best bare
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// curve writes kernels of functions of one number.
type curve struct {
	isa
	held map[uint32]reg.VecVirtual // constants in registers
}

// numbers are the constants in memory, by their bits.
var numbers = map[uint32]operand.Mem{}

func number(bits uint32) operand.Mem {
	if m, ok := numbers[bits]; ok {
		return m
	}
	m := GLOBL(fmt.Sprintf("number%08x", bits), RODATA|NOPTR)
	DATA(0, operand.U32(bits))
	numbers[bits] = m
	return m
}

func (c *curve) broadcast(bits uint32) reg.VecVirtual {
	v := c.vector()
	VBROADCASTSS(number(bits), v)
	return v
}

// hold keeps constants in registers, where there are enough.
func (c *curve) hold(values ...float32) {
	for _, v := range values {
		if bits := math.Float32bits(v); c.wide() && c.held[bits] == nil {
			c.held[bits] = c.broadcast(bits)
		}
	}
}

// value returns a constant that must not be changed.
func (c *curve) value(v float32) reg.VecVirtual { return c.pattern(math.Float32bits(v)) }

func (c *curve) pattern(bits uint32) reg.VecVirtual {
	if v, ok := c.held[bits]; ok {
		return v
	}
	return c.broadcast(bits)
}

func (c *curve) copied(v reg.VecVirtual) reg.VecVirtual {
	to := c.vector()
	VMOVAPS(v, to)
	return to
}

// polynomial returns the value of a polynomial, highest coefficient first.
func (c *curve) polynomial(x reg.VecVirtual, coefficients ...float32) reg.VecVirtual {
	p := c.copied(c.value(coefficients[0]))
	for _, next := range coefficients[1:] {
		VFMADD213PS(c.value(next), x, p)
	}
	return p
}

// The exponential function is computed as 2^n * e^r, with the nearest integer to
// x/log 2 for n, and r in two parts of log 2, of which the first has few digits so
// that its product with n is exact. Constants and polynomial are those of expf in
// Cephes (Moshier, 1989).
const (
	leastExponent, mostExponent = -104, 89 // beyond, the result is 0 or infinite
	log2e                       = 1.44269504088896341
	log2High, log2Low           = 0.693359375, -2.12194440e-4
)

var exponential = []float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1, 1}

// exp changes x to e^x. NaN stays.
func (c *curve) exp(x reg.VecVirtual) {
	clamp(c.value(leastExponent), c.value(mostExponent), x)
	n := c.vector()
	VMULPS(c.value(log2e), x, n)
	if c.wide() {
		VRNDSCALEPS(operand.U8(0), n, n)
	} else {
		VROUNDPS(operand.U8(0), n, n)
	}
	VFNMADD231PS(c.value(log2High), n, x)
	VFNMADD231PS(c.value(log2Low), n, x)
	p := c.polynomial(x, exponential...)
	if c.wide() {
		VSCALEFPS(n, p, x)
		return
	}
	c.scale(n, p, x)
}

// scale writes p * 2^n in two steps: neither factor is beyond what there is.
func (c *curve) scale(n, p, to reg.VecVirtual) {
	whole, half := c.vector(), c.vector()
	VCVTPS2DQ(n, whole)
	VPSRAD(operand.U8(1), whole, half)
	VPSUBD(half, whole, whole)
	bias := c.pattern(127)
	for _, part := range []reg.VecVirtual{whole, half} {
		VPADDD(bias, part, part)
		VPSLLD(operand.U8(23), part, part)
		VMULPS(part, p, p)
	}
	VMOVAPS(p, to)
}

// over writes the kernel of a function, which changes its argument.
func (s isa) over(name string, constants []float32, f func(c *curve, x reg.VecVirtual)) {
	overRow(s, name, func(reg.Register) func(reg.GPVirtual) reg.VecVirtual {
		c := &curve{s, map[uint32]reg.VecVirtual{}}
		c.hold(constants...)
		return func(from reg.GPVirtual) reg.VecVirtual {
			x := loaded(s, from)
			f(c, x)
			return x
		}
	})
}

var ofExp = append([]float32{leastExponent, mostExponent, log2e, log2High, log2Low}, exponential...)

func functionRows(s isa) {
	s.over("expRow", ofExp, func(c *curve, x reg.VecVirtual) { c.exp(x) })
	s.over("sigmoidRow", ofExp, func(c *curve, x reg.VecVirtual) { c.sigmoid(x) })
	s.over("tanhRow", ofExp, func(c *curve, x reg.VecVirtual) { c.tanh(x) })
	s.over("erfRow", ofExp, func(c *curve, x reg.VecVirtual) { c.erf(x) })
}

const sign = 1 << 31

// sigmoid changes x to 1/(1 + e^-x).
func (c *curve) sigmoid(x reg.VecVirtual) {
	c.flip(x)
	c.exp(x)
	VADDPS(c.value(1), x, x)
	VDIVPS(x, c.value(1), x)
}

// flip changes the sign.
func (c *curve) flip(x reg.VecVirtual) {
	if c.wide() {
		VPXORD(c.pattern(sign), x, x)
		return
	}
	VXORPS(c.pattern(sign), x, x)
}

// signOf returns the sign of x alone, and makes x positive.
func (c *curve) signOf(x reg.VecVirtual) reg.VecVirtual {
	only := c.vector()
	if c.wide() {
		VPANDD(c.pattern(sign), x, only)
		VPXORD(only, x, x)
		return only
	}
	VANDPS(c.pattern(sign), x, only)
	VXORPS(only, x, x)
	return only
}

// give gives x a sign.
func (c *curve) give(only, x reg.VecVirtual) {
	if c.wide() {
		VPORD(only, x, x)
		return
	}
	VORPS(only, x, x)
}

// above changes x to y where t is above a bound.
func (c *curve) above(t reg.VecVirtual, bound float32, y, x reg.VecVirtual) {
	const greater = 30
	if c.wide() {
		mask := K()
		VCMPPS(operand.U8(greater), c.value(bound), t, mask)
		VMOVAPS(y, mask, x)
		return
	}
	mask := c.vector()
	VCMPPS(operand.U8(greater), c.value(bound), t, mask)
	VBLENDVPS(mask, y, x, x)
}

// tanh changes x to its hyperbolic tangent: by a polynomial near 0 (that of tanhf
// in Cephes), else by 1 - 2/(e^2x + 1).
func (c *curve) tanh(x reg.VecVirtual) {
	only := c.signOf(x)
	far, square := c.vector(), c.vector()
	VADDPS(x, x, far)
	c.exp(far)
	VADDPS(c.value(1), far, far)
	VDIVPS(far, c.value(2), far)
	VSUBPS(far, c.value(1), far)
	VMULPS(x, x, square)
	near := c.polynomial(square, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1)
	VMULPS(square, near, near)
	VFMADD213PS(x, x, near)
	c.above(x, 0.625, far, near)
	c.keepNaN(x, near)
	VMOVAPS(near, x)
	c.give(only, x)
}

// keepNaN changes y to x where x is NaN.
func (c *curve) keepNaN(x, y reg.VecVirtual) {
	const unordered = 3
	if c.wide() {
		mask := K()
		VCMPPS(operand.U8(unordered), x, x, mask)
		VMOVAPS(x, mask, y)
		return
	}
	mask := c.vector()
	VCMPPS(operand.U8(unordered), x, x, mask)
	VBLENDVPS(mask, x, y, y)
}

// erf changes x to its error function, by polynomials of N. Juffa: near 0 directly,
// else as 1 - e^p.
func (c *curve) erf(x reg.VecVirtual) {
	only := c.signOf(x)
	square := c.vector()
	VMULPS(x, x, square)
	near := c.polynomial(square, -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1)
	VFMADD213PS(x, x, near)
	// Beyond 4 the result is 1, and further out the polynomial turns back.
	t := c.vector()
	VMINPS(x, c.value(4), t)
	VMULPS(t, t, square)
	low := c.polynomial(t, -1.72853470e-5, 3.83197126e-4)
	high := c.polynomial(t, -3.88396438e-3, 2.42546219e-2)
	VFMADD213PS(high, square, low)
	for _, next := range []float32{-1.06777877e-1, -6.34846687e-1, -1.28717512e-1} {
		VFMADD213PS(c.value(next), t, low)
	}
	VFMSUB213PS(t, t, low)
	c.exp(low)
	VSUBPS(low, c.value(1), low)
	c.above(x, 0.927734375, low, near)
	c.keepNaN(x, near)
	VMOVAPS(near, x)
	c.give(only, x)
}
