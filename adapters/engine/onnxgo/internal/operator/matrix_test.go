package operator

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestMatrixProductsAgainstONNXRuntime(t *testing.T) {
	checkGolden(t, []golden{
		{"plain", "Gemm", 7, attrs(), shapes{{2, 3}, {3, 4}, {4}},
			domain.Shape{2, 4}, []float32{-2.1875, -1.625, 1.375, -0.5, 0.1875, 0.4375, 0.6875, 2.5625}},
		{"transposed", "Gemm", 9, attrs(whole("transA", 1), whole("transB", 1)), shapes{{3, 2}, {4, 3}, {2, 4}},
			domain.Shape{2, 4}, []float32{-1.0625, -0.3125, 2.0625, 1.1875, 2.375, -1.25, -0.8125, -0.375}},
		{"alpha and beta, C a column", "Gemm", 11, attrs(decimal("alpha", 0.5), decimal("beta", -2.0)), shapes{{2, 3}, {3, 2}, {2, 1}},
			domain.Shape{2, 2}, []float32{2.40625, 0.5, 0.84375, 4.0625}},
		{"C a row", "Gemm", 13, attrs(whole("transB", 1)), shapes{{3, 2}, {2, 2}, {1, 2}},
			domain.Shape{3, 2}, []float32{1.3125, -2.125, 1.5, -2.125, 1.6875, -2.125}},
		{"C a scalar", "Gemm", 13, attrs(), shapes{{2, 2}, {2, 2}, {}},
			domain.Shape{2, 2}, []float32{0.3125, -2.375, 0.25, -2.125}},
		{"no C", "Gemm", 11, attrs(decimal("alpha", 2.0)), shapes{{2, 2}, {2, 3}},
			domain.Shape{2, 3}, []float32{0.125, -5.25, 0.75, -0.5, -5.25, 1.375}},
		{"C left out", "Gemm", 13, attrs(), shapes{{1, 2}, {2, 3}, {1}},
			domain.Shape{1, 3}, []float32{-0.6875, -3.375, -0.375}},
		{"matrices", "MatMul", 7, attrs(), shapes{{2, 3}, {3, 2}},
			domain.Shape{2, 2}, []float32{1.8125, -2, -3.3125, 3.125}},
		{"stacks stretched to each other", "MatMul", 9, attrs(), shapes{{2, 1, 1, 2}, {3, 2, 2}},
			domain.Shape{2, 3, 1, 2}, []float32{1.0625, -1.625, 0.875, -1.8125, -1.75, 1.25, 1, -1.375, 0.4375, -1.9375, -1.75, 1.5625}},
		{"a stack and one matrix", "MatMul", 13, attrs(), shapes{{2, 2, 3}, {3, 2}},
			domain.Shape{2, 2, 2}, []float32{1.8125, -2, -3.3125, 3.125, -1.125, 0.9375, 2.6875, -2.875}},
		{"one matrix and a stack", "MatMul", 13, attrs(), shapes{{2, 3}, {2, 3, 1}},
			domain.Shape{2, 2, 1}, []float32{1.8125, -0.5625, -1.5, 0.875}},
		{"row and matrix", "MatMul", 13, attrs(), shapes{{3}, {2, 3, 2}},
			domain.Shape{2, 2}, []float32{1.8125, -2, 1.6875, 0.3125}},
		{"matrix and column", "MatMul", 13, attrs(), shapes{{2, 2, 3}, {3}},
			domain.Shape{2, 2}, []float32{1.8125, -0.5625, -2.125, 1.1875}},
		{"row and column", "MatMul", 13, attrs(), shapes{{3}, {3}},
			domain.Shape{}, []float32{1.8125}},
	})
}

func TestGemmIsGivenC(t *testing.T) {
	_, err := Parse(heavyNode("Gemm", 10, 2))
	checkRefused(t, err, domain.Invalid, "has 2 inputs, expected 3 to 3")
	op := parsed[Operator](t, heavyNode("Gemm", 11, 3))
	one := fp32(t, domain.Shape{1, 1}, 2)
	got := compute(t, op, []domain.Tensor{one, one, {}}, 1) // left out by an empty name
	checkOutput(t, got, domain.Shape{1, 1}, []float32{4})
}

func TestGemmRefuses(t *testing.T) {
	_, err := Parse(heavyNode("Gemm", 11, 2, whole("broadcast", 1)))
	checkRefused(t, err, domain.Unsupported, "broadcast = 1 is not known to Gemm")
	_, err = Parse(heavyNode("Gemm", 11, 2, whole("alpha", 1)))
	checkRefused(t, err, domain.Unsupported, "alpha = 1")
	for _, c := range []struct {
		name   string
		attrs  []Attribute
		inputs shapes
		said   string
	}{
		{"A", nil, shapes{{1, 2, 3}, {3, 1}}, "input A has shape [1,2,3], expected a matrix"},
		{"B", nil, shapes{{2, 3}, {3}}, "input B has shape [3], expected a matrix"},
		{"K", nil, shapes{{2, 3}, {2, 3}}, "input B has shape [2,3], expected 3 rows"},
		{"K transposed", attrs(whole("transA", 1)), shapes{{2, 3}, {3, 1}}, "expected 2 rows"},
		{"C of three axes", nil, shapes{{2, 3}, {3, 4}, {1, 1, 4}}, "input C has shape [1,1,4]"},
		{"C of other columns", nil, shapes{{2, 3}, {3, 4}, {2}}, "stretches to [2,4]"},
		{"C of other rows", nil, shapes{{2, 3}, {3, 4}, {3, 4}}, "stretches to [2,4]"},
		{"C stretches the product", nil, shapes{{1, 3}, {3, 4}, {2, 4}}, "stretches to [1,4]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			checkRefused(t, inferring(t, heavyNode("Gemm", 11, max(2, len(c.inputs)), c.attrs...), c.inputs...), domain.Invalid, c.said)
		})
	}
}

func TestMatMulRefuses(t *testing.T) {
	for _, c := range []struct {
		inputs shapes
		said   string
	}{
		{shapes{{}, {1}}, "must not be scalars"},
		{shapes{{2}, {}}, "must not be scalars"},
		{shapes{{2, 3}, {2, 3}}, "input B has shape [2,3], expected 3 rows"},
		{shapes{{3}, {2}}, "input B has shape [2], expected 3 rows"},
		{shapes{{2, 1, 1}, {3, 1, 1}}, "the stacks of A [2] and B [3] do not fit"},
		{shapes{{1 << 31, 1, 1}, {1, 1 << 40}}, "output"},
	} {
		checkRefused(t, inferring(t, heavyNode("MatMul", 13, 2), c.inputs...), domain.Invalid, c.said)
	}
}

// TestMatMulIsItsDefinition indexes every element of random stacks by itself.
func TestMatMulIsItsDefinition(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		batch := make(domain.Shape, random.IntN(4))
		for i := range batch {
			batch[i] = random.IntN(4)
		}
		m, k, n := random.IntN(4), random.IntN(4), random.IntN(5)
		outer := func() domain.Shape {
			part := batch[random.IntN(len(batch)+1):].Clone()
			for i := range part {
				if random.IntN(3) == 0 {
					part[i] = 1
				}
			}
			return part
		}
		outerA, outerB := outer(), outer()
		a, b := ramp(t, 0, append(outerA.Clone(), m, k)), ramp(t, 1, append(outerB.Clone(), k, n))
		shape, err := stretch(outerA, outerB)
		if err != nil {
			t.Fatal(err)
		}
		shape = append(shape, m, n)
		op := parsed[Operator](t, heavyNode("MatMul", 13, 2))
		got := compute(t, op, []domain.Tensor{a, b}, 1+random.IntN(2))
		var want []float32
		eachIndex(shape, func(index []int) {
			var sum float64
			stack, i, j := index[:len(index)-2], index[len(index)-2], index[len(index)-1]
			for t := range k {
				sum += float64(elementAt(a, stack, i, t)) * float64(elementAt(b, stack, t, j))
			}
			want = append(want, float32(sum))
		})
		checkOutput(t, got, shape, want)
	}
}

func eachIndex(shape domain.Shape, visit func(index []int)) {
	total, _ := shape.Elements()
	for flat := range total {
		index := make([]int, len(shape))
		for axis, rest := len(shape)-1, flat; axis >= 0; axis-- {
			index[axis], rest = rest%shape[axis], rest/shape[axis]
		}
		visit(index)
	}
}

// elementAt returns an element of a stack that is stretched to a larger one.
func elementAt(tensor domain.Tensor, stack []int, row, column int) float32 {
	shape := tensor.Shape()
	index := append(append([]int{}, stack[len(stack)-(len(shape)-2):]...), row, column)
	flat := 0
	for axis, length := range shape {
		at := index[axis]
		if length == 1 {
			at = 0
		}
		flat = flat*length + at
	}
	return floats(tensor)[flat]
}

func TestRowsOfAMatrixProductStandAlone(t *testing.T) {
	b := ramp(t, 1, domain.Shape{33, 10})
	for _, opType := range []string{"Gemm", "MatMul"} {
		op := parsed[Operator](t, heavyNode(opType, 13, 2))
		all := ramp(t, 0, domain.Shape{7, 33})
		want := floats(compute(t, op, []domain.Tensor{all, b}, 1))
		for i := range 7 {
			row := fp32(t, domain.Shape{1, 33}, floats(all)[i*33:(i+1)*33]...)
			for j, x := range floats(compute(t, op, []domain.Tensor{row, b}, 1)) {
				if math.Float32bits(x) != math.Float32bits(want[i*10+j]) {
					t.Fatalf("%s: row %d alone differs from that row among 7", opType, i)
				}
			}
		}
	}
}
