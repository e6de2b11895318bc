package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build" //nolint:revive,staticcheck // instructions read best bare
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

var lowest *operand.Mem

// minusInfinity is the start of a maximum.
func minusInfinity() operand.Mem {
	if lowest == nil {
		m := GLOBL("lowest", RODATA|NOPTR)
		DATA(0, operand.U32(math.Float32bits(float32(math.Inf(-1)))))
		lowest = &m
	}
	return *lowest
}

// window calls body for each pixel of a window, which may have none.
func window(a reg.Register, body func(in reg.GPVirtual)) {
	row, in := Load64(windowFields.of(a, "In")), GP64()
	rows, columns := Load64(windowFields.of(a, "Rows")), GP64()
	TESTQ(rows, rows)
	JE(operand.LabelRef("reduced"))
	CMPQ(windowFields.of(a, "Columns"), operand.U8(0))
	JE(operand.LabelRef("reduced"))
	Label("row")
	MOVQ(row, in)
	MOVQ(windowFields.of(a, "Columns"), columns)
	Label("column")
	body(in)
	ADDQ(windowFields.of(a, "ColumnStride"), in)
	DECQ(columns)
	JNE(operand.LabelRef("column"))
	ADDQ(windowFields.of(a, "RowStride"), row)
	DECQ(rows)
	JNE(operand.LabelRef("row"))
	Label("reduced")
}

func maxWindow(s isa) {
	const unordered = 3
	a := s.function("maxWindow", "Window")
	greatest := s.vector()
	VBROADCASTSS(minusInfinity(), greatest)
	window(a, func(in reg.GPVirtual) {
		x, old := s.vector(), s.apart(greatest)
		VMOVUPS(at(in, 0), x)
		VMAXPS(x, old, greatest) // x where one of them is NaN
		if s.wide() {
			mask := K()
			VCMPPS(operand.U8(unordered), old, old, mask)
			VMOVAPS(old, mask, greatest)
			return
		}
		mask := s.vector()
		VCMPPS(operand.U8(unordered), old, old, mask)
		VBLENDVPS(mask, old, greatest, greatest)
	})
	VMOVUPS(greatest, at(Load64(windowFields.of(a, "Out")), 0))
	end()
}

// sumWindow adds in float64.
func sumWindow(s isa) {
	a := s.function("sumWindow", "Window")
	low, high := s.vector(), s.vector()
	s.zero(low)
	s.zero(high)
	window(a, func(in reg.GPVirtual) {
		for i, sum := range []reg.VecVirtual{low, high} {
			x := s.vector()
			VCVTPS2PD(at(in, i*s.bytes()/2), x)
			VADDPD(x, sum, sum)
		}
	})
	out := Load64(windowFields.of(a, "Out"))
	VMOVUPD(low, at(out, 0))
	VMOVUPD(high, at(out, s.bytes()))
	end()
}

// overRow calls body for each pixel of a row, and clamps and stores what it
// returns. The arguments in steps go from pixel to pixel, the others stay.
func overRow(s isa, name string, prepare func(a reg.Register) func(x reg.GPVirtual) reg.VecVirtual) {
	a := s.function(name, "Row")
	out, x, pixels := Load64(rowFields.of(a, "Out")), Load64(rowFields.of(a, "X")), Load64(rowFields.of(a, "Pixels"))
	low, high := s.vector(), s.vector()
	VBROADCASTSS(rowFields.low(a), low)
	VBROADCASTSS(rowFields.high(a), high)
	body := prepare(a)
	Label("pixel")
	v := body(x)
	clamp(low, high, v)
	VMOVUPS(v, at(out, 0))
	ADDQ(imm(s.bytes()), x)
	ADDQ(imm(s.bytes()), out)
	DECQ(pixels)
	JNE(operand.LabelRef("pixel"))
	end()
}

func loaded(s isa, from reg.Register) reg.VecVirtual {
	v := s.vector()
	VMOVUPS(at(from, 0), v)
	return v
}

func addRow(s isa) {
	overRow(s, "addRow", func(a reg.Register) func(reg.GPVirtual) reg.VecVirtual {
		y := Load64(rowFields.of(a, "Y"))
		return func(x reg.GPVirtual) reg.VecVirtual {
			v := loaded(s, x)
			VADDPS(at(y, 0), v, v)
			ADDQ(imm(s.bytes()), y)
			return v
		}
	})
}

func clampRow(s isa) {
	overRow(s, "clampRow", func(reg.Register) func(reg.GPVirtual) reg.VecVirtual {
		return func(x reg.GPVirtual) reg.VecVirtual { return loaded(s, x) }
	})
}

func scaleShiftRow(s isa) {
	overRow(s, "scaleShiftRow", func(a reg.Register) func(reg.GPVirtual) reg.VecVirtual {
		scale, shift := loaded(s, Load64(rowFields.of(a, "Y"))), loaded(s, Load64(rowFields.of(a, "Z")))
		return func(x reg.GPVirtual) reg.VecVirtual {
			v := loaded(s, x)
			VMULPS(scale, v, v)
			VADDPS(shift, v, v)
			return v
		}
	})
}

// pause tells the processor that its thread waits in a loop.
func pause() {
	TEXT("pause", NOSPLIT, "func()")
	PAUSE()
	RET()
}
