package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set and the tiles that its registers have room for.
type isa struct {
	name    string
	lanes   int      // float32 in a vector
	unit    [3][]int // pixels of tiles of one and two blocks of channels, neighbouring pixels side by side
	strided []int    // pixels of tiles whose pixels lie at any distance
	lone    []int    // pixels of depthwise tiles
}

var (
	avx512 = isa{
		name: "AVX512", lanes: 16,
		unit:    [3][]int{1: {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16}, 2: {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}},
		strided: []int{1, 2, 3, 4, 5, 6, 7, 8},
		lone:    []int{1, 2, 4, 7, 8},
	}
	avx2 = isa{
		name: "AVX2", lanes: 8,
		unit:    [3][]int{1: {1, 2, 3, 4, 5, 6, 8, 10, 12}, 2: {1, 2, 3, 4, 5, 6}},
		strided: []int{1, 2, 3, 4, 5, 6},
		lone:    []int{1, 2, 4, 7, 8},
	}
)

// wide reports whether the set has masks, 32 registers and operands that are
// broadcast from memory.
func (s isa) wide() bool { return s.lanes == 16 }

// bytes returns the length of a vector.
func (s isa) bytes() int { return 4 * s.lanes }

func (s isa) vector() reg.VecVirtual {
	if s.wide() {
		return build.ZMM()
	}
	return build.YMM()
}

func (s isa) vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.vector()
	}
	return v
}

func (s isa) zero(v reg.VecVirtual) {
	if s.wide() {
		build.VPXORD(v, v, v)
		return
	}
	build.VXORPS(v, v, v)
}

// function begins a kernel and returns the pointer to its arguments. To avo all
// pointers are the same; the declaration in the table has the type.
func (s isa) function(name, arguments string) reg.Register {
	kernels = append(kernels, declared{name + s.name, arguments})
	attributes := build.NOSPLIT
	if !s.wide() && arguments == "Transform" {
		attributes = 0 // these have more scratch memory than a stack has without asking
	}
	build.TEXT(name+s.name, attributes, "func(a *byte)")
	build.Pragma("noescape")
	return build.Load(build.Param("a"), build.GP64())
}

func end() {
	build.VZEROUPPER()
	build.RET()
}

// at is the memory some bytes behind a register's address.
func at(base reg.Register, bytes int) operand.Mem { return operand.Mem{Base: base, Disp: bytes} }

// imm is an immediate operand that needs no more than 32 bits.
func imm(n int) operand.Op { return operand.U32(uint32(n)) }

// arguments are the fields of the kernels' argument structures, in their order;
// each takes 8 bytes. A test in package micro compares them with the structures.
type arguments []string

var (
	tileFields = arguments{
		"Out", "In", "Weights", "Bias", "Residual",
		"Blocks", "BlockStride", "Rows", "RowStride", "Taps", "TapStride",
		"Quads", "Singles", "LastQuads", "LastSingles", "PixelStride", "OutStride", "ResidualStride",
		"Tiles", "InStep", "OutStep", "WeightStep", "Lines", "InLine", "OutLine", "ResidualLine", "Clamp", "Bounds",
	}
	transformFields = arguments{
		"Out", "In", "Bias", "Residual", "InStride", "OutStride", "ResidualStride", "Tiles", "Clamp", "Bounds", "Strange",
	}
	windowFields = arguments{"Out", "In", "Rows", "RowStride", "Columns", "ColumnStride"}
	rowFields    = arguments{"Out", "X", "Y", "Z", "Pixels", "Bounds"}
)

// of returns the memory of a field of the arguments at base.
func (f arguments) of(base reg.Register, name string) operand.Mem {
	for i, field := range f {
		if field == name {
			return at(base, 8*i)
		}
	}
	panic("no argument " + name)
}

// low and high are the bounds of a clamp.
func (f arguments) low(base reg.Register) operand.Mem { return f.of(base, "Bounds") }
func (f arguments) high(base reg.Register) operand.Mem {
	m := f.of(base, "Bounds")
	m.Disp += 4
	return m
}

// clamp keeps NaN: where an operand is NaN, the instructions give the one named
// first here.
func clamp(low, high, x reg.VecVirtual) {
	build.VMAXPS(x, low, x)
	build.VMINPS(x, high, x)
}
