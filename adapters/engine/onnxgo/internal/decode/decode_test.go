package decode_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/decode"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

func read(t *testing.T, m *onnxtest.Model) *onnxfile.Model {
	t.Helper()
	model, err := onnxfile.ReadModel(m.Bytes(), onnxfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return model
}

func list(names ...string) []string { return names }

// hard is a model of what onnx-go's decoder mishandles: a tensor taken twice,
// inputs left out, a node without inputs, several outputs, an attribute that it
// does not know, a second operator set.
func hard() *onnxtest.Model {
	shape := domain.Shape{domain.Dynamic, 4}
	return onnxtest.NewModel(17).Opset("com.example", 3).
		Input("x", domain.FP32, shape).Output("y", domain.FP32, shape).
		Node("Constant", nil, list("two"), onnxtest.Float("value_float", 2)).
		Node("Mul", list("x", "x"), list("square")).
		Node("Clip", list("square", "", "two"), list("clipped")).
		Node("Split", list("clipped"), list("left", "right"), onnxtest.Int("axis", 1)).
		Node("Add", list("left", "left"), list("sum")).
		DomainNode("com.example", "Mystery", list("sum", "right"), list("y"), onnxtest.Graph("body", onnxtest.NewModel(17)))
}

func TestNodesJoinBothReaders(t *testing.T) {
	nodes, err := decode.Nodes(read(t, hard()))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range nodes {
		got = append(got, fmt.Sprintf("%s/%s %d %q -> %q %d", n.Domain, n.OpType, n.Opset, n.Inputs, n.Outputs, len(n.Attributes)))
	}
	want := []string{
		`/Constant 17 [] -> ["two"] 1`,
		`/Mul 17 ["x" "x"] -> ["square"] 0`,
		`/Clip 17 ["square" "" "two"] -> ["clipped"] 0`,
		`/Split 17 ["clipped"] -> ["left" "right"] 1`,
		`/Add 17 ["left" "left"] -> ["sum"] 0`,
		`com.example/Mystery 3 ["sum" "right"] -> ["y"] 1`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if a := nodes[5].Attributes[0]; a.Kind != operator.GraphAttribute || a.Graph == nil {
		t.Errorf("a graph is an attribute of kind %v, %v", a.Kind, a.Graph)
	}
	if a := nodes[0].Attributes[0]; a.Kind != operator.FloatAttribute || a.Float != 2 || a.Name != "value_float" {
		t.Errorf("%+v", a)
	}
}

func TestOperatorSetThatIsNotImported(t *testing.T) {
	m := onnxtest.NewModel(17).Input("x", domain.FP32, domain.Shape{1}).Output("y", domain.FP32, domain.Shape{1}).
		DomainNode("com.example", "Mystery", list("x"), list("y"))
	if _, err := decode.Nodes(read(t, m)); domain.KindOf(err) != domain.Invalid || err == nil || !strings.Contains(err.Error(), "com.example") {
		t.Errorf("%v", err)
	}
}

func TestModelWithoutNodes(t *testing.T) {
	m := onnxtest.NewModel(17).Input("x", domain.FP32, domain.Shape{1}).Output("x", domain.FP32, domain.Shape{1})
	if _, err := decode.Nodes(read(t, m)); domain.KindOf(err) != domain.Invalid || err == nil {
		t.Errorf("%v", err)
	}
}
