package graph

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// passThrough are the operators that change the shape or the form of scores and not
// what they are.
var passThrough = []string{"Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Cast", "ZipMap"}

// makers returns the node that makes each value.
func (g *Graph) makers() map[string]operator.Node {
	makers := make(map[string]operator.Node, len(g.nodes))
	for _, n := range g.nodes {
		for _, name := range n.Outputs {
			makers[name] = n.Node
		}
	}
	return makers
}

// activation returns what the numbers of an output are, from the operator that
// makes them, behind those that only change a shape.
func activation(makers map[string]operator.Node, output string) domain.Activation {
	maker := makers[output]
	for slices.Contains(passThrough, maker.OpType) {
		output = maker.Inputs[0]
		maker = makers[output]
	}
	switch {
	case maker.OpType == "Sigmoid":
		return domain.Independent
	case maker.OpType == "Softmax" && overClasses(maker):
		return domain.Probabilities
	case maker.OpType == "LogSoftmax" && overClasses(maker):
		return domain.LogProbabilities
	case maker.OpType == "Normalizer" && textOf(maker, "norm") == "L1":
		// Each row is divided by its sum, if none of its numbers is negative.
		if before := activation(makers, maker.Inputs[0]); before == domain.Independent || before == domain.Probabilities {
			return domain.Probabilities
		}
	case slices.Contains(classifiers, maker.OpType) && len(maker.Outputs) > 1 && maker.Outputs[1] == output:
		return activationOfClassifier(maker)
	}
	return domain.Logits
}

// classifiers are the operators of ai.onnx.ml that give labels and scores.
var classifiers = []string{"LinearClassifier", "SVMClassifier", "TreeEnsembleClassifier"}

// activationOfClassifier returns what the scores of an operator of ai.onnx.ml are.
func activationOfClassifier(n operator.Node) domain.Activation {
	switch textOf(n, "post_transform") {
	case "SOFTMAX", "SOFTMAX_ZERO":
		return domain.Probabilities
	case "LOGISTIC":
		return domain.Independent
	case "", "NONE":
		calibrated := n.OpType == "SVMClassifier" && len(attributeOf(n, "prob_a").Floats) > 0
		if calibrated || n.OpType == "TreeEnsembleClassifier" && voting(n) {
			return domain.Probabilities
		}
	}
	return domain.Logits
}

// voting reports whether the leaves of a forest hold shares of votes, which together
// are 1: a random forest's are probabilities, a boosted one's are not. For two
// classes only the votes for one of them are written.
func voting(forest operator.Node) bool {
	trees, leaves, weights := attributeOf(forest, "class_treeids").Ints, attributeOf(forest, "class_nodeids").Ints, attributeOf(forest, "class_weights").Floats
	if len(leaves) != len(trees) || len(weights) != len(trees) || len(attributeOf(forest, "base_values").Floats) > 0 {
		return false // the rest is written in another form
	}
	sums := make(map[[2]int64]float64, len(trees))
	for i, w := range weights {
		if w < 0 {
			return false
		}
		sums[[2]int64{trees[i], leaves[i]}] += float64(w)
	}
	least, most := make(map[int64]float64), make(map[int64]float64)
	for at, sum := range sums {
		if lowest, known := least[at[0]]; !known || sum < lowest {
			least[at[0]] = sum
		}
		most[at[0]] = max(most[at[0]], sum)
	}
	const rounding = 1e-3
	low, high := total(least), total(most)
	targets := attributeOf(forest, "class_ids").Ints
	oneOfTwo := len(targets) > 0 && !slices.ContainsFunc(targets, func(target int64) bool { return target != targets[0] })
	return high <= 1+rounding && (oneOfTwo || low >= 1-rounding)
}

func total(sums map[int64]float64) (total float64) {
	for _, sum := range sums {
		total += sum
	}
	return total
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

// attributeOf returns a node's attribute; one without a value if it has none of that
// name.
func attributeOf(n operator.Node, name string) operator.Attribute {
	for _, a := range n.Attributes {
		if a.Name == name {
			return a
		}
	}
	return operator.Attribute{}
}

func textOf(n operator.Node, name string) string { return attributeOf(n, name).String }
