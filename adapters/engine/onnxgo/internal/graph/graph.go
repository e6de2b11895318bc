package graph

import (
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// Graph is a model's operators with their attributes checked. It is immutable.
type Graph struct {
	inputs    []domain.TensorSpec
	outputs   []domain.TensorSpec
	nodes     []node
	constants map[string]domain.Tensor
	budget    int // bytes that one plan may take
	folded    memo
	set       *micro.Set
	tried     struct {
		once sync.Once
		axis int // length of dynamic axes that the model takes
	}
}

// node is an operator of the graph with what it means.
type node struct {
	operator.Node
	operator operator.Operator
	control  control // instead of the operator, for If, Loop and Scan
}

// Definition is what a Graph is made of. Nodes come in an order in which each
// value is made before it is used, as ONNX requires.
type Definition struct {
	Inputs    []domain.TensorSpec
	Outputs   []domain.TensorSpec // the shapes are what the file claims, nil where it says nothing
	Nodes     []operator.Node
	Constants map[string]domain.Tensor
	Budget    int        // bytes that one plan's values may take
	Set       *micro.Set // the kernels to compute with; nil is the fastest
}

// New checks a definition and returns its graph. All operators that are not
// supported are named in one error of kind Unsupported; a graph that breaks
// ONNX's rules is an error of kind Invalid.
func New(d Definition) (*Graph, error) {
	if err := checkNames(d); err != nil {
		return nil, err
	}
	g := empty(d)
	nodes, refused := parseNodes(d.Nodes)
	if err := joinRefusals(refused); err != nil {
		return nil, err
	}
	g.nodes = nodes
	return g, g.foldConstants()
}

// empty returns the graph of a definition without its nodes.
func empty(d Definition) *Graph {
	g := &Graph{inputs: withChannels(d), outputs: d.Outputs, constants: maps.Clone(d.Constants), budget: d.Budget, set: d.Set}
	if g.constants == nil {
		g.constants = map[string]domain.Tensor{}
	}
	if g.set == nil {
		g.set = micro.Available()[0]
	}
	return g
}

// parseNodes reads every node, so that a model's author learns all that is missing
// at once.
func parseNodes(nodes []operator.Node) (parsed []node, refused []error) {
	parsed = make([]node, 0, len(nodes))
	for _, n := range nodes {
		p, errs := parseNode(n)
		parsed, refused = append(parsed, p), append(refused, errs...)
	}
	return parsed, refused
}

func parseNode(n operator.Node) (node, []error) {
	if parse, ok := controls[n.OpType]; ok && n.Domain == "" {
		c, refused := parse(n)
		return node{Node: n, control: c}, refused
	}
	op, err := operator.Parse(n)
	if err != nil {
		return node{}, []error{err}
	}
	return node{Node: n, operator: op}, nil
}

// joinRefusals makes one error of many, of the kind of the first.
func joinRefusals(refused []error) error {
	const told = 20
	switch len(refused) {
	case 0:
		return nil
	case 1:
		return refused[0]
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d operators cannot be run", len(refused))
	for i, err := range refused {
		if i == told {
			fmt.Fprintf(&text, "\n  and %d more", len(refused)-told)
			break
		}
		fmt.Fprintf(&text, "\n  %v", err)
	}
	return &domain.Error{Kind: domain.KindOf(refused[0]), Msg: text.String()}
}

// checkNames reports a value that is used before it is made, or made twice, and
// an output that nobody makes.
func checkNames(d Definition) error {
	made := make(map[string]bool, len(d.Nodes)+len(d.Constants))
	for name := range d.Constants {
		made[name] = true
	}
	for _, input := range d.Inputs {
		made[input.Name] = true
	}
	if err := checkNodeNames(d.Nodes, made, nil); err != nil {
		return err
	}
	for _, output := range d.Outputs {
		if !made[output.Name] {
			return &domain.Error{Kind: domain.Invalid, Field: "output " + output.Name, Msg: "no node makes it"}
		}
	}
	return nil
}

// checkNodeNames goes through nodes in order and adds what they make. Outer are
// the values that a body sees beside its own.
func checkNodeNames(nodes []operator.Node, made map[string]bool, outer func(string) bool) error {
	sees := func(name string) bool { return made[name] || outer != nil && outer(name) }
	for _, n := range nodes {
		for _, name := range n.Inputs {
			if name != "" && !sees(name) {
				return n.Invalid(fmt.Sprintf("its input %q is made by no node before it", name))
			}
		}
		for _, a := range n.Attributes {
			if err := checkBodyNames(n, a.Graph, sees); err != nil {
				return err
			}
		}
		for _, name := range n.Outputs {
			if name == "" {
				continue
			}
			if made[name] {
				return n.Invalid(fmt.Sprintf("its output %q exists already", name))
			}
			made[name] = true
		}
	}
	return nil
}

// checkBodyNames is checkNames for the body of a node.
func checkBodyNames(n operator.Node, body *operator.Body, outer func(string) bool) error {
	if body == nil {
		return nil
	}
	made := make(map[string]bool, len(body.Nodes)+len(body.Inputs))
	for name := range body.Constants {
		made[name] = true
	}
	for _, input := range body.Inputs {
		made[input.Name] = true
	}
	if err := checkNodeNames(body.Nodes, made, outer); err != nil {
		return err
	}
	for _, output := range body.Outputs {
		if !made[output.Name] && !outer(output.Name) {
			return n.Invalid(fmt.Sprintf("output %q of its body is made by no node", output.Name))
		}
	}
	return nil
}
