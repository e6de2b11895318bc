package graph

import (
	"fmt"
	"strings"

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
}

// node is an operator of the graph with what it means.
type node struct {
	operator.Node
	operator operator.Operator
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
	g := &Graph{inputs: d.Inputs, outputs: d.Outputs, constants: make(map[string]domain.Tensor, len(d.Constants)), budget: d.Budget, set: d.Set}
	for name, tensor := range d.Constants {
		g.constants[name] = tensor
	}
	if g.set == nil {
		g.set = micro.Available()[0]
	}
	if err := checkNames(d); err != nil {
		return nil, err
	}
	if err := g.parse(d.Nodes); err != nil {
		return nil, err
	}
	return g, g.foldConstants()
}

// parse reads every node, so that a model's author learns all that is missing
// at once.
func (g *Graph) parse(nodes []operator.Node) error {
	var refused []error
	g.nodes = make([]node, 0, len(nodes))
	for _, n := range nodes {
		op, err := operator.Parse(n)
		if err != nil {
			refused = append(refused, err)
			continue
		}
		g.nodes = append(g.nodes, node{n, op})
	}
	return joinRefusals(refused)
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
	for _, n := range d.Nodes {
		for _, name := range n.Inputs {
			if name != "" && !made[name] {
				return n.Invalid(fmt.Sprintf("its input %q is made by no node before it", name))
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
	for _, output := range d.Outputs {
		if !made[output.Name] {
			return &domain.Error{Kind: domain.Invalid, Field: "output " + output.Name, Msg: "no node makes it"}
		}
	}
	return nil
}
