package main

import (
	. "github.com/mmcloughlin/avo/build" //nolint:revive,staticcheck // instructions read best bare
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// outputKernel turns size x size products into tiles of step x step pixels.
type outputKernel struct {
	isa
	size, step int
	transform  func(c constants, m line) line

	constants     constants
	a, column     reg.Register
	stride, line  reg.GPVirtual // between the matrices, and between those of two rows
	zero, strange reg.VecVirtual
}

func winogradOutput4(s isa) {
	k := &outputKernel{isa: s, size: 6, step: 4, transform: s.output6}
	k.generate("winogradOutput4", 2, 4, 8)
}

func winogradOutput2(s isa) {
	k := &outputKernel{isa: s, size: 4, step: 2, transform: s.output4}
	k.generate("winogradOutput2")
}

func (k *outputKernel) generate(name string, factors ...float32) {
	k.a = k.function(name, "Transform")
	in, out := Load64(transformFields.of(k.a, "In")), Load64(transformFields.of(k.a, "Out"))
	residual, tiles := Load64(transformFields.of(k.a, "Residual")), Load64(transformFields.of(k.a, "Tiles"))
	k.stride, k.line = Load64(transformFields.of(k.a, "InStride")), GP64()
	IMUL3Q(operand.U8(uint8(k.size)), k.stride, k.line)
	k.constants = k.load(factors...)
	k.zero, k.strange = k.vector(), k.vector()
	k.isa.zero(k.zero)
	k.isa.zero(k.strange)
	var scratch operand.Mem
	if !k.wide() {
		scratch = AllocLocal(k.step * k.size * k.bytes())
	}
	Label("tile")
	to, from := GP64(), GP64()
	MOVQ(out, to)
	MOVQ(residual, from)
	rows := k.columns(in, scratch)
	for i := range k.step {
		k.row(i, rows(i), to, from)
	}
	ADDQ(imm(k.bytes()), in)
	ADDQ(imm(k.step*k.bytes()), out)
	TESTQ(residual, residual)
	JE(operand.LabelRef("next"))
	ADDQ(imm(k.step*k.bytes()), residual)
	Label("next")
	DECQ(tiles)
	JNE(operand.LabelRef("tile"))
	k.report()
	end()
}

// columns transforms the columns and returns a function that gives the rows of
// the result, each to be asked for once.
func (k *outputKernel) columns(in reg.Register, scratch operand.Mem) func(int) line {
	rows := make([]line, k.step)
	slot := func(i, j int) operand.Mem { return scratch.Offset((i*k.size + j) * k.bytes()) }
	column, at6 := GP64(), GP64()
	MOVQ(in, column)
	for j := range k.size {
		m := k.vectors(k.size)
		MOVQ(column, at6)
		for i, v := range m {
			VMOVUPS(at(at6, 0), v)
			if i+1 < k.size {
				ADDQ(k.line, at6)
			}
		}
		ADDQ(k.stride, column)
		for i, v := range k.transform(k.constants, m) {
			if k.wide() {
				rows[i] = append(rows[i], v)
				continue
			}
			VMOVUPS(v, slot(i, j))
		}
	}
	return func(i int) line {
		if k.wide() {
			return rows[i]
		}
		row := k.vectors(k.size)
		for j, v := range row {
			VMOVUPS(slot(i, j), v)
		}
		return row
	}
}

// row transforms a row, adds what there is to add, clamps and stores.
func (k *outputKernel) row(i int, m line, to, from reg.GPVirtual) {
	pixels := k.transform(k.constants, m)
	for _, v := range pixels { // 0 times anything but a finite number is NaN, which stays
		VFMADD231PS(k.zero, v, k.strange)
	}
	bias := Load64(transformFields.of(k.a, "Bias"))
	for _, v := range pixels {
		VADDPS(at(bias, 0), v, v)
	}
	label := func(what string) string { return what + string(rune('0'+i)) }
	TESTQ(from, from)
	JE(operand.LabelRef(label("added")))
	for j, v := range pixels {
		VADDPS(at(from, j*k.bytes()), v, v)
	}
	ADDQ(transformFields.of(k.a, "ResidualStride"), from)
	Label(label("added"))
	CMPQ(transformFields.of(k.a, "Clamp"), operand.U8(0))
	JE(operand.LabelRef(label("clamped")))
	low, high := k.vector(), k.vector()
	VBROADCASTSS(transformFields.low(k.a), low)
	VBROADCASTSS(transformFields.high(k.a), high)
	for _, v := range pixels {
		clamp(low, high, v)
	}
	Label(label("clamped"))
	for j, v := range pixels {
		VMOVUPS(v, at(to, j*k.bytes()))
	}
	if i+1 < k.step {
		ADDQ(transformFields.of(k.a, "OutStride"), to)
	}
}

// report notes whether there was a value that is not finite.
func (k *outputKernel) report() {
	const unordered = 3
	found := GP32()
	if k.wide() {
		mask := K()
		VCMPPS(operand.U8(unordered), k.strange, k.strange, mask)
		KMOVW(mask, found)
	} else {
		VCMPPS(operand.U8(unordered), k.strange, k.strange, k.strange)
		VMOVMSKPS(k.strange, found)
	}
	ORQ(found.As64(), transformFields.of(k.a, "Strange"))
}
