package decode

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// converter turns the file's nodes into the engine's.
type converter struct {
	functions map[function]*onnxfile.Function
	calls     int // of functions so far
	inlined   int // nodes of functions so far
}

// function is what a node calls a function by.
type function struct{ domain, name string }

// frame is what nodes see of where they are: the graph or a function.
type frame struct {
	opsets     map[string]int
	prefix     string                        // of the names of values that a function makes
	values     map[string]string             // a function's inputs and outputs, by what the call names them
	attributes map[string]operator.Attribute // of the call of a function
	name       string                        // of the node that calls, for messages
	depth      int
}

func (c *converter) outermost(opsets []domain.Opset) *frame { return &frame{opsets: versions(opsets)} }

func versions(opsets []domain.Opset) map[string]int {
	byDomain := make(map[string]int, len(opsets))
	for _, opset := range opsets {
		byDomain[opset.Domain] = opset.Version
	}
	return byDomain
}

// value returns the name that a value of a frame has in the graph.
func (f *frame) value(name string) string {
	if f.values == nil || name == "" {
		return name
	}
	if given, ok := f.values[name]; ok {
		return given
	}
	return f.prefix + name
}

func (f *frame) all(names []string) []string {
	if names == nil {
		return nil
	}
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = f.value(name)
	}
	return values
}

func (c *converter) nodes(list []onnxfile.Node, f *frame) ([]operator.Node, error) {
	converted := make([]operator.Node, 0, len(list))
	for _, n := range list {
		node, err := c.node(n, f)
		if err != nil {
			return nil, err
		}
		called, ok := c.functions[function{node.Domain, node.OpType}]
		if !ok {
			if node.Opset == 0 {
				return nil, node.Invalid(fmt.Sprintf("the model imports no version of the operator set %q", n.Domain))
			}
			converted = append(converted, node)
			continue
		}
		inlined, err := c.call(node, called, f)
		if err != nil {
			return nil, err
		}
		converted = append(converted, inlined...)
	}
	return converted, nil
}

// node converts a node. Its opset is 0 where the file imports none.
func (c *converter) node(n onnxfile.Node, f *frame) (operator.Node, error) {
	node := operator.Node{
		Name: f.name + n.Name, OpType: n.OpType, Domain: n.Domain, Opset: f.opsets[n.Domain],
		Inputs: f.all(n.Inputs), Outputs: f.all(n.Outputs), Attributes: make([]operator.Attribute, 0, len(n.Attributes)),
	}
	for _, a := range n.Attributes {
		converted, given, err := c.attribute(a, f)
		if err != nil {
			return node, err
		}
		if given {
			node.Attributes = append(node.Attributes, converted)
		}
	}
	return node, nil
}

// body converts a graph in an attribute.
func (c *converter) body(g *onnxfile.Graph, f *frame) (*operator.Body, error) {
	nodes, err := c.nodes(g.Nodes, f)
	if err != nil {
		return nil, err
	}
	b := &operator.Body{Inputs: f.specs(g.Inputs), Outputs: f.specs(g.Outputs), Nodes: nodes, Constants: make(map[string]domain.Tensor, len(g.Initializers))}
	for name, tensor := range g.Initializers {
		b.Constants[f.value(name)] = tensor
	}
	return b, nil
}

func (f *frame) specs(specs []domain.TensorSpec) []domain.TensorSpec {
	named := make([]domain.TensorSpec, len(specs))
	for i, s := range specs {
		named[i] = s
		named[i].Name = f.value(s.Name)
	}
	return named
}
