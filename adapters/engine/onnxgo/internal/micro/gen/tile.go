package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build" //nolint:revive,staticcheck // instructions read best bare
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tile is the kernel at the heart of convolutions and matrix products: sums for
// a few pixels and one or two blocks of output channels, all in registers.
type tile struct {
	isa
	pixels, blocks int
	strided        bool
}

// pixelBias is added to the input's address, so that the pixels' displacements
// lie around zero and fit into a byte.
func (t tile) pixelBias() int {
	switch {
	case t.strided:
		return 0
	case t.wide():
		return 512
	default:
		return 128
	}
}

func (t tile) name() string {
	kind := "unit"
	if t.strided {
		kind = "strided"
	}
	return fmt.Sprintf("%s%dx%d", kind, t.pixels, t.blocks)
}

// tileState is what a tile keeps in registers and on the stack.
type tileState struct {
	a                         reg.Register
	block, row, tap, in, w    reg.GPVirtual
	rows, taps, n             reg.GPVirtual
	distance                  map[int]reg.GPVirtual // odd multiples of the distance between pixels
	sums                      [][]reg.VecVirtual    // by pixel and block
	inAt, outAt, resAt, wAt   operand.Mem
	blocks, tiles, lines      operand.Mem
	quads, singles, lastBlock operand.Mem
}

func (t tile) generate() {
	s := &tileState{a: t.function(t.name(), "Tile"), distance: map[int]reg.GPVirtual{}}
	t.locals(s)
	s.sums = make([][]reg.VecVirtual, t.pixels)
	for p := range s.sums {
		s.sums[p] = t.vectors(t.blocks)
	}
	Label("tile")
	t.begin(s)
	t.sum(s)
	t.finish(s)
	t.next(s)
	end()
}

// locals puts what the loops count on the stack: there are not enough registers,
// and the arguments stay as they came.
func (t tile) locals(s *tileState) {
	frame := AllocLocal(10 * 8)
	slots := []*operand.Mem{&s.inAt, &s.outAt, &s.resAt, &s.wAt, &s.blocks, &s.tiles, &s.lines, &s.quads, &s.singles, &s.lastBlock}
	for i, slot := range slots {
		*slot = frame.Offset(8 * i)
	}
	s.block, s.row, s.tap, s.in, s.w = GP64(), GP64(), GP64(), GP64(), GP64()
	s.rows, s.taps, s.n = GP64(), GP64(), GP64()
	for _, field := range []struct {
		name string
		to   operand.Mem
	}{{"In", s.inAt}, {"Out", s.outAt}, {"Residual", s.resAt}, {"Weights", s.wAt}, {"Tiles", s.tiles}, {"Lines", s.lines}} {
		MOVQ(tileFields.of(s.a, field.name), s.n)
		MOVQ(s.n, field.to)
	}
	if t.strided {
		t.distances(s)
	}
}

// distances computes the odd multiples of the distance between pixels; the even
// ones are those scaled.
func (t tile) distances(s *tileState) {
	step := Load64(tileFields.of(s.a, "PixelStride"))
	s.distance[1] = step
	for odd := 3; odd < t.pixels; odd += 2 {
		next := GP64()
		LEAQ(operand.Mem{Base: s.distance[odd-2], Index: step, Scale: 2}, next)
		s.distance[odd] = next
	}
}

// Load64 loads an integer argument.
func Load64(m operand.Mem) reg.GPVirtual {
	r := GP64()
	MOVQ(m, r)
	return r
}

// pixel is the memory of channel c of a pixel.
func (t tile) pixel(s *tileState, pixel, c int) operand.Mem {
	if !t.strided {
		return at(s.in, pixel*t.bytes()+4*c-t.pixelBias())
	}
	m := at(s.in, 4*c)
	if pixel > 0 {
		scale := uint8(1)
		for pixel%2 == 0 {
			pixel, scale = pixel/2, scale*2
		}
		m.Index, m.Scale = s.distance[pixel], scale
	}
	return m
}

// begin starts the sums at the biases.
func (t tile) begin(s *tileState) {
	MOVQ(tileFields.of(s.a, "Bias"), s.n)
	for b := range t.blocks {
		VMOVUPS(at(s.n, b*t.bytes()), s.sums[0][b])
		for p := 1; p < t.pixels; p++ {
			VMOVAPS(s.sums[0][b], s.sums[p][b])
		}
	}
	MOVQ(s.inAt, s.block)
	if bias := t.pixelBias(); bias > 0 {
		ADDQ(imm(bias), s.block)
	}
	MOVQ(s.wAt, s.w)
	for _, field := range []struct {
		name string
		to   operand.Mem
	}{{"Quads", s.quads}, {"Singles", s.singles}, {"Blocks", s.blocks}} {
		MOVQ(tileFields.of(s.a, field.name), s.n)
		MOVQ(s.n, field.to)
	}
	MOVQ(operand.U32(0), s.lastBlock)
	TESTQ(s.n, s.n)
	JE(operand.LabelRef("last"))
}

// sum adds all products: over blocks of input channels, rows and columns of the
// kernel, and the channels of a block, four at a time and then one by one.
func (t tile) sum(s *tileState) {
	Label("block")
	MOVQ(s.block, s.row)
	MOVQ(tileFields.of(s.a, "Rows"), s.rows)
	Label("row")
	MOVQ(s.row, s.tap)
	MOVQ(tileFields.of(s.a, "Taps"), s.taps)
	Label("tap")
	MOVQ(s.tap, s.in)
	t.channels(s, "quad", s.quads, 4)
	t.channels(s, "single", s.singles, 1)
	ADDQ(tileFields.of(s.a, "TapStride"), s.tap)
	DECQ(s.taps)
	JNE(operand.LabelRef("tap"))
	ADDQ(tileFields.of(s.a, "RowStride"), s.row)
	DECQ(s.rows)
	JNE(operand.LabelRef("row"))
	ADDQ(tileFields.of(s.a, "BlockStride"), s.block)
	DECQ(s.blocks)
	JNE(operand.LabelRef("block"))

	// Once more for a last block that has fewer channels.
	Label("last")
	CMPQ(s.lastBlock, operand.U8(0))
	JNE(operand.LabelRef("summed"))
	MOVQ(operand.U32(1), s.lastBlock)
	MOVQ(operand.U32(1), s.blocks)
	MOVQ(tileFields.of(s.a, "LastSingles"), s.n)
	MOVQ(s.n, s.singles)
	MOVQ(tileFields.of(s.a, "LastQuads"), s.rows)
	MOVQ(s.rows, s.quads)
	ORQ(s.rows, s.n)
	JNE(operand.LabelRef("block"))
	Label("summed")
}

// channels adds the products of count times n channels.
func (t tile) channels(s *tileState, label string, count operand.Mem, n int) {
	MOVQ(count, s.n)
	TESTQ(s.n, s.n)
	JE(operand.LabelRef(label + "s"))
	Label(label)
	for c := range n {
		t.rankOne(s, c)
	}
	ADDQ(imm(4*n), s.in)
	ADDQ(imm(n*t.blocks*t.bytes()), s.w)
	DECQ(s.n)
	JNE(operand.LabelRef(label))
	Label(label + "s")
}

// rankOne adds channel c of each pixel times its weights.
func (t tile) rankOne(s *tileState, c int) {
	weights := t.vectors(t.blocks)
	for b, w := range weights {
		VMOVUPS(at(s.w, (c*t.blocks+b)*t.bytes()), w)
	}
	for p := range t.pixels {
		if t.wide() {
			for b, w := range weights {
				VFMADD231PS_BCST(t.pixel(s, p, c), w, s.sums[p][b])
			}
			continue
		}
		x := t.vector()
		VBROADCASTSS(t.pixel(s, p, c), x)
		for b, w := range weights {
			VFMADD231PS(x, w, s.sums[p][b])
		}
	}
}

// finish adds the residual, clamps and stores.
func (t tile) finish(s *tileState) {
	from := s.n
	MOVQ(s.resAt, from)
	TESTQ(from, from)
	JE(operand.LabelRef("added"))
	for b := range t.blocks {
		for p := range t.pixels {
			VADDPS(at(from, p*t.bytes()), s.sums[p][b], s.sums[p][b])
		}
		if b+1 < t.blocks {
			ADDQ(tileFields.of(s.a, "ResidualStride"), from)
		}
	}
	Label("added")
	CMPQ(tileFields.of(s.a, "Clamp"), operand.U8(0))
	JE(operand.LabelRef("clamped"))
	low, high := t.vector(), t.vector()
	VBROADCASTSS(tileFields.low(s.a), low)
	VBROADCASTSS(tileFields.high(s.a), high)
	for p := range t.pixels {
		for b := range t.blocks {
			clamp(low, high, s.sums[p][b])
		}
	}
	Label("clamped")
	to := s.n
	MOVQ(s.outAt, to)
	for b := range t.blocks {
		for p := range t.pixels {
			VMOVUPS(s.sums[p][b], at(to, p*t.bytes()))
		}
		if b+1 < t.blocks {
			ADDQ(tileFields.of(s.a, "OutStride"), to)
		}
	}
}

// next goes on to the next tile of the line, and then to the next line.
func (t tile) next(s *tileState) {
	advance := func(cursor operand.Mem, field string) {
		MOVQ(tileFields.of(s.a, field), s.n)
		ADDQ(s.n, cursor)
	}
	residual := func(field, label string) { // a residual that is not there stays so
		CMPQ(s.resAt, operand.U8(0))
		JE(operand.LabelRef(label))
		advance(s.resAt, field)
		Label(label)
	}
	advance(s.inAt, "InStep")
	advance(s.outAt, "OutStep")
	advance(s.wAt, "WeightStep")
	residual("OutStep", "noResidual")
	DECQ(s.tiles)
	JNE(operand.LabelRef("tile"))
	advance(s.inAt, "InLine")
	advance(s.outAt, "OutLine")
	residual("ResidualLine", "noResidualLine")
	MOVQ(tileFields.of(s.a, "Tiles"), s.n)
	MOVQ(s.n, s.tiles)
	DECQ(s.lines)
	JNE(operand.LabelRef("tile"))
}
