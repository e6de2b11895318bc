package onnxfile_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	onnx "github.com/owulveryck/onnx-go"
	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/simple"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

// recorder is a backend for onnx-go that writes down what it is told.
type recorder struct {
	*simple.WeightedDirectedGraph
	edges      []string
	operations []string
}

type named struct {
	graph.Node
	name string
}

func (n *named) SetName(name string) { n.name = name }
func (n *named) GetName() string     { return n.name }

func (r *recorder) NewNode() graph.Node {
	return &named{Node: r.WeightedDirectedGraph.NewNode()}
}

func (r *recorder) SetWeightedEdge(e graph.WeightedEdge) {
	r.edges = append(r.edges, fmt.Sprintf("%s[%v]=%s", e.From().(*named).name, e.Weight(), e.To().(*named).name))
}

func (r *recorder) ApplyOperation(op onnx.Operation, outputs ...graph.Node) error {
	names := make([]string, len(outputs))
	for i, output := range outputs {
		names[i] = output.(*named).name
	}
	r.operations = append(r.operations, fmt.Sprintf("%s %s: %s", op.Name, strings.Join(names, ","), strings.Join(r.edges, " ")))
	r.edges = nil
	return nil
}

// decode lets onnx-go decode a light copy.
func decode(t *testing.T, m *onnxfile.Model) []string {
	t.Helper()
	r := &recorder{WeightedDirectedGraph: simple.NewWeightedDirectedGraph(0, 0)}
	if err := onnx.NewModel(r).UnmarshalBinary(m.Topology()); err != nil {
		t.Fatal(err)
	}
	return r.operations
}

func TestTopologyOfShippedModel(t *testing.T) {
	data := readFile(t, filepath.Join(shippedFolder, "model.onnx"))
	m := readModel(t, data)
	if light := m.Topology(); len(light) > len(data)/50 {
		t.Errorf("the light copy has %d bytes", len(light))
	}
	operations := decode(t, m)
	if len(operations) != len(m.Graph.Nodes) {
		t.Fatalf("%d operations of %d nodes", len(operations), len(m.Graph.Nodes))
	}
	for i, n := range m.Graph.Nodes {
		want := fmt.Sprintf("%s %s:", n.OpType, n.Outputs[0])
		for at, input := range n.Inputs {
			want += fmt.Sprintf(" %s[%d]=%s", n.Outputs[0], at, input)
		}
		if operations[i] != want {
			t.Errorf("operation %d is %q, expected %q", i, operations[i], want)
		}
	}
}

// TestTopology decodes what onnx-go treats in ways of its own, and what it could
// not decode from the model itself: attributes with graphs, texts and FP16.
func TestTopology(t *testing.T) {
	m := readModel(t, onnxtest.NewModel(17).
		Input("x", domain.FP16, domain.Shape{-1, 2}).
		Output("y", domain.FP16, domain.Shape{-1, 2}).
		Output("x2", domain.FP16, domain.Shape{-1, 2}).
		Initializer("w", tensor[domain.Float16](t, domain.Shape{2}, 1, 2)).
		Initializer("names", tensor(t, domain.Shape{0}, []string{}...)).
		Node("Constant", nil, []string{"c"}, onnxtest.Graph("g", small(t))).
		Node("Mul", []string{"x", "x"}, []string{"x2"}).
		Node("Clip", []string{"x2", "", "w"}, []string{"clipped"}).
		Node("Split", []string{"clipped", "c"}, []string{"a", "b"}).
		Node("Two", []string{"a", "names"}, []string{"", "y"}).
		Bytes())
	want := []string{
		"Constant c: c[0]=/input",
		"Mul x2: x2[0]=x x2[1]=x",
		"Clip clipped: clipped[0]=x2 clipped[1]= clipped[2]=w",
		"Split a,b: a[0]=clipped a[1]=c b[0]=clipped b[1]=c",
		"Two ,y: [0]=a [1]=names y[0]=a y[1]=names",
	}
	if got := decode(t, m); !slices.Equal(got, want) {
		t.Errorf("decoded\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	first := string(m.Topology())
	for range 10 {
		if string(m.Topology()) != first {
			t.Fatal("two light copies differ")
		}
	}
}
