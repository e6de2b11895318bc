package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build" //nolint:revive,staticcheck // instructions read best bare
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Winograd's transforms with the points 0, 1, -1, 2, -2 for F(4x4,3x3), and 0,
// 1, -1 for F(2x2,3x3), each with infinity: A. Lavin, S. Gray, Fast Algorithms
// for Convolutional Neural Networks, 2015.

// constants are the factors in the transforms.
type constants map[float32]operand.Op

// table is the read-only memory that holds the factors, each a vector long.
var table *operand.Mem

var factors = []float32{2, 4, 5, 8}

// load returns the factors: in registers where there are many, else in memory.
func (s isa) load(wanted ...float32) constants {
	if table == nil {
		m := GLOBL("factors", RODATA|NOPTR)
		for i, f := range factors {
			for lane := range avx512.lanes {
				DATA(avx512.bytes()*i+4*lane, operand.U32(math.Float32bits(f)))
			}
		}
		table = &m
	}
	c := constants{}
	for i, f := range factors {
		for _, w := range wanted {
			if f != w {
				continue
			}
			c[f] = table.Offset(avx512.bytes() * i)
			if s.wide() {
				r := s.vector()
				VMOVUPS(c[f], r)
				c[f] = r
			}
		}
	}
	return c
}

// line is six or four values of a tile along one axis.
type line []reg.VecVirtual

// apart returns a copy of a register.
func (s isa) apart(v reg.VecVirtual) reg.VecVirtual {
	c := s.vector()
	VMOVAPS(v, c)
	return c
}

func (s isa) sub(x, y reg.VecVirtual) reg.VecVirtual {
	d := s.vector()
	VSUBPS(y, x, d)
	return d
}

func (s isa) add(x, y reg.VecVirtual) reg.VecVirtual {
	d := s.vector()
	VADDPS(y, x, d)
	return d
}

// inner6 is rows 1 to 4 of the input's transform, from elements 1 to 4.
func (s isa) inner6(c constants, d1, d2, d3, d4 reg.VecVirtual, emit func(int, reg.VecVirtual)) {
	p2, q2 := s.sub(d4, d2), s.sub(d3, d1)
	p, q := s.apart(d4), s.apart(d3)
	VFNMADD231PS(c[4], d2, p)
	VFNMADD231PS(c[4], d1, q)
	emit(1, s.add(p, q))
	emit(2, s.sub(p, q))
	x := s.apart(p2)
	VFMADD231PS(c[2], q2, x)
	emit(3, x)
	VFNMADD231PS(c[2], q2, p2)
	emit(4, p2)
}

// outer6 is row 0 or 5 of the input's transform: 4a - 5b + c, left in c.
func (s isa) outer6(k constants, a, b, c reg.VecVirtual) {
	VFNMADD231PS(k[5], b, c)
	VFMADD231PS(k[4], a, c)
}

// input6 transforms a line of six and emits the results in order.
func (s isa) input6(c constants, d line, emit func(int, reg.VecVirtual)) {
	first := s.apart(d[4])
	s.outer6(c, d[0], d[2], first)
	emit(0, first)
	s.inner6(c, d[1], d[2], d[3], d[4], emit)
	s.outer6(c, d[1], d[3], d[5])
	emit(5, d[5])
}

// input4 transforms a line of four and emits the results in order.
func (s isa) input4(_ constants, d line, emit func(int, reg.VecVirtual)) {
	emit(0, s.sub(d[0], d[2]))
	emit(1, s.add(d[1], d[2]))
	emit(2, s.sub(d[2], d[1]))
	emit(3, s.sub(d[1], d[3]))
}

// output6 turns six values into four.
func (s isa) output6(c constants, m line) line {
	s12, d12, s34, d34 := s.add(m[1], m[2]), s.sub(m[1], m[2]), s.add(m[3], m[4]), s.sub(m[3], m[4])
	y0, y3 := s.add(m[0], s12), s.add(m[5], d12)
	VADDPS(s34, y0, y0)
	VFMADD231PS(c[8], d34, y3)
	VFMADD231PS(c[2], d34, d12)
	VFMADD231PS(c[4], s34, s12)
	return line{y0, d12, s12, y3}
}

// output4 turns four values into two.
func (s isa) output4(_ constants, m line) line {
	y0, y1 := s.add(m[0], m[1]), s.sub(m[1], m[2])
	VADDPS(m[2], y0, y0)
	VSUBPS(m[3], y1, y1)
	return line{y0, y1}
}
