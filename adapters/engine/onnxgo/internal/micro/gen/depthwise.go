package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build" //nolint:revive,staticcheck // instructions read best bare
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// depthwise is the kernel of convolutions in which each channel has a filter of
// its own: sums for a few pixels of one block of channels.
type depthwise struct {
	isa
	pixels int
}

func (d depthwise) generate() {
	t := tile{d.isa, d.pixels, 1, true}
	s := &tileState{a: d.function(fmt.Sprintf("lone%d", d.pixels), "Tile"), distance: map[int]reg.GPVirtual{}}
	t.locals(s)
	s.sums = make([][]reg.VecVirtual, d.pixels)
	for p := range s.sums {
		s.sums[p] = d.vectors(1)
	}
	Label("tile")
	MOVQ(tileFields.of(s.a, "Bias"), s.n)
	VMOVUPS(at(s.n, 0), s.sums[0][0])
	for p := 1; p < d.pixels; p++ {
		VMOVAPS(s.sums[0][0], s.sums[p][0])
	}
	MOVQ(s.inAt, s.row)
	MOVQ(s.wAt, s.w)
	MOVQ(tileFields.of(s.a, "Rows"), s.rows)
	Label("row")
	MOVQ(s.row, s.in)
	MOVQ(tileFields.of(s.a, "Taps"), s.taps)
	Label("tap")
	w := d.vector()
	VMOVUPS(at(s.w, 0), w)
	for p := range d.pixels {
		VFMADD231PS(t.pixel(s, p, 0), w, s.sums[p][0])
	}
	ADDQ(imm(d.bytes()), s.w)
	ADDQ(tileFields.of(s.a, "TapStride"), s.in)
	DECQ(s.taps)
	JNE(operand.LabelRef("tap"))
	ADDQ(tileFields.of(s.a, "RowStride"), s.row)
	DECQ(s.rows)
	JNE(operand.LabelRef("row"))
	t.finish(s)
	t.next(s)
	end()
}
