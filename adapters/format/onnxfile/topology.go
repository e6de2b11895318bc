package onnxfile

import "google.golang.org/protobuf/encoding/protowire"

// Topology returns a light copy of the model in ONNX's format: nodes, names and
// edges. Weights become graph inputs without a type, and attributes and shapes
// are left out.
func (m *Model) Topology() []byte {
	var graph []byte
	for name := range m.Graph.Initializers {
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

func appendText(to []byte, number protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(to, number, protowire.BytesType), text)
}

func appendMessage(to []byte, number protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, number, protowire.BytesType), message)
}
