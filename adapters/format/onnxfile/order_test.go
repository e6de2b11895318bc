package onnxfile_test

import (
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

// made returns what nodes make, in their order.
func made(nodes []onnxfile.Node) string {
	var names []string
	for _, n := range nodes {
		names = append(names, n.Outputs...)
	}
	return strings.Join(names, " ")
}

func TestNodesComeInOrder(t *testing.T) {
	list := func(names ...string) []string { return names }
	network := func() *onnxtest.Model {
		return onnxtest.NewModel(17).Input("x", domain.FP32, domain.Shape{2}).Initializer("w", tensor[float32](t, domain.Shape{2}, 1, 2)).Output("y", domain.FP32, domain.Shape{2})
	}
	// Its body takes a from outside and makes a b of its own. Its nodes stay as they are:
	// the first b could be another one.
	branch := onnxtest.Graph("then_branch", onnxtest.NewModel(17).
		Node("Relu", list("b"), list("c")).Node("Neg", list("a"), list("b")).Output("c", domain.FP32, domain.Shape{2}))
	for name, test := range map[string]struct {
		model *onnxtest.Model
		want  string
	}{
		"in order":                 {network().Node("Add", list("x", "w"), list("a")).Node("Neg", list("x"), list("b")).Node("Add", list("a", "b"), list("y")), "a b y"},
		"backwards":                {network().Node("Add", list("a", "b"), list("y")).Node("Neg", list("a", ""), list("b", "")).Node("Add", list("x", "w"), list("a")), "a b  y"},
		"one at the end":           {network().Node("Neg", list("x"), list("a")).Node("Add", list("a", "cast"), list("y")).Node("Neg", list("x"), list("b")).Node("Cast", list("w"), list("cast")), "a b cast y"},
		"used in a graph":          {network().Node("If", list("x"), list("y"), branch).Node("Neg", list("y"), list("b")).Node("Neg", list("x"), list("a")), "a y b"},
		"used twice":               {network().Node("Add", list("a", "a"), list("y")).Node("Neg", list("x"), list("a")), "a y"},
		"a cycle":                  {network().Node("Add", list("x", "b"), list("a")).Node("Neg", list("a"), list("b")).Node("Neg", list("x"), list("y")), "a b y"},
		"a name that is no node's": {network().Node("Add", list("nowhere", "a"), list("y")).Node("Neg", list("x"), list("a")), "a y"},
	} {
		m := readModel(t, test.model.Bytes())
		if got := made(m.Graph.Nodes); got != test.want {
			t.Errorf("%s: %q, expected %q", name, got, test.want)
		}
	}
	inner := readModel(t, network().Node("If", list("x"), list("y"), branch).Bytes()).Graph.Nodes[0].Attributes[0].Graph
	if got := made(inner.Nodes); got != "c b" {
		t.Errorf("a graph within a node: %q", got)
	}
	body := onnxtest.NewModel(17).Node("Neg", list("b"), list("c")).Node("Neg", list("a"), list("b"))
	function := readModel(t, network().Opset("org.example", 1).Function("org.example", "Twice", list("a"), list("c"), nil, body).DomainNode("org.example", "Twice", list("x"), list("y")).Bytes())
	if got := made(function.Functions[0].Nodes); got != "b c" {
		t.Errorf("a function: %q", got)
	}
}
