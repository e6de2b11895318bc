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
	oldestOpset = 7
	newestOpset = 21
)

// families are the operators of each file, merged by table.
var families = []map[string][]definition{
	tensorFamily, elementwiseFamily, activationFamily, convolutionFamily, poolingFamily, matrixFamily, reductionFamily,
}

// Parse checks a node and returns the operator it stands for. What is not
// supported is an error of kind Unsupported that names the node.
func Parse(node Node) (Operator, error) {
	if node.Domain != "" && node.Domain != "ai.onnx" {
		return nil, node.Unsupported(fmt.Sprintf("operators of the domain %q are not supported", node.Domain))
	}
	if node.Opset < oldestOpset || node.Opset > newestOpset {
		return nil, node.Unsupported(fmt.Sprintf("opset %d is not supported, opsets %d to %d are", node.Opset, oldestOpset, newestOpset))
	}
	found, ok := lookup(node.OpType, node.Opset)
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

// lookup returns the newest definition that the opset has.
func lookup(opType string, opset int) (best definition, ok bool) {
	for _, family := range families {
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
