package graph

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// activation returns what the numbers of an output are, from the operator that
// makes them, behind those that only change a shape.
func (g *Graph) activation(output string) domain.Activation {
	makers := make(map[string]operator.Node, len(g.nodes))
	for _, n := range g.nodes {
		for _, name := range n.Outputs {
			makers[name] = n.Node
		}
	}
	passThrough := []string{"Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze"}
	maker := makers[output]
	for slices.Contains(passThrough, maker.OpType) {
		maker = makers[maker.Inputs[0]]
	}
	switch {
	case maker.OpType == "Sigmoid":
		return domain.Independent
	case maker.OpType == "Softmax" && overClasses(maker):
		return domain.Probabilities
	case maker.OpType == "LogSoftmax" && overClasses(maker):
		return domain.LogProbabilities
	default:
		return domain.Logits
	}
}

// overClasses reports whether a softmax normalises over axis 1 of [batch,
// classes], the default of all opsets.
func overClasses(softmax operator.Node) bool {
	for _, a := range softmax.Attributes {
		if a.Name == "axis" {
			return a.Int == 1 || a.Int == -1
		}
	}
	return true
}
