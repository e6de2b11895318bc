package main

import (
	. "github.com/mmcloughlin/avo/build" //nolint:revive,staticcheck // instructions read best bare
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// inputKernel transforms tiles that lie side by side: size x size pixels each,
// of which the next one's begin step pixels further.
type inputKernel struct {
	isa
	size, step int
	transform  func(c constants, d line, emit func(int, reg.VecVirtual))

	constants    constants
	rows         []reg.Register // of the tile in the picture
	to           reg.GPVirtual
	stride, line reg.GPVirtual // between the matrices, and between those of two rows
}

func winogradInput4(s isa) {
	k := &inputKernel{isa: s, size: 6, step: 4, transform: s.input6}
	k.generate("winogradInput4", 2, 4, 5)
}

func winogradInput2(s isa) {
	k := &inputKernel{isa: s, size: 4, step: 2, transform: s.input4}
	k.generate("winogradInput2")
}

func (k *inputKernel) generate(name string, factors ...float32) {
	a := k.function(name, "Transform")
	in, out := Load64(transformFields.of(a, "In")), Load64(transformFields.of(a, "Out"))
	from, tiles := Load64(transformFields.of(a, "InStride")), Load64(transformFields.of(a, "Tiles"))
	k.stride, k.line, k.to = Load64(transformFields.of(a, "OutStride")), GP64(), GP64()
	IMUL3Q(operand.U8(uint8(k.size)), k.stride, k.line)
	k.constants = k.load(factors...)
	var scratch operand.Mem
	if !k.wide() {
		scratch = AllocLocal(k.size * k.size * k.bytes())
	}
	Label("tile")
	k.rows = []reg.Register{in}
	for i := 1; i < k.size; i++ {
		row := GP64()
		LEAQ(operand.Mem{Base: k.rows[i-1], Index: from, Scale: 1}, row)
		k.rows = append(k.rows, row)
	}
	MOVQ(out, k.to)
	switch {
	case !k.wide():
		k.throughMemory(scratch)
	case k.size == 6:
		k.rowByRow()
	default:
		k.inRegisters()
	}
	ADDQ(imm(k.step*k.bytes()), in)
	ADDQ(imm(k.bytes()), out)
	DECQ(tiles)
	JNE(operand.LabelRef("tile"))
	end()
}

// element loads a pixel of the tile.
func (k *inputKernel) element(row, column int) reg.VecVirtual {
	v := k.vector()
	VMOVUPS(at(k.rows[row], column*k.bytes()), v)
	return v
}

// store transforms a line and stores it, each value in the next matrix.
func (k *inputKernel) store(d line) {
	o := GP64()
	MOVQ(k.to, o)
	k.transform(k.constants, d, func(i int, v reg.VecVirtual) {
		VMOVUPS(v, at(o, 0))
		if i+1 < k.size {
			ADDQ(k.stride, o)
		}
	})
	ADDQ(k.line, k.to)
}

// throughMemory transforms columns into scratch memory, and then its rows.
func (k *inputKernel) throughMemory(scratch operand.Mem) {
	slot := func(i, j int) operand.Mem { return scratch.Offset((i*k.size + j) * k.bytes()) }
	for j := range k.size {
		column := make(line, k.size)
		for i := range column {
			column[i] = k.element(i, j)
		}
		k.transform(k.constants, column, func(i int, v reg.VecVirtual) { VMOVUPS(v, slot(i, j)) })
	}
	for i := range k.size {
		row := k.vectors(k.size)
		for j, v := range row {
			VMOVUPS(slot(i, j), v)
		}
		k.store(row)
	}
}

// inRegisters keeps the whole tile in registers.
func (k *inputKernel) inRegisters() {
	rows := make([]line, k.size)
	for j := range k.size {
		column := make(line, k.size)
		for i := range column {
			column[i] = k.element(i, j)
		}
		k.transform(k.constants, column, func(i int, v reg.VecVirtual) { rows[i] = append(rows[i], v) })
	}
	for _, row := range rows {
		k.store(row)
	}
}

// rowByRow transforms the columns of a 6x6 tile for as many rows at a time as
// there are registers for.
func (k *inputKernel) rowByRow() {
	outer := func(a int) line {
		row := make(line, k.size)
		for j := range row {
			row[j] = k.element(a+4, j)
			k.outer6(k.constants, k.element(a, j), k.element(a+2, j), row[j])
		}
		return row
	}
	k.store(outer(0))
	var inner [5]line
	for j := range k.size {
		k.inner6(k.constants, k.element(1, j), k.element(2, j), k.element(3, j), k.element(4, j), func(i int, v reg.VecVirtual) {
			inner[i] = append(inner[i], v)
		})
	}
	for _, row := range inner[1:] {
		k.store(row)
	}
	k.store(outer(1))
}
