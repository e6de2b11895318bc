package graph

import (
	"errors"
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// step is an operator on its way into a plan.
type step struct {
	name     string   // the node's, for messages
	fused    []string // the names of further nodes that it computes
	operator operator.Operator
	inputs   []string // "" was left out
	outputs  []string // "" is read by nobody
}

// joined returns a step that computes what a later step computed too.
func (s *step) joined(later *step, op operator.Operator, inputs []string) *step {
	fused := append(append(slices.Clone(s.fused), later.name), later.fused...)
	return &step{name: s.name, fused: fused, operator: op, inputs: inputs, outputs: later.outputs}
}

// program is a graph for inputs of known shapes, changed by the passes.
type program struct {
	steps   []*step
	values  map[string]operator.Value
	inputs  []string
	outputs []string
	budget  int
	spent   int // bytes of the values computed while compiling
	folded  *memo
	target  operator.Target
	alive   func() error // an error stops what takes long
	inlined int          // nodes of bodies so far
	groups  map[string]group
	held    int // items of groups so far
}

// infer walks the graph for inputs of the given shapes: it finds every value's
// datatype and shape, and computes those that do not depend on the inputs'
// elements.
func (g *Graph) infer(shapes []domain.Shape) (*program, error) {
	inputs := make([]operator.Value, len(shapes))
	for i, shape := range shapes {
		inputs[i] = operator.Value{Datatype: g.inputs[i].Datatype, Shape: shape}
	}
	return g.inferFrom(inputs, func() error { return nil })
}

// inferFrom is infer for inputs of which more may be known. It stops at the first
// error of alive, which is asked before each node.
func (g *Graph) inferFrom(inputs []operator.Value, alive func() error) (*program, error) {
	p := g.start(inputs, alive)
	for _, n := range g.nodes {
		if err := p.add(n, nil); err != nil {
			return nil, err
		}
	}
	return p, p.checkOutputs()
}

// start returns a program without a step.
func (g *Graph) start(inputs []operator.Value, alive func() error) *program {
	p := &program{
		values: make(map[string]operator.Value, len(g.nodes)+len(g.constants)), budget: g.budget, folded: &g.folded,
		target: operator.Target{Set: g.set}, alive: alive, groups: make(map[string]group),
	}
	for i, input := range g.inputs {
		p.inputs = append(p.inputs, input.Name)
		p.values[input.Name] = inputs[i]
	}
	for _, output := range g.outputs {
		p.outputs = append(p.outputs, output.Name)
	}
	for name, tensor := range g.constants {
		p.values[name] = known(tensor)
	}
	return p
}

// add adds a node of the graph, or of a body that is inlined: then the scope says
// which of the program's values the body's names stand for.
func (p *program) add(n node, scope scope) error {
	if err := p.alive(); err != nil {
		return err
	}
	if n.control != nil {
		return n.control.expand(p, n.Node, scope)
	}
	if passed, err := p.passes(n); passed || err != nil {
		return err
	}
	switch {
	case p.hasHalves(n):
		return p.addWidened(n)
	default:
		return p.addStep(n)
	}
}

// addStep infers one node's outputs and, unless they are known, adds a step that
// computes them.
func (p *program) addStep(n node) error {
	inputs := p.valuesOf(n.Inputs)
	outputs, err := inferOutputs(n, inputs)
	if err != nil {
		return err
	}
	if err := p.checkBudget(n, inputs, outputs); err != nil {
		return err
	}
	if outputs, err = fold(n, inputs, outputs); err != nil {
		return err
	}
	allKnown := true
	for i, name := range n.Outputs {
		if name != "" {
			p.values[name] = outputs[i]
			allKnown = allKnown && outputs[i].Known()
		}
	}
	if !allKnown {
		p.steps = append(p.steps, &step{name: n.String(), operator: n.operator, inputs: n.Inputs, outputs: n.Outputs})
	}
	return nil
}

func (p *program) valuesOf(names []string) []operator.Value {
	values := make([]operator.Value, len(names))
	for i, name := range names {
		values[i] = p.values[name] // the zero Value for ""
	}
	return values
}

func inferOutputs(n node, inputs []operator.Value) ([]operator.Value, error) {
	outputs, err := n.operator.Infer(inputs)
	if err != nil {
		return nil, located(err, n.Node)
	}
	if len(outputs) < len(n.Outputs) {
		return nil, n.Unsupported(fmt.Sprintf("%d outputs are asked for, %d are supported", len(n.Outputs), len(outputs)))
	}
	return outputs, nil
}

// located gives an operator's error the node it is about.
func located(err error, n operator.Node) error {
	var e *domain.Error
	if !errors.As(err, &e) {
		return domain.Errorf(domain.Internal, "%s: %w", n, err)
	}
	placed := *e
	placed.Field = n.String()
	if e.Field != "" {
		placed.Msg = e.Field + " " + e.Msg
	}
	return &placed
}

// folds reports whether all inputs are known or left out, so that a node is
// computed while compiling.
func folds(inputs []operator.Value) bool {
	return !slices.ContainsFunc(inputs, func(v operator.Value) bool { return !v.Missing() && !v.Known() })
}

// fold computes a node's outputs if all its inputs are known.
func fold(n node, inputs, outputs []operator.Value) ([]operator.Value, error) {
	if !folds(inputs) {
		return outputs, nil
	}
	tensors := make([]domain.Tensor, len(inputs))
	for i, input := range inputs {
		tensors[i] = input.Const
	}
	run, err := n.operator.Compile(inputs, outputs)
	if err != nil {
		return nil, located(err, n.Node)
	}
	results := make([]domain.Tensor, len(outputs))
	for i, output := range outputs {
		if i >= len(n.Outputs) || n.Outputs[i] == "" {
			continue
		}
		if results[i], err = domain.MakeTensor(output.Datatype, output.Shape); err != nil {
			return nil, located(err, n.Node)
		}
	}
	if checker, ok := n.operator.(operator.Checker); ok {
		if err := checker.Check(tensors); err != nil {
			return nil, located(err, n.Node)
		}
	}
	run(tensors, results)
	folded := make([]operator.Value, len(outputs))
	for i, result := range results {
		folded[i] = known(result)
	}
	return folded, nil
}

func known(tensor domain.Tensor) operator.Value {
	return operator.Value{Datatype: tensor.Datatype(), Shape: tensor.Shape(), Const: tensor}
}

// checkBudget refuses values that would not fit the memory a plan may take,
// before anything is allocated for them. What is computed while compiling stays,
// and so counts together.
func (p *program) checkBudget(n node, inputs, outputs []operator.Value) error {
	for i, output := range outputs {
		bytes, err := bytesOf(output)
		if err != nil {
			return located(err, n.Node)
		}
		if folds(inputs) {
			p.spent = min(p.spent, p.budget) + bytes
		}
		if max(bytes, p.spent) > p.budget {
			return n.Invalid(fmt.Sprintf("its output %d of shape %v takes %d bytes, which makes more than the %d that are allowed", i, output.Shape, bytes, p.budget))
		}
	}
	return nil
}

// bytesOf returns what a value's elements take; an element of BYTES counts as a
// string header.
func bytesOf(v operator.Value) (int, error) {
	const stringHeader, most = 16, 1 << 40
	n, err := v.Shape.Elements()
	if err != nil {
		return 0, err
	}
	size := v.Datatype.Size()
	if size == 0 {
		size = stringHeader
	}
	return min(n, most) * size, nil
}

// foldConstants computes, once for all plans, what depends on constants only.
func (g *Graph) foldConstants() error {
	p := &program{values: make(map[string]operator.Value), budget: g.budget, alive: func() error { return nil }}
	remaining := g.nodes[:0:0]
	for _, n := range g.nodes {
		if !g.constant(n) {
			remaining = append(remaining, n)
			continue
		}
		for _, name := range n.Inputs {
			if name != "" {
				p.values[name] = known(g.constants[name])
			}
		}
		if err := p.add(n, nil); err != nil {
			return err
		}
		for _, name := range n.Outputs {
			if name != "" {
				g.constants[name] = p.values[name].Const
			}
		}
	}
	g.nodes = remaining
	return g.widenConstants(p)
}

// constant reports whether all inputs of a node are constants.
func (g *Graph) constant(n node) bool {
	if n.control != nil {
		return false // what its bodies read is not among its inputs
	}
	for _, name := range n.Inputs {
		if _, ok := g.constants[name]; name != "" && !ok {
			return false
		}
	}
	return true
}
