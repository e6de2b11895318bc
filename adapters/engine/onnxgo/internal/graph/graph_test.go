package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

const testBudget = 1 << 30

// op returns a node of opset 17 whose name is that of its first output.
func op(opType string, inputs, outputs string, attributes ...operator.Attribute) operator.Node {
	return operator.Node{
		Name: strings.Fields(outputs)[0], OpType: opType, Opset: 17,
		Inputs: names(inputs), Outputs: names(outputs), Attributes: attributes,
	}
}

// names splits "x w _" at blanks; _ is a value left out.
func names(text string) []string {
	fields := strings.Fields(text)
	for i, field := range fields {
		if field == "_" {
			fields[i] = ""
		}
	}
	return fields
}

func ints(name string, values ...int64) operator.Attribute {
	return operator.Attribute{Name: name, Kind: operator.IntsAttribute, Ints: values}
}

func tensorOf[T domain.Element](t *testing.T, shape domain.Shape, values ...T) domain.Tensor {
	t.Helper()
	tensor, err := domain.NewTensor(shape, values)
	if err != nil {
		t.Fatal(err)
	}
	return tensor
}

func random(t *testing.T, r *rand.Rand, shape ...int) domain.Tensor {
	t.Helper()
	n, err := domain.Shape(shape).Elements()
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = r.Float32()*2 - 1
	}
	return tensorOf(t, shape, values...)
}

// network is a residual block: two convolutions with batch normalisation, a
// shortcut, activations, and a classifier behind a shape computed at run time.
func network(t *testing.T) Definition {
	r := rand.New(rand.NewPCG(1, 2))
	pads := ints("pads", 1, 1, 1, 1)
	constants := map[string]domain.Tensor{
		"w1": random(t, r, 4, 3, 3, 3), "b1": random(t, r, 4), "w2": random(t, r, 4, 4, 3, 3), "w3": random(t, r, 4, 3, 1, 1),
		"mean": random(t, r, 4), "var": tensorOf[float32](t, domain.Shape{4}, 1, 2, 3, 4), "scale": random(t, r, 4), "shift": random(t, r, 4),
		"fc": random(t, r, 4*5*5, 2), "axis": tensorOf[int64](t, domain.Shape{}, 0), "rest": tensorOf[int64](t, domain.Shape{1}, -1),
		"zero": tensorOf[int64](t, domain.Shape{1}, 0),
	}
	return Definition{
		Inputs:    []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 3, 5, 5}}},
		Outputs:   []domain.TensorSpec{{Name: "y", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 2}}},
		Constants: constants,
		Budget:    testBudget,
		Nodes: []operator.Node{
			op("Conv", "x w1 b1", "c1", pads), op("BatchNormalization", "c1 scale shift mean var", "n1"), op("Relu", "n1", "r1"),
			op("Conv", "r1 w2", "c2", pads), op("BatchNormalization", "c2 scale shift mean var", "n2"),
			op("Conv", "x w3", "c3"), op("Identity", "c3", "i3"), op("Add", "n2 i3", "a"), op("Relu", "a", "r2"),
			op("Shape", "r2", "shape"), op("Gather", "shape axis", "n"), op("Unsqueeze", "n zero", "n_"), op("Concat", "n_ rest", "target", operator.Attribute{Name: "axis", Kind: operator.IntAttribute}),
			op("Reshape", "r2 target", "flat"), op("MatMul", "flat fc", "y"),
		},
	}
}

func open(t *testing.T, d Definition) *Graph {
	t.Helper()
	g, err := New(d)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// evaluate runs a graph step by step, without passes or shared buffers.
func evaluate(t *testing.T, g *Graph, input domain.Tensor) domain.Tensor {
	t.Helper()
	p, err := g.infer([]domain.Shape{input.Shape()})
	if err != nil {
		t.Fatal(err)
	}
	tensors := map[string]domain.Tensor{g.inputs[0].Name: input}
	at := func(name string) domain.Tensor {
		if tensor, ok := tensors[name]; ok {
			return tensor
		}
		return p.values[name].Const
	}
	for _, s := range p.steps {
		run, err := s.operator.Compile(p.valuesOf(s.inputs), p.valuesOf(s.outputs))
		if err != nil {
			t.Fatal(err)
		}
		var in, out []domain.Tensor
		for _, name := range s.inputs {
			in = append(in, at(name))
		}
		for _, name := range s.outputs {
			tensor, err := domain.MakeTensor(p.values[name].Datatype, p.values[name].Shape)
			if err != nil {
				t.Fatal(err)
			}
			tensors[name] = tensor
			out = append(out, tensor)
		}
		run(in, out)
	}
	return at(p.outputs[0])
}

// execute runs a graph's plan.
func execute(t *testing.T, g *Graph, input domain.Tensor) domain.Tensor {
	t.Helper()
	plan, err := g.Compile([]domain.Shape{input.Shape()})
	if err != nil {
		t.Fatal(err)
	}
	state, err := plan.NewState(1)
	if err != nil {
		t.Fatal(err)
	}
	var output domain.Tensor
	for range 2 { // the second time, buffers hold what the first left
		if err := domain.Copy(state.Values[plan.Inputs[0]], input); err != nil {
			t.Fatal(err)
		}
		for _, run := range state.Runs {
			if err := run(); err != nil {
				t.Fatal(err)
			}
		}
		output = state.Values[plan.Outputs[0]].Clone()
	}
	return output
}

func values(t *testing.T, tensor domain.Tensor) []float32 {
	t.Helper()
	data, ok := domain.Data[float32](tensor)
	if !ok {
		t.Fatalf("%v is not FP32", tensor.Datatype())
	}
	return data
}

func TestPlanComputesWhatTheNodesSay(t *testing.T) {
	g := open(t, network(t))
	input := random(t, rand.New(rand.NewPCG(3, 4)), 3, 3, 5, 5)
	want, got := values(t, evaluate(t, g, input)), values(t, execute(t, g, input))
	if len(got) != 6 || len(want) != 6 {
		t.Fatalf("%d and %d values, expected 6", len(got), len(want))
	}
	for i := range want {
		if math.Abs(float64(got[i]-want[i])) > 1e-5*max(1, math.Abs(float64(want[i]))) {
			t.Errorf("value %d is %v, expected %v", i, got[i], want[i])
		}
	}
}

func TestRowsDoNotDependOnTheBatch(t *testing.T) {
	g := open(t, network(t))
	batch := random(t, rand.New(rand.NewPCG(5, 6)), 7, 3, 5, 5)
	together := values(t, execute(t, g, batch))
	for i := range 7 {
		row, err := batch.Rows(i, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if alone := values(t, execute(t, g, row)); !slices.Equal(alone, together[2*i:2*i+2]) {
			t.Errorf("row %d is %v alone, %v in the batch", i, alone, together[2*i:2*i+2])
		}
	}
}

func TestPassesLeaveFewSteps(t *testing.T) {
	plan, err := open(t, network(t)).Compile([]domain.Shape{{1, 3, 5, 5}})
	if err != nil {
		t.Fatal(err)
	}
	// Three convolutions, which took all else, the product, and a reordering in front of
	// the first convolution and behind the last: Reshape is a view.
	if len(plan.Steps) != 6 {
		t.Fatalf("%d steps, expected 6:\n%v", len(plan.Steps), plan.Describe())
	}
	clamped, added := 0, 0
	for _, s := range plan.Steps {
		if conv, ok := s.operator.(*operator.Conv); ok && conv.HasClamp() {
			clamped++
		}
		if conv, ok := s.operator.(*operator.Conv); ok && conv.HasResidual() {
			added++
		}
	}
	if clamped != 2 || added != 1 {
		t.Errorf("%d clamps and %d additions fused, expected 2 and 1", clamped, added)
	}
}

func TestFoldedWeightsAreShared(t *testing.T) {
	g := open(t, network(t))
	find := func(batch int) []float32 {
		p, err := g.infer([]domain.Shape{{batch, 3, 5, 5}})
		if err != nil {
			t.Fatal(err)
		}
		if err := foldBatchNormalizations(p); err != nil {
			t.Fatal(err)
		}
		return values(t, p.values["c1/folded weights"].Const)
	}
	if &find(1)[0] != &find(2)[0] {
		t.Error("two plans folded the same weights twice")
	}
}

func TestBuffersAreReused(t *testing.T) {
	d := Definition{
		Inputs:  []domain.TensorSpec{{Name: "v00", Datatype: domain.FP32, Shape: domain.Shape{1, 100}}},
		Outputs: []domain.TensorSpec{{Name: "v40", Datatype: domain.FP32}},
		Budget:  testBudget,
	}
	for i := range 40 {
		from, to := "v"+itoa(i), "v"+itoa(i+1)
		d.Nodes = append(d.Nodes, op("Tanh", from, to))
	}
	plan, err := open(t, d).Compile([]domain.Shape{{1, 100}})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Bytes() != 2*400 {
		t.Errorf("a chain of 40 steps takes %d bytes, expected two buffers of 400", plan.Bytes())
	}
}

func itoa(i int) string { return string(rune('0'+i/10)) + string(rune('0'+i%10)) }

func TestValuesReadTwiceStayAlive(t *testing.T) {
	d := Definition{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{1, 4}}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32}, {Name: "view", Datatype: domain.FP32}, {Name: "x", Datatype: domain.FP32}},
		Nodes: []operator.Node{
			op("Tanh", "x", "a"), op("Flatten", "a", "view"), op("Sigmoid", "a", "b"), op("Mul", "b b", "c"), op("Add", "c a", "d"), op("Tanh", "d", "y"),
		},
		Budget: testBudget,
	}
	input := tensorOf[float32](t, domain.Shape{1, 4}, -1, 0, 0.5, 2)
	g := open(t, d)
	got := values(t, execute(t, g, input))
	for i, v := range values(t, input) {
		a := math.Tanh(float64(v))
		b := 1 / (1 + math.Exp(-a))
		if want := math.Tanh(b*b + a); math.Abs(float64(got[i])-want) > 1e-6 {
			t.Errorf("y[%d] is %v, expected %v", i, got[i], want)
		}
	}
}

func TestSignatureIsFoundNotBelieved(t *testing.T) {
	d := network(t)
	d.Outputs[0].Shape = domain.Shape{1, 99} // what an exporter may have written
	signature, err := open(t, d).Signature()
	if err != nil {
		t.Fatal(err)
	}
	if got := signature.Outputs[0].String(); got != "y FP32 [-1,2]" {
		t.Errorf("output %s", got)
	}
	if got := signature.Inputs[0].String(); got != "x FP32 [-1,3,5,5]" {
		t.Errorf("input %s", got)
	}
}

func TestSignatureOfAModelExportedForOne(t *testing.T) {
	d := network(t)
	d.Constants["target"] = tensorOf[int64](t, domain.Shape{2}, 1, 100)
	d.Nodes = slices.DeleteFunc(d.Nodes, func(n operator.Node) bool {
		return slices.Contains([]string{"Shape", "Gather", "Unsqueeze", "Concat"}, n.OpType)
	})
	signature, err := open(t, d).Signature()
	if err != nil {
		t.Fatal(err)
	}
	if got := signature.Inputs[0].String(); got != "x FP32 [1,3,5,5]" {
		t.Errorf("input %s", got)
	}
}

// The first axis of some models is no batch but a length, of which there may be too
// little: that is refused when it comes, and not the model.
func TestSignatureOfALengthInFront(t *testing.T) {
	for _, least := range []int64{2, 5} {
		axis := operator.Attribute{Name: "axis", Kind: operator.IntAttribute}
		d := Definition{
			Inputs:    []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 4}}},
			Outputs:   []domain.TensorSpec{{Name: "largest", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 4}}, {Name: "y", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 4}}},
			Nodes:     []operator.Node{op("TopK", "x k", "largest at", axis), op("Tanh", "x", "y")},
			Constants: map[string]domain.Tensor{"k": tensorOf[int64](t, domain.Shape{1}, least)},
			Budget:    testBudget,
		}
		signature, err := open(t, d).Signature()
		if err != nil {
			t.Fatal(err)
		}
		got := []string{signature.Inputs[0].String(), signature.Outputs[0].String(), signature.Outputs[1].String()}
		if want := []string{"x FP32 [-1,4]", fmt.Sprintf("largest FP32 [%d,4]", least), "y FP32 [-1,4]"}; !slices.Equal(got, want) {
			t.Errorf("%d at least: %v, expected %v", least, got, want)
		}
	}
}

func TestActivationIsRecognised(t *testing.T) {
	axis := func(i int64) operator.Attribute {
		return operator.Attribute{Name: "axis", Kind: operator.IntAttribute, Int: i}
	}
	for _, test := range []struct {
		last operator.Node
		want domain.Activation
	}{
		{op("Tanh", "y", "z"), domain.Logits},
		{op("Softmax", "y", "z"), domain.Probabilities},
		{op("Softmax", "y", "z", axis(0)), domain.Logits},
		{op("LogSoftmax", "y", "z", axis(1)), domain.LogProbabilities},
		{op("Sigmoid", "y", "z"), domain.Independent},
	} {
		d := network(t)
		d.Nodes = append(d.Nodes, test.last, op("Identity", "z", "out"))
		d.Outputs[0].Name = "out"
		signature, err := open(t, d).Signature()
		if err != nil {
			t.Fatal(err)
		}
		if got := signature.Outputs[0].Activation; got != test.want {
			t.Errorf("%v: activation %v, expected %v", test.last, got, test.want)
		}
	}
}
