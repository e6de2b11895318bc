package onnxfile

import (
	"maps"
	"slices"
)

// Topology returns a light copy of the model in ONNX's format, for the decoder
// of github.com/owulveryck/onnx-go to read: nodes, names and edges of the graph.
// It is valid for that decoder only. What is left out, and why:
//
//   - Tensors. The decoder reads five datatypes, element by element; a graph
//     input of the same name gives it the value to draw edges to.
//   - Types and shapes. It drops dynamic axes, so that its shapes are wrong.
//   - Attributes. One that holds a graph makes it refuse the model.
//   - Names and domains of nodes, which it does not hand on.
//
// The caller joins each operation with its Node by their order, or by the name
// of the first output. To know about the decoder: a node without inputs
// (Constant) is given one that does not exist; an input or output that was left
// out is a value named ""; a node with several outputs gets its edges once for
// each; an input that is used twice gives two edges between the same values.
func (m *Model) Topology() []byte {
	var graph []byte
	for _, name := range slices.Sorted(maps.Keys(m.Graph.Initializers)) {
		graph = appendMessage(graph, 11, appendText(nil, 1, name))
	}
	for _, input := range m.Graph.Inputs {
		graph = appendMessage(graph, 11, appendText(nil, 1, input.Name))
	}
	for _, n := range m.Graph.Nodes {
		graph = appendMessage(graph, 1, lightNode(n))
	}
	for _, output := range m.Graph.Outputs {
		graph = appendMessage(graph, 12, appendText(nil, 1, output.Name))
	}
	return appendMessage(nil, 7, graph)
}

func lightNode(n Node) []byte {
	var node []byte
	for _, name := range n.Inputs {
		node = appendText(node, 1, name)
	}
	for _, name := range n.Outputs {
		node = appendText(node, 2, name)
	}
	return appendText(node, 4, n.OpType)
}
