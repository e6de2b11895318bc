package kernels

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// randomBroadcast returns two operands' spread over a result, and how long all
// three are. Each operand lacks some axes.
func randomBroadcast(random *rand.Rand) (b Broadcast, x, y, out int) {
	x, y, out = 1, 1, 1
	for range random.IntN(5) {
		n := random.IntN(4) + 1
		strides := [2]int{x, y}
		lacks := random.IntN(4) // 0: the first operand, 1: the second
		if lacks < 2 {
			strides[lacks] = 0
		}
		b.Lengths, b.X, b.Y = slices.Insert(b.Lengths, 0, n), slices.Insert(b.X, 0, strides[0]), slices.Insert(b.Y, 0, strides[1])
		if lacks != 0 {
			x *= n
		}
		if lacks != 1 {
			y *= n
		}
		out *= n
	}
	return b, x, y, out
}

// places returns the offsets of element at of the result in both operands.
func (b Broadcast) places(at int) (x, y int) {
	for axis := len(b.Lengths) - 1; axis >= 0; axis-- {
		x += at % b.Lengths[axis] * b.X[axis]
		y += at % b.Lengths[axis] * b.Y[axis]
		at /= b.Lengths[axis]
	}
	return x, y
}

// rules are the definitions of the four rules.
func rules[T Number]() map[Arithmetic]func(x, y T) T {
	return map[Arithmetic]func(x, y T) T{
		Add: func(x, y T) T { return x + y }, Subtract: func(x, y T) T { return x - y },
		Multiply: func(x, y T) T { return x * y }, Divide: func(x, y T) T { return x / y },
	}
}

func TestArithmeticIsItsDefinition(t *testing.T) {
	t.Run("float32", func(t *testing.T) { checkArithmetic(t, func(r *rand.Rand) float32 { return r.Float32()*4 - 2 }) })
	t.Run("int8", func(t *testing.T) { checkArithmetic(t, func(r *rand.Rand) int8 { return int8(r.IntN(255)-127) | 1 }) })
	t.Run("uint64", func(t *testing.T) { checkArithmetic(t, func(r *rand.Rand) uint64 { return r.Uint64() | 1 }) })
}

func checkArithmetic[T Number](t *testing.T, draw func(*rand.Rand) T) {
	random := rand.New(rand.NewPCG(4, 4))
	const guard = 99
	for range 500 {
		b, lengthX, lengthY, n := randomBroadcast(random)
		x, y, dst := make([]T, lengthX), make([]T, lengthY), make([]T, n+1)
		for _, operand := range [][]T{x, y} {
			for i := range operand {
				operand[i] = draw(random)
			}
		}
		for op, rule := range rules[T]() {
			dst[n] = guard
			Calculate(op, dst[:n], x, y, b)
			for i, got := range dst[:n] {
				if atX, atY := b.places(i); got != rule(x[atX], y[atY]) {
					t.Fatalf("rule %d over %+v: element %d is %v, want that of %v and %v", op, b, i, got, x[atX], y[atY])
				}
			}
			if dst[n] != guard {
				t.Fatalf("rule %d over %+v writes beyond its end", op, b)
			}
		}
	}
}

// The most negative integer has no positive counterpart: the quotient by -1
// wraps around, as in two's complement, and must not stop the program.
func TestDivisionOfTheLeastInteger(t *testing.T) {
	dst := make([]int32, 3)
	Calculate(Divide, dst, []int32{-1 << 31, -7, 7}, []int32{-1, 2, -2}, Broadcast{Lengths: []int{3}, X: []int{1}, Y: []int{1}})
	if want := []int32{-1 << 31, -3, -3}; !slices.Equal(dst, want) {
		t.Errorf("got %v, want %v", dst, want)
	}
}
