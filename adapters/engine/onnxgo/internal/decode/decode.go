package decode

import (
	"fmt"

	onnx "github.com/owulveryck/onnx-go"
	"gonum.org/v1/gonum/graph/simple"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// Nodes returns the model's operators in the order in which onnx-go applies
// them: operators, inputs and outputs as onnx-go decoded them, names, domains
// and attributes as the file has them.
func Nodes(model *onnxfile.Model) ([]operator.Node, error) {
	operations, err := decode(model.Topology())
	if err != nil {
		return nil, err
	}
	if len(operations) != len(model.Graph.Nodes) {
		return nil, mismatch("%d operations for %d nodes", len(operations), len(model.Graph.Nodes))
	}
	opsets := make(map[string]int, len(model.Opsets))
	for _, opset := range model.Opsets {
		opsets[canonical(opset.Domain)] = opset.Version
	}
	nodes := make([]operator.Node, len(operations))
	for i, op := range operations {
		if nodes[i], err = join(op, model.Graph.Nodes[i], opsets); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}

// decode runs onnx-go's decoder. What it does not foresee makes it panic, which
// comes out as an error.
func decode(data []byte) (operations []operation, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = domain.Errorf(domain.Invalid, "onnx-go could not decode the model: %v", cause)
		}
	}()
	b := &backend{DirectedGraph: simple.NewDirectedGraph()}
	if err := onnx.NewModel(b).UnmarshalBinary(data); err != nil {
		return nil, domain.Errorf(domain.Invalid, "onnx-go could not decode the model: %w", err)
	}
	return b.operations, nil
}

// join puts together what onnx-go and the file's reader know of a node.
func join(op operation, node onnxfile.Node, opsets map[string]int) (operator.Node, error) {
	joined := operator.Node{
		Name: node.Name, OpType: op.opType, Domain: canonical(node.Domain),
		Inputs: op.inputs, Outputs: op.outputs,
		Attributes: make([]operator.Attribute, len(node.Attributes)),
	}
	if len(node.Inputs) == 0 {
		joined.Inputs = nil // onnx-go invents an input for a node that has none
	}
	if !same(joined, node) {
		return operator.Node{}, mismatch("%s %v -> %v is not the file's %s %v -> %v", op.opType, op.inputs, op.outputs, node.OpType, node.Inputs, node.Outputs)
	}
	version, ok := opsets[joined.Domain]
	if !ok {
		return operator.Node{}, joined.Invalid(fmt.Sprintf("the model imports no version of the operator set %q", node.Domain))
	}
	joined.Opset = version
	for i, a := range node.Attributes {
		joined.Attributes[i] = attribute(a)
	}
	return joined, nil
}

func same(joined operator.Node, node onnxfile.Node) bool {
	if joined.OpType != node.OpType || len(joined.Inputs) != len(node.Inputs) || len(joined.Outputs) != len(node.Outputs) {
		return false
	}
	for i, name := range node.Inputs {
		if joined.Inputs[i] != name {
			return false
		}
	}
	for i, name := range node.Outputs {
		if joined.Outputs[i] != name {
			return false
		}
	}
	return true
}

// canonical returns the one name of an operator set's domain: ai.onnx has two.
func canonical(name string) string {
	if name == "ai.onnx" {
		return ""
	}
	return name
}

func mismatch(format string, args ...any) error {
	return domain.Errorf(domain.Invalid, "onnx-go decoded another graph than the file holds: %s", fmt.Sprintf(format, args...))
}
