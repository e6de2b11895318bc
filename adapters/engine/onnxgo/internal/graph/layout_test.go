package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// layoutCases are graphs from x [N,4,6,6] to y, in which values go through all
// kinds of layouts.
var layoutCases = map[string][]operator.Node{
	"a picture into blocks and out again": {op("Conv", "x w4444", "y")},
	"readers with and without blocks": {
		op("Conv", "x w4444", "a", ints("pads", 2, 1, 2, 1)), op("Transpose", "a", "t", ints("perm", 0, 1, 3, 2)), op("Conv", "t w4444", "b"), op("Conv", "a w4444", "c"),
		op("GlobalAveragePool", "b", "p"), op("GlobalMaxPool", "c", "q"), op("Add", "p q", "y"),
	},
	"an output that others read too": {
		op("Conv", "x w4444", "y", ints("pads", 2, 2, 1, 1)), op("Relu", "y", "r"), op("Conv", "r w4444", "z"),
	},
	"one value with several borders": {
		op("Conv", "x w4444", "a"), op("Conv", "a w4433", "b", ints("pads", 1, 1, 1, 1)), op("MaxPool", "a", "c", ints("kernel_shape", 3, 3), ints("strides", 1, 1), ints("pads", 1, 1, 1, 1)),
		op("Concat", "b c a", "d", whole("axis", 1)), op("Sigmoid", "d", "y"),
	},
	"a factor for each channel": {
		op("Conv", "x w4444", "a"), op("GlobalAveragePool", "a", "s"), op("Conv", "s w4411", "f"), op("HardSigmoid", "f", "g"), op("Mul", "a g", "m"), op("Mul", "g m", "y"),
	},
	"arithmetic of two pictures": {
		op("Conv", "x w4444", "a"), op("Conv", "x w4444", "b"), op("Sub", "a b", "c"), op("Mul", "a c", "d"), op("Div", "d p1411", "e"), op("Add", "e a", "f"), op("Clip", "f low high", "y"),
	},
	"normalised by itself": {op("Conv", "x w4444", "a"), op("Relu", "a", "r"), op("BatchNormalization", "r v4 v4 v4 p4", "y")},
	"a channel's own filter": {
		op("Conv", "x w4133", "a", ints("pads", 1, 1, 1, 1), whole("group", 4)), op("Relu", "a", "b"), op("Conv", "b w4133", "y", ints("strides", 2, 2), whole("group", 4)),
	},
	"groups that are no blocks":      {op("Conv", "x w4444", "a"), op("Conv", "a w4233", "b", whole("group", 2), ints("pads", 1, 1, 1, 1)), op("Conv", "b w4411", "y")},
	"a mean written as a reduction":  {op("Conv", "x w4444", "a"), op("ReduceMean", "a", "y", ints("axes", -1, 2))},
	"a residual that is the input":   {op("Conv", "x w4433", "a", ints("pads", 1, 1, 1, 1)), op("Add", "a x", "b"), op("Relu", "b", "y")},
	"weights that are computed":      {op("Conv", "x w4444", "a"), op("GlobalAveragePool", "x", "g"), op("Reshape", "g to_m1_4_1_1", "w"), op("Conv", "a w", "y")},
	"a signal with a single axis":    {op("Reshape", "x to_0_4_36", "s"), op("Conv", "s w443", "a", ints("pads", 1, 1)), op("MaxPool", "a", "y", ints("kernel_shape", 2))},
	"an average that counts padding": {op("Conv", "x w4444", "a"), op("AveragePool", "a", "y", ints("kernel_shape", 2, 2), ints("pads", 1, 0, 0, 1), whole("count_include_pad", 1))},
}

func layoutDefinition(t *testing.T, set *micro.Set, nodes []operator.Node) Definition {
	r := rand.New(rand.NewPCG(17, 18))
	d := rowDefinition(t, true, nodes)
	d.Set = set
	more := map[string]domain.Tensor{
		"w4433": random(t, r, 4, 4, 3, 3), "w4411": random(t, r, 4, 4, 1, 1), "w4133": random(t, r, 4, 1, 3, 3), "w4233": random(t, r, 4, 2, 3, 3), "w443": random(t, r, 4, 4, 3),
		"p1411": tensorOf[float32](t, domain.Shape{1, 4, 1, 1}, 1, 2, 3, 4), "low": tensorOf[float32](t, domain.Shape{}, -1), "high": tensorOf[float32](t, domain.Shape{}, 1),
		"to_m1_4_1_1": tensorOf[int64](t, domain.Shape{4}, -1, 4, 1, 1), "to_0_4_36": tensorOf[int64](t, domain.Shape{3}, 0, 4, 36),
	}
	for name, tensor := range more {
		d.Constants[name] = tensor
	}
	return d
}

// Plans, with all their layouts and shared buffers, compute what the plain
// kernels do one by one.
func TestLayoutsChangeNoAnswer(t *testing.T) {
	for _, set := range micro.Available() {
		for name, nodes := range layoutCases {
			t.Run(set.Name+"/"+name, func(t *testing.T) {
				g := open(t, layoutDefinition(t, set, nodes))
				batch := 3
				if strings.Contains(name, "computed") {
					batch = 1 // the weights' number is that of the batch
				}
				input := random(t, rand.New(rand.NewPCG(4, 4)), batch, 4, 6, 6)
				want, got := values(t, evaluate(t, g, input)), values(t, execute(t, g, input))
				for i, w := range want {
					if math.Abs(float64(got[i]-w)) > 2e-5*max(1, math.Abs(float64(w))) {
						t.Fatalf("element %d is %v, expected %v", i, got[i], w)
					}
				}
			})
		}
	}
}

// What is made in blocks stays in blocks: the network reorders its input and its
// output, and nothing between.
func TestReorderingsVanish(t *testing.T) {
	nodes := []operator.Node{
		op("Conv", "x w4433", "a", ints("pads", 1, 1, 1, 1)), op("Relu", "a", "b"), op("Conv", "b w4433", "c", ints("pads", 1, 1, 1, 1)), op("Add", "c b", "d"),
		op("MaxPool", "d", "e", ints("kernel_shape", 2, 2)), op("Concat", "e e", "f", whole("axis", 1)), op("Sigmoid", "f", "g"), op("GlobalAveragePool", "g", "y"),
	}
	plan, err := open(t, layoutDefinition(t, nil, nodes)).Compile([]domain.Shape{{1, 4, 6, 6}})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(fmt.Sprint(plan.Describe()), "{reordering "); n != 1 {
		t.Errorf("%d reorderings, expected one, of the input:\n%v", n, plan.Describe())
	}
}
