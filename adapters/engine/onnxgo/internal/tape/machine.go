package tape

import (
	"context"
	"fmt"

	"gorgonia.org/gorgonia"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/graph"
	"github.com/portent-go/portent/domain"
)

// Machine is a plan with memory to run it in. It belongs to one goroutine at a
// time and is used again and again.
type Machine struct {
	plan  *graph.Plan
	state *graph.State
	vm    gorgonia.VM  // nil where there is nothing to compute
	exec  func() error // runs all of vm
	run   *run
}

// New builds the Gorgonia graph and tape machine of a plan, for predictions by at
// most so many threads.
func New(plan *graph.Plan, threads int) (m *Machine, err error) {
	defer func() {
		if cause := recover(); cause != nil { // Gorgonia panics on what it cannot compile
			m, err = nil, domain.Errorf(domain.Internal, "Gorgonia cannot compile the plan: %v", cause)
		}
	}()
	state, err := plan.NewState(threads)
	if err != nil {
		return nil, err
	}
	m = &Machine{plan: plan, state: state, run: &run{}}
	if len(plan.Steps) == 0 {
		return m, nil
	}
	expressions, err := m.build()
	if err != nil {
		return nil, err
	}
	m.restart(expressions)
	return m, nil
}

// restart compiles an expression graph into a new tape machine.
func (m *Machine) restart(expressions *gorgonia.ExprGraph) {
	m.vm = gorgonia.NewTapeMachine(expressions)
	m.exec = inline(m.vm)
}

// build returns the expression graph: a node an input, a node a step.
func (m *Machine) build() (*gorgonia.ExprGraph, error) {
	g := gorgonia.NewGraph()
	nodes := make(map[int]*gorgonia.Node, len(m.state.Values))
	var previous *gorgonia.Node
	for i, number := range m.plan.Inputs {
		value := dense(m.state.Values[number])
		previous = gorgonia.NewTensor(g, value.Dtype(), value.Dims(), gorgonia.WithShape(value.Shape()...),
			gorgonia.WithName(fmt.Sprintf("input %d", i)), gorgonia.WithValue(value))
		nodes[number] = previous
	}
	for i, s := range m.plan.Steps {
		node, err := m.apply(i, s, children(s, nodes, previous))
		if err != nil {
			return nil, err
		}
		for _, number := range s.Outputs {
			nodes[number] = node
		}
		previous = node
	}
	return g, nil
}

// children returns the nodes a step reads, each once, and the node before it.
func children(s graph.Step, nodes map[int]*gorgonia.Node, previous *gorgonia.Node) gorgonia.Nodes {
	read := gorgonia.Nodes{previous}
	for _, number := range s.Inputs {
		if node := nodes[number]; node != nil && !read.Contains(node) {
			read = append(read, node)
		}
	}
	return read
}

func (m *Machine) apply(number int, s graph.Step, read gorgonia.Nodes) (*gorgonia.Node, error) {
	result := dense(m.state.Values[firstOf(s.Outputs)])
	node, err := gorgonia.ApplyOp(&step{
		number: number, name: s.Name, compute: m.state.Runs[number], arity: len(read),
		result: result, dtype: gorgonia.TypeOf(result), run: m.run,
	}, read...)
	if err != nil {
		return nil, domain.Errorf(domain.Internal, "Gorgonia refuses %s: %w", s.Name, err)
	}
	return node, nil
}

// firstOf returns the first value that is not left out. A step that has none is
// not in a plan.
func firstOf(numbers []int) int {
	for _, number := range numbers {
		if number >= 0 {
			return number
		}
	}
	return 0
}

// Run computes the plan for inputs of its datatypes and shapes and returns
// outputs that share nothing with the machine. Up to helpers threads take part
// beside the caller's.
func (m *Machine) Run(ctx context.Context, inputs []domain.Tensor, helpers int) ([]domain.Tensor, error) {
	for i, number := range m.plan.Inputs {
		if err := domain.Copy(m.state.Values[number], inputs[i]); err != nil {
			return nil, err
		}
	}
	m.state.Team.Start(helpers)
	defer m.state.Team.Stop()
	if err := m.compute(ctx); err != nil {
		return nil, err
	}
	outputs := make([]domain.Tensor, len(m.plan.Outputs))
	for i, number := range m.plan.Outputs {
		outputs[i] = m.state.Values[number].Clone()
	}
	return outputs, nil
}

func (m *Machine) compute(ctx context.Context) error {
	if m.vm == nil {
		return domain.FromContext(ctx, "predicting")
	}
	*m.run = run{ctx: ctx}
	defer func() { *m.run = run{} }() // keeps no context
	err := m.exec()
	m.vm.Reset()
	switch {
	case m.run.err != nil:
		return m.run.err
	case err != nil:
		return domain.Errorf(domain.Internal, "Gorgonia could not run the plan: %w", err)
	case m.run.next != len(m.plan.Steps):
		return domain.Errorf(domain.Internal, "Gorgonia ran %d of %d steps", m.run.next, len(m.plan.Steps))
	}
	return nil
}

// Close releases the machine.
func (m *Machine) Close() error {
	if m.vm == nil {
		return nil
	}
	return m.vm.Close()
}
