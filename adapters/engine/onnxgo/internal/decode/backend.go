package decode

import (
	"fmt"

	onnx "github.com/owulveryck/onnx-go"
	"gonum.org/v1/gonum/graph"
	"gonum.org/v1/gonum/graph/simple"
)

// operation is a node of the model as onnx-go applied it.
type operation struct {
	opType  string
	inputs  []string // "" was left out
	outputs []string
}

// backend records the operations that onnx-go applies.
type backend struct {
	*simple.DirectedGraph // the nodes; edges are kept in pending, which unlike a graph keeps two between the same nodes
	pending               []*edge
	operations            []operation
}

var _ onnx.Backend = (*backend)(nil)

// value is a node of onnx-go's graph: one of the model's values.
type value struct {
	graph.Node
	name string
}

var _ onnx.Namer = (*value)(nil)

func (v *value) SetName(name string) { v.name = name }
func (v *value) GetName() string     { return v.name }

// edge leads from an operator's output to one of its inputs; its weight is the
// input's position.
type edge struct {
	from, to graph.Node
	weight   float64
}

func (e *edge) From() graph.Node         { return e.from }
func (e *edge) To() graph.Node           { return e.to }
func (e *edge) ReversedEdge() graph.Edge { return &edge{e.to, e.from, e.weight} }
func (e *edge) Weight() float64          { return e.weight }

// NewNode returns a value without a name, not yet added.
func (b *backend) NewNode() graph.Node { return &value{Node: b.DirectedGraph.NewNode()} }

// NewWeightedEdge returns an edge, not yet set.
func (b *backend) NewWeightedEdge(from, to graph.Node, weight float64) graph.WeightedEdge {
	return &edge{from, to, weight}
}

// SetWeightedEdge keeps an edge for the operation that follows.
func (b *backend) SetWeightedEdge(e graph.WeightedEdge) {
	b.pending = append(b.pending, &edge{e.From(), e.To(), e.Weight()})
}

// ApplyOperation records an operation. The edges set since the last one are its
// own: onnx-go sets, for each output in turn, one edge an input.
func (b *backend) ApplyOperation(op onnx.Operation, outputs ...graph.Node) error {
	edges := b.pending
	b.pending = nil
	if len(outputs) == 0 || len(edges)%len(outputs) != 0 {
		return fmt.Errorf("operator %s has %d edges for %d outputs", op.Name, len(edges), len(outputs))
	}
	recorded := operation{opType: op.Name}
	for position, e := range edges[:len(edges)/len(outputs)] {
		if e.from.ID() != outputs[0].ID() || int(e.weight) != position {
			return fmt.Errorf("operator %s: edge %d does not lead from its first output", op.Name, position)
		}
		recorded.inputs = append(recorded.inputs, nameOf(e.to))
	}
	for _, output := range outputs {
		recorded.outputs = append(recorded.outputs, nameOf(output))
	}
	b.operations = append(b.operations, recorded)
	return nil
}

func nameOf(n graph.Node) string {
	if v, ok := n.(*value); ok {
		return v.name
	}
	return ""
}
