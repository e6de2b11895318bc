package operator

import "fmt"

// definition is one operator from one opset on.
type definition struct {
	since   int // the opset in which this meaning begins
	inputs  arity
	outputs arity
	parse   func(Node) (Operator, error)
}

// arity is how many inputs or outputs an operator takes, the optional included.
type arity struct{ least, most int }

// variadic is an arity's upper bound where there is none.
const variadic = 1 << 20

const (
	mlDomain = "ai.onnx.ml"

	oldestOpset, newestOpset     = 1, 28
	oldestMLOpset, newestMLOpset = 1, 5
)

// opsets are the versions of each operator set that are supported, "" is
// ONNX's own.
var opsets = map[string]struct{ oldest, newest int }{
	"":       {oldestOpset, newestOpset},
	mlDomain: {oldestMLOpset, newestMLOpset},
}

// families are the operators of each file, by operator set.
var families = map[string][]map[string][]definition{
	"": {
		tensorFamily, elementwiseFamily, activationFamily, convolutionFamily, poolingFamily, matrixFamily, reductionFamily,
		unaryFamily, pairFamily, manyFamily, statisticsFamily, normalizationFamily, lossFamily, signalFamily, transposedFamily, recurrentFamily, attentionFamily, quantizationFamily,
		gatherFamily, scatterFamily, spreadFamily, resizeFamily, positionFamily, samplingFamily, textFamily, legacyFamily,
	},
	mlDomain: {mlFamily},
}

// Parse checks a node and returns the operator it stands for. What is not
// supported is an error of kind Unsupported that names the node.
func Parse(node Node) (Operator, error) {
	versions, ok := opsets[node.Domain]
	if !ok {
		return nil, node.Unsupported(fmt.Sprintf("operators of the domain %q are not supported", node.Domain))
	}
	if node.Opset < versions.oldest || node.Opset > versions.newest {
		return nil, node.Unsupported(fmt.Sprintf("opset %d is not supported, opsets %d to %d are", node.Opset, versions.oldest, versions.newest))
	}
	found, ok := lookup(node.Domain, node.OpType, node.Opset)
	if !ok {
		return nil, node.Unsupported(fmt.Sprintf("operator %s of opset %d is not supported", node.OpType, node.Opset))
	}
	if err := found.inputs.check(node, "input", len(node.Inputs)); err != nil {
		return nil, err
	}
	if err := found.outputs.check(node, "output", len(node.Outputs)); err != nil {
		return nil, err
	}
	return found.parse(node)
}

// lookup returns the newest definition that the opset of a domain has.
func lookup(domain, opType string, opset int) (best definition, ok bool) {
	for _, family := range families[domain] {
		for _, d := range family[opType] {
			if d.since <= opset && d.since >= best.since {
				best, ok = d, true
			}
		}
	}
	return best, ok
}

func (a arity) check(node Node, what string, n int) error {
	if n >= a.least && n <= a.most {
		return nil
	}
	return node.Invalid(fmt.Sprintf("has %d %ss, expected %d to %d", n, what, a.least, a.most))
}
