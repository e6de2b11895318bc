package graph

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

func whole(name string, value int64) operator.Attribute {
	return operator.Attribute{Name: name, Kind: operator.IntAttribute, Int: value}
}

// rowCases are graphs from x [N,4,6] or [N,4,6,6] to y, with constants that are
// named by their shapes.
var rowCases = []struct {
	name     string
	pictures bool
	nodes    []operator.Node
	apart    bool
}{
	{"convolution, pools, activation", true, []operator.Node{
		op("Conv", "x w4444", "a", ints("pads", 1, 1, 2, 2)), op("Relu", "a", "b"), op("MaxPool", "b", "c", ints("kernel_shape", 2, 2)),
		op("AveragePool", "c", "d", ints("kernel_shape", 2, 2)), op("LRN", "d", "e", whole("size", 3)), op("GlobalAveragePool", "e", "y"),
	}, true},
	{"batch normalisation", true, []operator.Node{op("BatchNormalization", "x v4 v4 v4 p4", "y")}, true},
	{"a residual and a factor for each channel", true, []operator.Node{
		op("GlobalMaxPool", "x", "s"), op("Mul", "x s", "a"), op("Add", "a x", "y"),
	}, true},
	{"an addend with rows of its own", false, []operator.Node{op("Add", "x m_11_4_6", "y")}, false},
	{"an addend of one row", false, []operator.Node{op("Add", "x m_1_4_6", "y")}, true},
	{"an addend without a batch axis", false, []operator.Node{op("Add", "x m_4_6", "y")}, true},
	{"broadcast to more axes", false, []operator.Node{op("Reshape", "x to_0_24", "r"), op("Add", "r m_1_1_24", "y")}, false},
	{"softmax over classes", false, []operator.Node{op("Softmax", "x", "y", whole("axis", 1))}, true},
	{"softmax over the batch", false, []operator.Node{op("Softmax", "x", "y", whole("axis", 0))}, false},
	{"softmax over the batch, counted from behind", false, []operator.Node{op("Softmax", "x", "y", whole("axis", -3))}, false},
	{"flatten", false, []operator.Node{op("Flatten", "x", "f"), op("Gemm", "f w_24_3 m1_3", "y")}, true},
	{"flatten from axis 2", false, []operator.Node{op("Flatten", "x", "y", whole("axis", 2))}, false},
	{"a product with transposed rows", false, []operator.Node{op("Flatten", "x", "f"), op("Gemm", "f w_11_3", "y", whole("transA", 1))}, false},
	{"a product of matrices", false, []operator.Node{op("MatMul", "x w_6_5", "y")}, true},
	{"a product with rows on the right", false, []operator.Node{op("MatMul", "w_11_2_4 x", "y")}, false},
	{"a product of rows with themselves", false, []operator.Node{op("Transpose", "x", "t", ints("perm", 0, 2, 1)), op("MatMul", "x t", "y")}, false},
	{"transposed behind the batch", false, []operator.Node{op("Transpose", "x", "y", ints("perm", 0, 2, 1))}, true},
	{"transposed with the batch", false, []operator.Node{op("Transpose", "x", "y", ints("perm", 1, 0, 2))}, false},
	{"reshaped behind the batch", false, []operator.Node{op("Reshape", "x to_0_24", "y")}, true},
	{"reshaped across the batch", false, []operator.Node{op("Reshape", "x to_6_m1", "y")}, false},
	{"reshaped across the batch and back", false, []operator.Node{op("Reshape", "x to_m1_4", "r"), op("Softmax", "r", "s", whole("axis", 0)), op("Reshape", "s to_m1_24", "y")}, false},
	{"joined by channel", false, []operator.Node{op("Concat", "x x", "y", whole("axis", 1))}, true},
	{"joined by row", false, []operator.Node{op("Concat", "x x", "y", whole("axis", 0))}, false},
	{"sliced by channel", false, []operator.Node{op("Slice", "x i1 i3 i1", "y")}, true},
	{"sliced by row", false, []operator.Node{op("Slice", "x i1 i3 i0", "y")}, false},
	{"rows reversed", false, []operator.Node{op("Slice", "x im1 imin i0 im1", "y")}, false},
	{"padded by channel", false, []operator.Node{op("Pad", "x p010010", "y")}, true},
	{"padded by row", false, []operator.Node{op("Pad", "x p100000", "y")}, false},
	{"gathered by channel", false, []operator.Node{op("Gather", "x i3", "y", whole("axis", 1))}, true},
	{"gathered by row", false, []operator.Node{op("Gather", "x i3", "y", whole("axis", 0))}, false},
	{"mean over the last axis", false, []operator.Node{op("ReduceMean", "x", "y", ints("axes", 2))}, true},
	{"mean over the batch", false, []operator.Node{op("ReduceMean", "x", "y", ints("axes", 0))}, false},
	{"divided by the size of the batch", false, []operator.Node{
		op("Shape", "x", "n"), op("Gather", "n i0", "first"), op("Cast", "first", "f", whole("to", 1)), op("Div", "x f", "y"),
	}, false},
	{"a shape computed from the batch", false, []operator.Node{
		op("Shape", "x", "n"), op("Gather", "n i0", "first"), op("Concat", "first im1", "to", whole("axis", 0)), op("Reshape", "x to", "y"),
	}, true},
	{"squeezed and unsqueezed", false, []operator.Node{op("Unsqueeze", "x i1", "u"), op("Squeeze", "u i1", "s"), op("Dropout", "s", "y")}, true},
	{"an axis in front of the batch", false, []operator.Node{op("Unsqueeze", "x i0", "y")}, false},
	{"an output that has no rows", false, []operator.Node{op("Relu", "m_1_4_6", "y")}, false},
}

// rowDefinition returns a case's graph.
func rowDefinition(t *testing.T, pictures bool, nodes []operator.Node) Definition {
	r := rand.New(rand.NewPCG(7, 8))
	i64 := func(values ...int64) domain.Tensor { return tensorOf(t, domain.Shape{len(values)}, values...) }
	shape := domain.Shape{domain.Dynamic, 4, 6}
	if pictures {
		shape = append(shape, 6)
	}
	return Definition{
		Inputs: []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: shape}}, Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32}},
		Budget: testBudget, Nodes: nodes,
		Constants: map[string]domain.Tensor{
			"w4444": random(t, r, 4, 4, 4, 4), "v4": random(t, r, 4), "p4": tensorOf[float32](t, domain.Shape{4}, 1, 2, 3, 4),
			"m_11_4_6": random(t, r, 11, 4, 6), "m_1_4_6": random(t, r, 1, 4, 6), "m_4_6": random(t, r, 4, 6), "m_1_1_24": random(t, r, 1, 1, 24),
			"w_24_3": random(t, r, 24, 3), "w_11_3": random(t, r, 11, 3), "m1_3": random(t, r, 1, 3), "w_6_5": random(t, r, 6, 5), "w_11_2_4": random(t, r, 11, 2, 4),
			"to_0_24": i64(0, 24), "to_6_m1": i64(6, -1), "to_m1_4": i64(-1, 4), "to_m1_24": i64(-1, 24), "i0": i64(0), "i1": i64(1), "i3": i64(3), "im1": i64(-1), "imin": i64(-1 << 40),
			"p010010": i64(0, 1, 0, 0, 1, 0), "p100000": i64(1, 0, 0, 0, 0, 0),
		},
	}
}

func TestRowsIndependent(t *testing.T) {
	for _, c := range rowCases {
		t.Run(c.name, func(t *testing.T) {
			g, err := New(rowDefinition(t, c.pictures, c.nodes))
			if err != nil {
				t.Fatal(err)
			}
			if got := g.RowsIndependent(); got != c.apart {
				t.Fatalf("independent: %v, expected %v", got, c.apart)
			}
			if c.apart {
				checkRowsApart(t, g, c.pictures)
			}
		})
	}
}

// checkRowsApart compares a batch with its rows.
func checkRowsApart(t *testing.T, g *Graph, pictures bool) {
	t.Helper()
	shape := []int{3, 4, 6}
	if pictures {
		shape = append(shape, 6)
	}
	batch := random(t, rand.New(rand.NewPCG(9, 9)), shape...)
	together := values(t, execute(t, g, batch))
	n := len(together) / 3
	for i := range 3 {
		row, err := batch.Rows(i, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if alone := values(t, execute(t, g, row)); !slices.Equal(alone, together[i*n:(i+1)*n]) {
			t.Errorf("row %d is %v alone, %v in the batch", i, alone, together[i*n:(i+1)*n])
		}
	}
}

func TestRowsOfStaticOrUnknownShapesAreNotSplit(t *testing.T) {
	for _, shape := range []domain.Shape{{1, 4, 6}, {domain.Dynamic, domain.Dynamic, 6}, {}} {
		d := rowDefinition(t, false, []operator.Node{op("Relu", "x", "y")})
		d.Inputs[0].Shape = shape
		if open(t, d).RowsIndependent() {
			t.Errorf("the rows of %v are called independent", shape)
		}
	}
}
