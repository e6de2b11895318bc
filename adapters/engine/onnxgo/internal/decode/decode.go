package decode

import (
	"fmt"
	"slices"

	onnx "github.com/owulveryck/onnx-go"
	"gonum.org/v1/gonum/graph/simple"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// Nodes returns the model's operators in the order in which onnx-go applies
// them: operators, inputs and outputs as onnx-go decoded them, names, domains
// and attributes as the file has them. A call of one of the model's own functions
// is replaced by the function's nodes.
func Nodes(model *onnxfile.Model) ([]operator.Node, error) {
	operations, err := decode(model.Topology())
	if err != nil {
		return nil, err
	}
	if len(operations) != len(model.Graph.Nodes) {
		return nil, mismatch("%d operations for %d nodes", len(operations), len(model.Graph.Nodes))
	}
	for i, op := range operations {
		if err := agree(op, model.Graph.Nodes[i]); err != nil {
			return nil, err
		}
	}
	c := &converter{functions: map[function]*onnxfile.Function{}}
	for i := range model.Functions {
		f := &model.Functions[i]
		c.functions[function{f.Domain, f.Name}] = f
	}
	return c.nodes(model.Graph.Nodes, c.outermost(model.Opsets))
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

// agree reports a node that onnx-go reads in another way than the file's reader.
func agree(op operation, node onnxfile.Node) error {
	inputs := op.inputs
	if len(node.Inputs) == 0 {
		inputs = nil // onnx-go invents an input for a node that has none
	}
	if op.opType != node.OpType || !slices.Equal(inputs, node.Inputs) || !slices.Equal(op.outputs, node.Outputs) {
		return mismatch("%s %v -> %v is not the file's %s %v -> %v", op.opType, op.inputs, op.outputs, node.OpType, node.Inputs, node.Outputs)
	}
	return nil
}

func mismatch(format string, args ...any) error {
	return domain.Errorf(domain.Invalid, "onnx-go decoded another graph than the file holds: %s", fmt.Sprintf(format, args...))
}
