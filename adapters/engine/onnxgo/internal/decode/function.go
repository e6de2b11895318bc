package decode

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/adapters/format/onnxfile"
)

// A file can define functions that call each other any number of times.
const mostCallsDeep, mostInlined = 32, 200_000

// call returns the nodes of a function in place of the node that calls it.
func (c *converter) call(node operator.Node, called *onnxfile.Function, from *frame) ([]operator.Node, error) {
	if from.depth++; from.depth > mostCallsDeep {
		return nil, node.Invalid(fmt.Sprintf("functions call each other more than %d deep", mostCallsDeep))
	}
	defer func() { from.depth-- }()
	if len(node.Inputs) > len(called.Inputs) || len(node.Outputs) > len(called.Outputs) {
		return nil, node.Invalid(fmt.Sprintf("has %d inputs and %d outputs, its function %d and %d", len(node.Inputs), len(node.Outputs), len(called.Inputs), len(called.Outputs)))
	}
	if c.inlined += len(called.Nodes); c.inlined > mostInlined {
		return nil, node.Unsupported(fmt.Sprintf("the model's functions come to more than the %d nodes that are supported", mostInlined))
	}
	f, err := c.enter(node, called, from)
	if err != nil {
		return nil, err
	}
	return c.nodes(called.Nodes, f)
}

// enter makes the frame of a call.
func (c *converter) enter(node operator.Node, called *onnxfile.Function, from *frame) (*frame, error) {
	c.calls++
	f := &frame{
		opsets: versions(called.Opsets), prefix: fmt.Sprintf("%s\x00%d\x00", called.Name, c.calls),
		values: make(map[string]string), attributes: make(map[string]operator.Attribute),
		name: node.Name + "/", depth: from.depth,
	}
	for i, name := range called.Inputs {
		f.values[name] = ""
		if i < len(node.Inputs) {
			f.values[name] = node.Inputs[i]
		}
	}
	for i, name := range called.Outputs {
		if i < len(node.Outputs) && node.Outputs[i] != "" {
			f.values[name] = node.Outputs[i]
		}
	}
	for _, a := range called.Defaults {
		converted, given, err := c.attribute(a, f)
		if err != nil {
			return nil, err
		}
		if given {
			f.attributes[a.Name] = converted
		}
	}
	for _, a := range node.Attributes {
		f.attributes[a.Name] = a
	}
	return f, nil
}
