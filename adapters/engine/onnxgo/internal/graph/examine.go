package graph

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// Finding is a node that cannot be run.
type Finding struct {
	Node operator.Node
	Err  error
}

// Examine looks at every node of a definition and returns those that cannot be
// run, with every reason found; Open stops at the first of some. Whether a node
// can be run with inputs that come from one that cannot is left open.
func Examine(d Definition) ([]Finding, error) {
	if err := checkNames(d); err != nil {
		return nil, err
	}
	g := empty(d)
	findings := g.examine(d.Nodes, shortAxis)
	if _, certain := g.dynamicBatch(); certain {
		return findings, nil
	}
	// What is too long for the model is no reason against it: the fewest reasons
	// are those that do not depend on the length.
	for _, axis := range shorterAxes {
		if fewer := g.examine(d.Nodes, axis); len(fewer) < len(findings) {
			findings = fewer
		}
	}
	return findings, nil
}

// examine looks at nodes, with dynamic axes of some length.
func (g *Graph) examine(nodes []operator.Node, axis int) []Finding {
	var findings []Finding
	refused := map[string]bool{} // values that a node makes that cannot be run
	e := examination{program: g.begin(axis), refused: refused}
	for _, n := range nodes {
		parsed, errs := parseNode(n)
		if len(errs) == 0 {
			errs = e.add(parsed)
		} else {
			e.spoil(n)
		}
		for _, err := range errs {
			findings = append(findings, Finding{n, err})
		}
	}
	return findings
}

// examination infers a graph as far as that is possible.
type examination struct {
	program *program
	refused map[string]bool
}

func (e *examination) spoil(n operator.Node) {
	for _, name := range n.Outputs {
		e.refused[name] = true
	}
}

// add returns why a node cannot be run. Beyond one whose outputs depend on the
// elements of the inputs nothing is known either.
func (e *examination) add(n node) []error {
	for _, name := range reads(n.Node) {
		if e.refused[name] {
			e.spoil(n.Node)
			return nil
		}
	}
	err := e.program.add(n, nil)
	if err == nil {
		return nil
	}
	e.spoil(n.Node)
	if operator.DependsOnElements(err) {
		return nil
	}
	return []error{err}
}

// reads returns the values that a node reads, those of its bodies included.
func reads(n operator.Node) []string {
	names := append([]string(nil), n.Inputs...)
	for _, a := range n.Attributes {
		if a.Graph == nil {
			continue
		}
		for _, inner := range a.Graph.Nodes {
			names = append(names, reads(inner)...)
		}
		for _, output := range a.Graph.Outputs {
			names = append(names, output.Name)
		}
	}
	return names
}

// begin returns the program before its first node, for one row and dynamic axes
// of some length.
func (g *Graph) begin(axis int) *program {
	inputs := make([]operator.Value, len(g.inputs))
	for i, shape := range g.shapesOf(1, axis) {
		inputs[i] = operator.Value{Datatype: g.inputs[i].Datatype, Shape: shape}
	}
	return g.start(inputs, func() error { return nil })
}

// Described is a step of a plan, for people.
type Described struct {
	Node         string   // that the step computes
	Fused        []string // further nodes that it computes
	Kernel       string   // what computes it
	Output       domain.Shape
	MultiplyAdds int64
}

// Describe returns the steps of a plan.
func (p *Plan) Describe() []Described {
	steps := make([]Described, len(p.Steps))
	for i, s := range p.Steps {
		inputs, _ := p.pick(s.Inputs, make([]domain.Tensor, len(p.values)))
		outputs, _ := p.pick(s.Outputs, make([]domain.Tensor, len(p.values)))
		steps[i] = Described{
			Node: s.Name, Fused: s.Fused,
			Kernel:       operator.Kernel(s.operator, p.target, inputs, outputs),
			Output:       outputs[0].Shape,
			MultiplyAdds: operator.MultiplyAdds(s.operator, inputs, outputs),
		}
	}
	return steps
}
