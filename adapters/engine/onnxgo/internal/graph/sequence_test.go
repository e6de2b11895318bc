package graph

import (
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// sequential is controlled with numbers to point with.
func sequential(t *testing.T, nodes ...operator.Node) Definition {
	d := controlled(t, nodes...)
	for name, number := range map[string]int64{"0": 0, "1": 1, "2": 2, "3": 3, "-1": -1, "-2": -2, "-4": -4} {
		d.Constants[name] = tensorOf(t, domain.Shape{}, number)
	}
	d.Constants["1 2"], d.Constants["1 1"] = tensorOf[int64](t, domain.Shape{2}, 1, 2), tensorOf[int64](t, domain.Shape{2}, 1, 1)
	d.Constants["second"] = tensorOf[int32](t, domain.Shape{}, 1)
	return d
}

// nodesWith are nodes of which one has constants whose names have blanks.
func nodesWith(n operator.Node, inputs ...string) operator.Node {
	n.Inputs = inputs
	return n
}

func TestSequencesAreExpanded(t *testing.T) {
	three := []operator.Node{op("Add", "x x", "double"), op("Add", "double x", "triple"), op("SequenceConstruct", "x double triple", "s")}
	after := func(nodes ...operator.Node) []operator.Node { return append(slices.Clone(three), nodes...) }
	for _, c := range []struct {
		name  string
		nodes []operator.Node
		shape domain.Shape
		want  []float32
	}{
		{"the second", after(op("SequenceAt", "s second", "y")), domain.Shape{2, 3}, []float32{2, 4, 6, 8, 10, 12}},
		{"the last", after(op("SequenceAt", "s -1", "y")), domain.Shape{2, 3}, []float32{3, 6, 9, 12, 15, 18}},
		{"how many", after(op("SequenceLength", "s", "n"), op("Cast", "n", "y", whole("to", 1))), domain.Shape{}, []float32{3}},
		{"the last is erased", after(op("SequenceErase", "s", "t"), op("SequenceAt", "t -1", "y")), domain.Shape{2, 3}, []float32{2, 4, 6, 8, 10, 12}},
		{"the first is erased, and the other sequence stays", after(op("SequenceErase", "s 0", "t"), op("SequenceAt", "t 0", "a"), op("SequenceAt", "s 0", "b"), op("Sub", "a b", "y")), domain.Shape{2, 3}, []float32{1, 2, 3, 4, 5, 6}},
		{"inserted at the end", after(op("SequenceInsert", "s x", "t"), op("SequenceAt", "t 3", "y")), domain.Shape{2, 3}, []float32{1, 2, 3, 4, 5, 6}},
		{"inserted in front of the last", after(op("SequenceInsert", "s x -1", "t"), op("SequenceAt", "t 2", "y")), domain.Shape{2, 3}, []float32{1, 2, 3, 4, 5, 6}},
		{"inserted at the beginning", after(op("SequenceInsert", "s triple 0", "t"), op("SequenceAt", "t 0", "y")), domain.Shape{2, 3}, []float32{3, 6, 9, 12, 15, 18}},
		{"joined", []operator.Node{op("SequenceConstruct", "x x", "s"), op("ConcatFromSequence", "s", "y", whole("axis", -1))}, domain.Shape{2, 6}, []float32{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6}},
		{"stacked", []operator.Node{op("Neg", "x", "z"), op("SequenceConstruct", "x z", "s"), op("ConcatFromSequence", "s", "y", whole("axis", -1), whole("new_axis", 1))}, domain.Shape{2, 3, 2}, []float32{1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6}},
		{"one by one", []operator.Node{op("SplitToSequence", "x", "s", whole("axis", 1)), op("SequenceAt", "s 2", "y")}, domain.Shape{2, 1}, []float32{3, 6}},
		{"one by one, without the axis", []operator.Node{op("SplitToSequence", "x", "s", whole("axis", -1), whole("keepdims", 0)), op("SequenceAt", "s 2", "y")}, domain.Shape{2}, []float32{3, 6}},
		{"ones, as PyTorch writes unbind", []operator.Node{op("SplitToSequence", "x 1", "s", whole("axis", 1), whole("keepdims", 0)), op("SequenceAt", "s 1", "y")}, domain.Shape{2}, []float32{2, 5}},
		{"twos", []operator.Node{op("SplitToSequence", "x 2", "s", whole("axis", 1), whole("keepdims", 0)), op("SequenceAt", "s 0", "y")}, domain.Shape{2, 2}, []float32{1, 2, 4, 5}},
		{"what is left over", []operator.Node{op("SplitToSequence", "x 2", "s", whole("axis", 1)), op("SequenceAt", "s 1", "y")}, domain.Shape{2, 1}, []float32{3, 6}},
		{"lengths", []operator.Node{nodesWith(op("SplitToSequence", "", "s", whole("axis", 1)), "x", "1 2"), op("SequenceAt", "s 1", "y")}, domain.Shape{2, 2}, []float32{2, 3, 5, 6}},
		{"passed on", after(op("Identity", "s", "t"), op("SequenceAt", "t 0", "y")), domain.Shape{2, 3}, []float32{1, 2, 3, 4, 5, 6}},
		{"chosen", after(op("If", "no", "t",
			bodyAttribute("then_branch", "", "a", op("Identity", "s", "a")),
			bodyAttribute("else_branch", "", "b", op("SequenceErase", "s 0", "b"))), op("SequenceAt", "t 0", "y")), domain.Shape{2, 3}, []float32{2, 4, 6, 8, 10, 12}},
		{"made by a loop", []operator.Node{op("SequenceEmpty", "", "none at first"), op("Identity", "x", "first"),
			nodesWith(op("Loop", "", "last all", bodyAttribute("body", "i more carried list", "still next longer",
				op("Identity", "more", "still"), op("Add", "carried x", "next"), op("SequenceInsert", "list next", "longer"))), "three", "", "first", "none at first"),
			op("ConcatFromSequence", "all", "y", whole("axis", 0))}, domain.Shape{6, 3}, []float32{2, 4, 6, 8, 10, 12, 3, 6, 9, 12, 15, 18, 4, 8, 12, 16, 20, 24}},
		{"mapped with a tensor", after(op("SequenceMap", "s ten", "t", bodyAttribute("body", "e c", "f", op("Add", "e c", "f"))), op("SequenceAt", "t 1", "y")), domain.Shape{2, 3}, []float32{12, 24, 36, 18, 30, 42}},
		{"mapped with a sequence", after(op("SequenceMap", "s s", "t u", bodyAttribute("body", "e f", "g h", op("Add", "e f", "g"), op("Mul", "e f", "h"))), op("SequenceAt", "u 1", "y")), domain.Shape{2, 3}, []float32{4, 16, 36, 64, 100, 144}},
		{"there", []operator.Node{op("Optional", "x", "o"), op("OptionalHasElement", "o", "has"), op("OptionalGetElement", "o", "z"), choiceOf("has", "z")}, domain.Shape{2, 3}, []float32{1, 2, 3, 4, 5, 6}},
		{"not there", []operator.Node{op("Optional", "", "o", operator.Attribute{Name: "type"}), op("OptionalHasElement", "o", "has"), op("Not", "has", "has not"), nodesWith(choiceOf("", "x"), "has not")}, domain.Shape{2, 3}, []float32{1, 2, 3, 4, 5, 6}},
		{"an optional sequence", after(op("Optional", "s", "o"), op("OptionalGetElement", "o", "t"), op("SequenceAt", "t 1", "y")), domain.Shape{2, 3}, []float32{2, 4, 6, 8, 10, 12}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.nodes {
				if c.nodes[i].OpType == "Not" { // the only output with a blank in its name
					c.nodes[i].Outputs = []string{"has not"}
				}
				if c.nodes[i].OpType == "SequenceEmpty" {
					c.nodes[i].Outputs = []string{"none at first"}
				}
			}
			g := open(t, sequential(t, c.nodes...))
			x := tensorOf[float32](t, domain.Shape{2, 3}, 1, 2, 3, 4, 5, 6)
			evaluated, err := g.Evaluate(t.Context(), []domain.Tensor{x})
			if err != nil {
				t.Fatal(err)
			}
			for way, got := range map[string]domain.Tensor{"planned": execute(t, g, x), "evaluated": evaluated[0]} {
				if !got.Shape().Equal(c.shape) || !slices.Equal(values(t, got), c.want) {
					t.Errorf("%s: %v %v, expected %v %v", way, got.Shape(), values(t, got), c.shape, c.want)
				}
			}
		})
	}
}

// choiceOf gives a value if a condition holds, and nothing that is like it else.
func choiceOf(condition, value string) operator.Node {
	return op("If", condition, "y",
		bodyAttribute("then_branch", "", "a", op("Identity", value, "a")),
		bodyAttribute("else_branch", "", "b", op("Mul", value+" ten", "b")))
}

func TestSequencesAreRefused(t *testing.T) {
	s, many := op("SequenceConstruct", "x x", "s"), op("SequenceConstruct", strings.Repeat("x ", 500), "s")
	old := func(n operator.Node, opset int) operator.Node {
		n.Opset = opset
		return n
	}
	growing := nodesWith(op("Loop", "", "all", bodyAttribute("body", "i more list", "still longer",
		op("Identity", "more", "still"), op("SequenceInsert", "list x", "longer"))), "", "", "s")
	for said, nodes := range map[string][]operator.Node{
		`its input "s" is a sequence, expected a tensor`:           {s, op("Relu", "s", "y")},
		`its input "o" is an optional value, expected a tensor`:    {op("Optional", "x", "o"), op("Relu", "o", "y")},
		`its input "s" is a sequence, expected`:                    {s, op("SequenceConstruct", "x s", "t"), op("SequenceAt", "t 0", "y")},
		`its input "x" is no sequence`:                             {op("SequenceAt", "x 0", "y")},
		`output y: is a sequence, only tensors are supported`:      {op("SequenceConstruct", "x x", "y")},
		"its position is 2, expected -2 to 1 for a sequence of 2":  {s, op("SequenceAt", "s 2", "y")},
		"its position is -4, expected -2 to 2 for a sequence of 2": {s, op("SequenceInsert", "s x -4", "t"), op("SequenceAt", "t 0", "y")},
		"its sequence is empty":                                    {op("SequenceEmpty", "", "s"), op("SequenceErase", "s", "t"), op("SequenceAt", "t 0", "y")},
		"it inserts FP32 into a sequence of INT64":                 {op("SequenceEmpty", "", "s", whole("dtype", 7)), op("SequenceInsert", "s x", "t"), op("SequenceAt", "t 0", "y")},
		"its inputs have datatypes FP32 and INT64":                 {op("SequenceConstruct", "x three", "s"), op("SequenceAt", "s 0", "y")},
		"attribute dtype = 99 is not a datatype":                   {op("SequenceEmpty", "", "s", whole("dtype", 99)), op("SequenceAt", "s 0", "y")},
		"its input position has datatype FP32":                     {s, op("SequenceAt", "s one", "y")},
		"input position is computed from the elements":             {op("Cast", "x", "i", whole("to", 7)), s, op("SequenceAt", "s i", "y")},
		"axis 2 is not one of 2":                                   {op("SplitToSequence", "x", "s", whole("axis", 2)), op("SequenceAt", "s 0", "y")},
		"its input split [1 1] does not add up to 3":               {nodesWith(op("SplitToSequence", "", "s", whole("axis", 1)), "x", "1 1"), op("SequenceAt", "s 0", "y")},
		"its input split is 0, expected a length":                  {op("SplitToSequence", "x 0", "s"), op("SequenceAt", "s 0", "y")},
		"attribute keepdims = 2 is neither 0 nor 1":                {op("SplitToSequence", "x", "s", whole("keepdims", 2)), op("SequenceAt", "s 0", "y")},
		"attribute axis is required":                               {s, op("ConcatFromSequence", "s", "y")},
		"attribute axis is of another type":                        {s, op("ConcatFromSequence", "s", "y", ints("axis", 1))},
		"attribute new_axis = -1 is neither 0 nor 1":               {s, op("ConcatFromSequence", "s", "y", whole("axis", 0), whole("new_axis", -1))},
		"axis 4 is not one of 3":                                   {s, op("ConcatFromSequence", "s", "y", whole("axis", 4), whole("new_axis", 1))},
		"its sequence is empty, so it has no shape":                {op("SequenceEmpty", "", "s"), op("ConcatFromSequence", "s", "y", whole("axis", 0))},
		"attribute colour is not known to SequenceLength":          {s, op("SequenceLength", "s", "y", whole("colour", 1))},
		"has 1 inputs, expected 2 to 2":                            {s, op("SequenceAt", "s", "y")},
		"operator SequenceAt of opset 10 is not supported":         {s, old(op("SequenceAt", "s 0", "y"), 10)},
		"operator SequenceMap of opset 16 is not supported":        {s, old(op("SequenceMap", "s", "y", bodyAttribute("body", "e", "f", op("Relu", "e", "f"))), 16)},
		"which its body of 1 inputs and 1 outputs does not fit":    {s, op("SequenceMap", "s x", "t", bodyAttribute("body", "e", "f", op("Relu", "e", "f"))), op("SequenceAt", "t 0", "y")},
		"its sequences have 2 and 1 tensors":                       {s, op("SequenceErase", "s", "u"), op("SequenceMap", "s u", "t", bodyAttribute("body", "e f", "g", op("Add", "e f", "g"))), op("SequenceAt", "t 0", "y")},
		"its optional value is empty":                              {op("Optional", "", "o", operator.Attribute{Name: "type"}), op("OptionalGetElement", "o", "y")},
		"has neither an input nor a type":                          {op("Optional", "", "o"), op("OptionalGetElement", "o", "y")},
		`its input "x" is no optional value`:                       {op("OptionalGetElement", "x", "y")},
		"sequences come to more than the 4000000 tensors":          {s, growing, op("SequenceAt", "all 0", "y")},
		"sequences come to more than the 200000 parts":             {many, nodesWith(op("Loop", "", "y", bodyAttribute("body", "i more c", "still next", op("Identity", "more", "still"), op("ConcatFromSequence", "s", "next", whole("axis", 0)))), "", "", "x")},
		`node "y" (SequenceInsert): has 4 inputs, expected 2 to 3`: {s, op("SequenceInsert", "s x 0 0", "y")},
		`its input position has 2 elements, expected one`:          {s, nodesWith(op("SequenceAt", "", "y"), "s", "1 1")},
	} {
		g, err := New(sequential(t, nodes...))
		if err == nil {
			_, err = g.infer([]domain.Shape{{2, 3}})
		}
		if err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("%v, expected %q", err, said)
		}
	}
}

// Before opset 18 only what is optional has an element.
func TestOptionalsOfOpset18(t *testing.T) {
	get := op("OptionalGetElement", "x", "y")
	get.Opset = 18
	has := op("OptionalHasElement", "x", "has")
	has.Opset = 18
	left := op("OptionalHasElement", "", "left")
	left.Opset = 18
	g := open(t, sequential(t, has, left, op("And", "has left", "both"), op("If", "both", "z", bodyAttribute("then_branch", "", "a", op("Neg", "x", "a")), bodyAttribute("else_branch", "", "b", op("Identity", "x", "b"))), get))
	x := tensorOf[float32](t, domain.Shape{1, 3}, 1, 2, 3)
	if got := values(t, execute(t, g, x)); !slices.Equal(got, []float32{1, 2, 3}) {
		t.Errorf("got %v", got)
	}
}

// A position that depends on the inputs' elements is known when there are inputs.
func TestPositionsFromElementsAreEvaluated(t *testing.T) {
	d := sequential(t, op("ReduceMax", "x", "most", whole("keepdims", 0)), op("Cast", "most", "i", whole("to", 7)), op("SequenceConstruct", "one ten", "s"), op("SequenceAt", "s i", "y"))
	g := open(t, d)
	if g.Plannable() {
		t.Error("plannable")
	}
	outputs, err := g.Evaluate(t.Context(), []domain.Tensor{tensorOf[float32](t, domain.Shape{1, 3}, 0, 1, 0)})
	if err != nil || !slices.Equal(values(t, outputs[0]), []float32{10, 20, 30}) {
		t.Errorf("%v, %v", outputs, err)
	}
}
