package graph

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// control is an operator that has graphs for attributes, or works on groups of
// values. It is no step of a plan: other nodes take its place, those of its graphs as
// often as they are to be computed. What decides that must be known while compiling.
type control interface {
	// expand adds the nodes to a program. The node's own inputs and outputs name
	// the program's values; the scope is that of its bodies' other names.
	expand(p *program, n operator.Node, outside scope) error
}

// scope says which of a program's values the names of a body stand for. What is
// not in it goes by its own name.
type scope map[string]string

func (s scope) resolve(name string) string {
	if value, ok := s[name]; ok {
		return value
	}
	return name
}

// controls are the parsers by operator.
var controls map[string]func(operator.Node) (control, []error)

func init() { // a variable that refers to itself through its functions
	controls = map[string]func(operator.Node) (control, []error){
		"If": parseIf, "Loop": parseLoop, "Scan": parseScan,
		"SequenceConstruct": parseGrouping(11, 1, anyNumber, sequenceConstruct), "SequenceEmpty": parseSequenceEmpty, "SequenceMap": parseSequenceMap,
		"SequenceInsert": parseGrouping(11, 2, 3, sequenceInsert), "SequenceErase": parseGrouping(11, 1, 2, sequenceErase),
		"SequenceAt": parseGrouping(11, 2, 2, sequenceAt), "SequenceLength": parseGrouping(11, 1, 1, sequenceLength),
		"SplitToSequence": parseSplitToSequence, "ConcatFromSequence": parseConcatFromSequence,
		"Optional": parseOptional, "OptionalHasElement": parseOptionalHasElement, "OptionalGetElement": parseGrouping(15, 1, 1, optionalGetElement),
	}
}

// mostInlined bounds how many nodes bodies come to: a file can ask for any number.
const mostInlined = 200_000

// body is a graph in an attribute with its operators checked.
type body struct {
	inputs    []domain.TensorSpec
	outputs   []domain.TensorSpec
	nodes     []node
	constants map[string]domain.Tensor
}

// bodyOf reads the graph in one of a node's attributes.
func bodyOf(n operator.Node, attribute string) (*body, []error) {
	for _, a := range n.Attributes {
		if a.Name != attribute || a.Graph == nil {
			continue
		}
		nodes, refused := parseNodes(a.Graph.Nodes)
		return &body{a.Graph.Inputs, a.Graph.Outputs, nodes, a.Graph.Constants}, refused
	}
	return nil, []error{n.Invalid(fmt.Sprintf("has no graph in its attribute %s", attribute))}
}

// unknownAttributes refuses what is not among the names.
func unknownAttributes(n operator.Node, names ...string) (refused []error) {
	for _, a := range n.Attributes {
		found := false
		for _, name := range names {
			found = found || a.Name == name
		}
		if !found {
			refused = append(refused, n.Unsupported(fmt.Sprintf("attribute %s is not known to %s in opset %d", a.Name, n.OpType, n.Opset)))
		}
	}
	return refused
}

// inline adds a body's nodes to a program and returns its outputs. The arguments
// are the values for its inputs.
func (p *program) inline(b *body, arguments []string, outside scope) ([]string, error) {
	inside := make(scope, len(outside)+len(b.nodes))
	for name, value := range outside {
		inside[name] = value
	}
	for i, input := range b.inputs {
		inside[input.Name] = arguments[i]
	}
	p.inlined++
	prefix := fmt.Sprintf("%d\x00", p.inlined)
	for name, tensor := range b.constants {
		inside[name] = prefix + name
		p.values[prefix+name] = known(tensor)
	}
	for _, n := range b.nodes {
		if p.inlined++; p.inlined > mostInlined {
			return nil, n.Unsupported(fmt.Sprintf("loops and branches come to more than the %d nodes that are supported", mostInlined))
		}
		if err := p.add(renamed(n, inside, prefix), inside); err != nil {
			return nil, err
		}
	}
	outputs := make([]string, len(b.outputs))
	for i, output := range b.outputs {
		outputs[i] = inside.resolve(output.Name)
	}
	return outputs, nil
}

// renamed returns a body's node with the program's names, and adds those of its
// outputs to the scope.
func renamed(n node, inside scope, prefix string) node {
	inputs, outputs := make([]string, len(n.Inputs)), make([]string, len(n.Outputs))
	for i, name := range n.Inputs {
		inputs[i] = inside.resolve(name)
	}
	for i, name := range n.Outputs {
		if name != "" {
			outputs[i] = prefix + name
			inside[name] = outputs[i]
		}
	}
	n.Inputs, n.Outputs = inputs, outputs
	return n
}

// alias gives values other names.
func (p *program) alias(n operator.Node, from, to []string) error {
	for i, name := range to {
		if name == "" {
			continue
		}
		if g, ok := p.groups[from[i]]; ok {
			if err := p.keep(n, name, g); err != nil {
				return err
			}
			continue
		}
		if err := p.synthetic(n, "Identity", []string{from[i]}, name); err != nil {
			return err
		}
	}
	return nil
}

// synthetic adds an operator in the name of a node.
func (p *program) synthetic(n operator.Node, opType string, inputs []string, output string, attributes ...operator.Attribute) error {
	const opset = 13
	added := operator.Node{Name: n.Name, OpType: opType, Opset: opset, Attributes: attributes, Inputs: inputs, Outputs: []string{output}}
	op, err := operator.Parse(added)
	if err != nil {
		return err
	}
	return p.add(node{Node: added, operator: op}, nil)
}

// truth returns a condition that must be known.
func (p *program) truth(n operator.Node, name string) (bool, error) {
	v := p.values[name]
	if v.Datatype != domain.BOOL {
		return false, n.Invalid(fmt.Sprintf("its condition has datatype %v, expected BOOL", v.Datatype))
	}
	if !v.Known() {
		return false, n.UnknownElements("cond")
	}
	values, _ := domain.Data[bool](v.Const)
	if len(values) != 1 {
		return false, n.Invalid(fmt.Sprintf("its condition has shape %v, expected one element", v.Shape))
	}
	return values[0], nil
}
