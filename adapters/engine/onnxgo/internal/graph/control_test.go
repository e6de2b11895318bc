package graph

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// bodyAttribute returns a graph as an attribute: inputs, outputs and nodes.
func bodyAttribute(name, inputs, outputs string, nodes ...operator.Node) operator.Attribute {
	specs := func(text string) (list []domain.TensorSpec) {
		for _, name := range names(text) {
			list = append(list, domain.TensorSpec{Name: name})
		}
		return list
	}
	return operator.Attribute{Name: name, Kind: operator.GraphAttribute, Graph: &operator.Body{Inputs: specs(inputs), Outputs: specs(outputs), Nodes: nodes}}
}

// controlled is a graph from x [2,3] FP32 to y.
func controlled(t *testing.T, nodes ...operator.Node) Definition {
	return Definition{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 3}}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32}},
		Constants: map[string]domain.Tensor{
			"yes": tensorOf(t, domain.Shape{}, true), "no": tensorOf(t, domain.Shape{}, false),
			"three": tensorOf[int64](t, domain.Shape{}, 3), "none": tensorOf[int64](t, domain.Shape{}, 0), "from": tensorOf[int64](t, domain.Shape{1}, 0),
			"one": tensorOf[float32](t, domain.Shape{}, 1), "ones": tensorOf[float32](t, domain.Shape{1, 1, 3}, 1, 1, 1), "ten": tensorOf[float32](t, domain.Shape{3}, 10, 20, 30),
		},
		Budget: testBudget, Nodes: nodes,
	}
}

// A choice between x+1 and x*ten, by a condition.
func choice(condition string) operator.Node {
	return op("If", condition, "y",
		bodyAttribute("then_branch", "", "sum", op("Add", "x one", "sum")),
		bodyAttribute("else_branch", "", "product", op("Mul", "x ten", "product")))
}

// repeated adds x to what it carries, and collects what it has.
func repeated(trips, condition string) operator.Node {
	return op("Loop", trips+" "+condition+" x", "last all",
		bodyAttribute("body", "i more carried", "still next copy",
			op("Identity", "more", "still"), op("Add", "carried x", "next"), op("Mul", "carried one", "copy")))
}

func TestControlFlowIsExpanded(t *testing.T) {
	for _, c := range []struct {
		name  string
		nodes []operator.Node
		shape domain.Shape
		want  []float32
	}{
		{"a condition that holds", []operator.Node{choice("yes")}, domain.Shape{2, 3}, []float32{2, 3, 4, 5, 6, 7}},
		{"a condition that does not", []operator.Node{choice("no")}, domain.Shape{2, 3}, []float32{10, 40, 90, 40, 100, 180}},
		{"a choice in a choice", []operator.Node{op("If", "yes", "y",
			bodyAttribute("then_branch", "", "inner", op("Mul", "x ten", "outer"), op("If", "no", "inner",
				bodyAttribute("then_branch", "", "a", op("Identity", "x", "a")),
				bodyAttribute("else_branch", "", "a", op("Add", "outer one", "a")))),
			bodyAttribute("else_branch", "", "b", op("Identity", "x", "b")))}, domain.Shape{2, 3}, []float32{11, 41, 91, 41, 101, 181}},
		{"what a loop carries", []operator.Node{repeated("three", "yes"), op("Identity", "last", "y")}, domain.Shape{2, 3}, []float32{4, 8, 12, 16, 20, 24}},
		{"what a loop collects", []operator.Node{repeated("three", "_"), op("Identity", "all", "y")}, domain.Shape{3, 2, 3}, []float32{1, 2, 3, 4, 5, 6, 2, 4, 6, 8, 10, 12, 3, 6, 9, 12, 15, 18}},
		{"a loop that never runs", []operator.Node{repeated("none", "yes"), op("Identity", "last", "y")}, domain.Shape{2, 3}, []float32{1, 2, 3, 4, 5, 6}},
		{"a loop whose condition does not hold", []operator.Node{repeated("three", "no"), op("Identity", "last", "y")}, domain.Shape{2, 3}, []float32{1, 2, 3, 4, 5, 6}},
		{"what a loop that never runs collects", []operator.Node{repeated("none", "yes"), op("Concat", "all ones", "y", whole("axis", 0))}, domain.Shape{1, 1, 3}, []float32{1, 1, 1}},
		{"sums along an axis, backwards", []operator.Node{op("Constant", "", "start", operator.Attribute{Name: "value", Kind: operator.TensorAttribute, Tensor: tensorOf[float32](t, domain.Shape{2}, 0, 0)}),
			op("Scan", "start x", "total y", whole("num_scan_inputs", 1), ints("scan_input_axes", 1), ints("scan_input_directions", 1), ints("scan_output_axes", 1),
				bodyAttribute("body", "sum element", "more copy", op("Add", "sum element", "more"), op("Identity", "more", "copy")))},
			domain.Shape{2, 3}, []float32{3, 5, 6, 6, 11, 15}},
		{"sums of each row, of old", []operator.Node{op("Unsqueeze", "x from", "rows"), op("Transpose", "rows", "steps", ints("perm", 1, 2, 0)), op("Constant", "", "start", operator.Attribute{Name: "value", Kind: operator.TensorAttribute, Tensor: tensorOf[float32](t, domain.Shape{2, 1}, 10, 20)}),
			ofOpset(8, op("Scan", "_ start steps", "total all", whole("num_scan_inputs", 1), ints("directions", 1),
				bodyAttribute("body", "sum element", "more copy", op("Add", "sum element", "more"), op("Identity", "more", "copy")))),
			op("Constant", "", "behind", operator.Attribute{Name: "value", Kind: operator.TensorAttribute, Tensor: tensorOf[int64](t, domain.Shape{1}, 1)}), op("Unsqueeze", "total behind", "totals"), op("Concat", "all totals", "y", whole("axis", 1))},
			domain.Shape{2, 4, 1}, []float32{13, 15, 16, 16, 26, 31, 35, 35}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := open(t, controlled(t, c.nodes...))
			x := tensorOf[float32](t, domain.Shape{2, 3}, 1, 2, 3, 4, 5, 6)
			if strings.HasSuffix(c.name, "never runs collects") {
				x = tensorOf[float32](t, domain.Shape{1, 3}, 1, 2, 3)
			}
			planned := execute(t, g, x)
			evaluated, err := g.Evaluate(t.Context(), []domain.Tensor{x})
			if err != nil {
				t.Fatal(err)
			}
			for way, got := range map[string]domain.Tensor{"planned": planned, "evaluated": evaluated[0]} {
				if !got.Shape().Equal(c.shape) || !slices.Equal(values(t, got), c.want) {
					t.Errorf("%s: %v %v, expected %v %v", way, got.Shape(), values(t, got), c.shape, c.want)
				}
			}
		})
	}
}

func ofOpset(opset int, n operator.Node) operator.Node {
	n.Opset = opset
	return n
}

func TestWhatDependsOnElementsIsEvaluated(t *testing.T) {
	d := controlled(t, op("Cast", "x", "whole", whole("to", 7)), op("Reshape", "x whole", "y"))
	d.Inputs[0].Shape = domain.Shape{2}
	g := open(t, d)
	if _, err := g.Compile([]domain.Shape{{2}}); !DependsOnElements(err) || domain.KindOf(err) != domain.Unsupported {
		t.Fatalf("a plan: %v", err)
	}
	if g.Plannable() {
		t.Error("plannable")
	}
	x := tensorOf[float32](t, domain.Shape{2}, 1, 2)
	outputs, err := g.Evaluate(t.Context(), []domain.Tensor{x})
	if err != nil || !outputs[0].Shape().Equal(domain.Shape{1, 2}) {
		t.Errorf("%v, %v", outputs, err)
	}
	if &values(t, outputs[0])[0] == &values(t, x)[0] {
		t.Error("the output is the input's memory")
	}
	_, err = g.Evaluate(t.Context(), []domain.Tensor{tensorOf[float32](t, domain.Shape{2}, 3, 2)})
	if domain.KindOf(err) != domain.Invalid || !strings.Contains(err.Error(), `node "y" (Reshape)`) {
		t.Errorf("elements that do not fit: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Evaluate(ctx, []domain.Tensor{x}); domain.KindOf(err) != domain.Canceled {
		t.Errorf("canceled: %v", err)
	}
}

func TestControlFlowThatIsRefused(t *testing.T) {
	endless := op("Loop", "_ _ x", "y", bodyAttribute("body", "i more carried", "still next", op("Identity", "more", "still"), op("Add", "carried one", "next")))
	for said, nodes := range map[string][]operator.Node{
		"more than the 200000 nodes":                   {endless},
		"no graph in its attribute else_branch":        {op("If", "yes", "y", bodyAttribute("then_branch", "", "a", op("Identity", "x", "a")))},
		`its input "nowhere" is made by no node`:       {op("If", "yes", "y", bodyAttribute("then_branch", "", "a", op("Add", "x nowhere", "a")), bodyAttribute("else_branch", "", "b", op("Identity", "x", "b")))},
		"operator Nonesuch of opset 17":                {op("If", "yes", "y", bodyAttribute("then_branch", "", "a", op("Nonesuch", "x", "a")), bodyAttribute("else_branch", "", "b", op("Identity", "x", "b")))},
		"attribute colour is not known to If":          {op("If", "yes", "y", bodyAttribute("then_branch", "", "a", op("Identity", "x", "a")), bodyAttribute("else_branch", "", "b", op("Identity", "x", "b")), whole("colour", 1))},
		"its condition has datatype FP32":              {choice("x")},
		"which its body of 1 inputs":                   {op("Loop", "three yes x", "y", bodyAttribute("body", "i", "still", op("Cast", "i", "still", whole("to", 9))))},
		"scans axis 7":                                 {op("Scan", "x", "y", whole("num_scan_inputs", 1), ints("scan_input_axes", 7), bodyAttribute("body", "e", "f", op("Identity", "e", "f")))},
		"with an input sequence_lens is not":           {ofOpset(8, op("Scan", "from x x", "y", whole("num_scan_inputs", 1), bodyAttribute("body", "s e", "f", op("Add", "s e", "f"))))},
		"attribute scan_input_axes is not known":       {ofOpset(8, op("Scan", "_ x x", "y", whole("num_scan_inputs", 1), ints("scan_input_axes", 1), bodyAttribute("body", "s e", "f", op("Add", "s e", "f"))))},
		"its input 2 has shape [3], expected as many ": {ofOpset(8, op("Scan", "_ x ten", "y", whole("num_scan_inputs", 1), bodyAttribute("body", "s e", "f", op("Add", "s e", "f"))))},
		"attribute scan_input_axes has 2 values":       {op("Scan", "x", "y", whole("num_scan_inputs", 1), ints("scan_input_axes", 0, 1), bodyAttribute("body", "e", "f", op("Identity", "e", "f")))},
		"the file does not say what shape the elemen":  {op("Slice", "x from from", "nothing"), op("Scan", "nothing", "y", whole("num_scan_inputs", 1), bodyAttribute("body", "e", "f", op("Identity", "e", "f")))},
	} {
		g, err := New(controlled(t, nodes...))
		if err == nil {
			_, err = g.Signature()
		}
		if err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("%v, expected %q", err, said)
		}
	}
}

// Half precision: what is computed between two operators is not rounded, what
// the model gives is.
func TestHalvesAreComputedAsFP32(t *testing.T) {
	half := func(values ...float32) domain.Tensor {
		bits := make([]domain.Float16, len(values))
		for i, v := range values {
			bits[i] = domain.Float16(map[float32]uint16{1: 0x3c00, 2: 0x4000, 1024: 0x6400, 2048: 0x6800, 4096: 0x6c00}[v])
		}
		return tensorOf(t, domain.Shape{len(bits)}, bits...)
	}
	d := Definition{
		Inputs:    []domain.TensorSpec{{Name: "x", Datatype: domain.FP16, Shape: domain.Shape{2}}},
		Outputs:   []domain.TensorSpec{{Name: "y", Datatype: domain.FP16}, {Name: "s", Datatype: domain.FP16}},
		Constants: map[string]domain.Tensor{"large": half(4096, 2048), "one": half(1, 1)},
		Budget:    testBudget,
		// 2048+1 is no FP16.
		Nodes: []operator.Node{op("Add", "x one", "s"), op("Sub", "s x", "y")},
	}
	g := open(t, d)
	x := half(2048, 1)
	outputs, err := g.Evaluate(t.Context(), []domain.Tensor{x})
	if err != nil {
		t.Fatal(err)
	}
	for way, y := range map[string]domain.Tensor{"evaluated": outputs[0], "planned": execute(t, g, x)} {
		if want := half(1, 1); !operator.SameElements(y, want) {
			t.Errorf("%s: %v", way, elementsOf(y))
		}
	}
	if want := half(2048, 2); !operator.SameElements(outputs[1], want) {
		t.Errorf("the sum: %v", elementsOf(outputs[1]))
	}
}

func elementsOf(t domain.Tensor) string {
	data, _ := domain.Data[domain.Float16](t)
	return fmt.Sprint(data)
}

func TestExamineFindsEverything(t *testing.T) {
	d := controlled(t, op("Nonesuch", "x", "a"), op("Neither", "x", "b"), op("MatMul", "a b", "c"),
		op("Gather", "x three", "d"), op("Relu", "x", "e"), op("Add", "e one", "y"), op("Conv", "x one", "f"))
	findings, err := Examine(d)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range findings {
		found = append(found, f.Node.OpType)
	}
	if want := []string{"Nonesuch", "Neither", "Gather", "Conv"}; !slices.Equal(found, want) {
		t.Errorf("%v, expected %v", found, want)
	}
}
