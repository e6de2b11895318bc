package operator

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/domain"
)

// answers is a node with its inputs and the outputs that ONNX's reference evaluator
// gives for them; one that is not looked at is the zero Tensor.
type answers struct {
	name   string
	opType string
	opset  int
	attrs  []Attribute
	inputs []domain.Tensor
	want   []domain.Tensor
}

// node returns the node, which has no output that is not looked at.
func (c answers) node() Node {
	node := example{opType: c.opType, opset: c.opset, attrs: c.attrs, inputs: c.inputs}.node()
	node.Outputs = nil
	for i, want := range c.want {
		name := ""
		if !want.IsZero() {
			name = fmt.Sprint("output ", i)
		}
		node.Outputs = append(node.Outputs, name)
	}
	return node
}

func checkAnswers(t *testing.T, cases []answers) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.opType+" "+c.name, func(t *testing.T) {
			for _, knownFrom := range []int{len(c.inputs), 0} {
				outputs, err := results(c.node(), c.inputs, knownFrom)
				if err != nil {
					t.Fatal(err)
				}
				for i, want := range c.want {
					if !want.IsZero() && !alike(outputs[i], want) {
						t.Errorf("output %d is %s, want %s", i, contents(outputs[i]), contents(want))
					}
				}
			}
		})
	}
}

// ramps are tensors of the shapes, which ramp fills; nil is one left out.
func ramps(t *testing.T, list ...domain.Shape) []domain.Tensor {
	t.Helper()
	tensors := make([]domain.Tensor, len(list))
	for i, shape := range list {
		if shape != nil {
			tensors[i] = ramp(t, i%5, shape)
		}
	}
	return tensors
}

// checkRowsStandAlone compares each row of a batch with that row alone, computed
// after the others by the same Run.
func checkRowsStandAlone(t *testing.T, node Node, inputs []domain.Tensor, perRow []bool) {
	t.Helper()
	op := parsed[Operator](t, node)
	values := valuesOf(inputs, len(inputs))
	inferred, err := op.Infer(values)
	if err != nil {
		t.Fatal(err)
	}
	if !KeepsRows(op, values, inferred[:len(node.Outputs)], perRow) {
		t.Errorf("%v: rows are not kept apart", node)
	}
	together, err := results(node, inputs, len(inputs))
	if err != nil {
		t.Fatal(err)
	}
	var run Run
	for row := inputs[0].Shape()[0] - 1; row >= 0; row-- {
		own := make([]domain.Tensor, len(inputs))
		for i, input := range inputs {
			own[i] = input
			if perRow[i] {
				own[i] = rowAt(t, input, row)
			}
		}
		values := valuesOf(own, len(own))
		inferred, err := op.Infer(values)
		if err != nil {
			t.Fatal(err)
		}
		if run == nil {
			if run, err = op.Compile(values, inferred); err != nil {
				t.Fatal(err)
			}
		}
		alone := make([]domain.Tensor, len(node.Outputs))
		for i := range alone {
			alone[i] = rubbish(inferred[i])
		}
		run(own, alone)
		for i, output := range alone {
			if want := rowAt(t, together[i], row); !SameElements(output, want) {
				t.Errorf("%v: output %d, row %d is %s alone and %s in a batch", node, i, row, contents(output), contents(want))
			}
		}
	}
}

func rowAt(t *testing.T, tensor domain.Tensor, row int) domain.Tensor {
	t.Helper()
	part, err := tensor.Rows(row, row+1)
	if err != nil {
		t.Fatal(err)
	}
	return part
}

// Inputs of shapes that differ little fit each other now and then.
func TestHostileInputsOfAttention(t *testing.T) {
	for _, opType := range []string{"Attention", "LinearAttention", "CausalConvWithState"} {
		random, accepted := rand.New(rand.NewPCG(11, 11)), 0
		for range 30000 {
			node := randomNode(random, opType)
			if opType == "LinearAttention" {
				rule := []string{"linear", "gated", "delta", "gated_delta"}[random.IntN(4)]
				node.Attributes = append(without(node.Attributes, "update_rule"), text("update_rule", rule))
			}
			shape := make(domain.Shape, 2+random.IntN(3))
			for i := range shape {
				shape[i] = 1 + random.IntN(2)
			}
			inputs := make([]Value, len(node.Inputs))
			for i := range inputs {
				inputs[i] = similar(random, shape)
			}
			if hostile(t, node, inputs) {
				accepted++
			}
			if t.Failed() {
				return
			}
		}
		if accepted < 20 {
			t.Errorf("%s: %d inputs were accepted, so that the test says little", opType, accepted)
		}
	}
}

// similar is left out, or FP32 of nearly a shape, or sometimes of another datatype.
func similar(random *rand.Rand, shape domain.Shape) Value {
	if random.IntN(4) == 0 {
		return Value{}
	}
	shape = shape.Clone()
	switch random.IntN(3) {
	case 0:
		shape[random.IntN(len(shape))] = random.IntN(4)
	case 1:
		shape = shape[random.IntN(2):]
	}
	datatypes := []domain.Datatype{domain.FP32, domain.FP32, domain.FP32, domain.FP32, domain.FP32, domain.FP32, domain.FP64, domain.BOOL, domain.INT64}
	return Value{Datatype: datatypes[random.IntN(len(datatypes))], Shape: shape}
}
