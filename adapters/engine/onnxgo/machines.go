package onnxgo

import (
	"context"
	"slices"
	"sync"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/graph"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/tape"
	"github.com/portent-go/portent/domain"
)

const (
	maxPlans     = 64        // plans kept, one for each set of input shapes seen of late
	maxIdleBytes = 256 << 20 // memory that machines may hold while they wait for work
)

// machines keeps compiled plans and the machines that run them, most recently
// used last. The graph's weights are shared by all of them.
type machines struct {
	graph   *graph.Graph
	threads int // that one prediction may use
	mu      sync.Mutex
	plans   []*compiled
	idle    []*machine
}

// compiled is a plan, which is compiled by the first who asks for it.
type compiled struct {
	shapes  []domain.Shape
	once    sync.Once
	plan    *graph.Plan
	err     error
	without bool // a plan: the inputs' elements decide what is to be computed
}

// machine is a tape machine and the plan that it runs.
type machine struct {
	*tape.Machine
	of *compiled
}

func newMachines(g *graph.Graph, threads int) *machines { return &machines{graph: g, threads: threads} }

// run predicts on a machine for the inputs' shapes, an idle one if there is one,
// with the help of so many other threads.
func (m *machines) run(ctx context.Context, inputs []domain.Tensor, helpers int) ([]domain.Tensor, error) {
	of, err := m.prepare(inputs)
	if err != nil {
		return nil, err
	}
	if of.without {
		return m.evaluate(ctx, inputs)
	}
	worker, err := m.take(of)
	if err != nil {
		return nil, err
	}
	outputs, err := worker.Run(ctx, inputs, helpers)
	if domain.KindOf(err) == domain.Internal && err != nil {
		return nil, err // the machine is dropped: nobody knows what state it is in
	}
	m.give(worker)
	return outputs, err
}

// prepare returns the compiled plan for the inputs' shapes.
func (m *machines) prepare(inputs []domain.Tensor) (*compiled, error) {
	of := m.compiled(inputs)
	of.once.Do(func() {
		of.plan, of.err = m.compile(of.shapes)
		if of.without = graph.DependsOnElements(of.err); of.without {
			of.err = nil
		}
	})
	if of.err != nil {
		m.forget(of)
	}
	return of, of.err
}

// evaluate predicts without a plan. A panic, which would be a fault of an operator,
// comes out as an error.
func (m *machines) evaluate(ctx context.Context, inputs []domain.Tensor) (outputs []domain.Tensor, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			outputs, err = nil, domain.Errorf(domain.Internal, "computing the graph panicked: %v", cause)
		}
	}()
	return m.graph.Evaluate(ctx, inputs)
}

func (m *machines) take(of *compiled) (*machine, error) {
	if worker := m.takeIdle(of); worker != nil {
		return worker, nil
	}
	built, err := tape.New(of.plan, m.threads)
	if err != nil {
		return nil, err
	}
	return &machine{built, of}, nil
}

// compile returns a plan. A panic, which would be a fault of an operator, comes out
// as an error.
func (m *machines) compile(shapes []domain.Shape) (plan *graph.Plan, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			plan, err = nil, domain.Errorf(domain.Internal, "compiling a plan for %v panicked: %v", shapes, cause)
		}
	}()
	return m.graph.Compile(shapes)
}

// compiled returns the plan for the inputs' shapes, perhaps not compiled yet,
// and makes it the most recent.
func (m *machines) compiled(inputs []domain.Tensor) *compiled {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := len(m.plans) - 1; i >= 0; i-- {
		if found := m.plans[i]; found.fits(inputs) {
			copy(m.plans[i:], m.plans[i+1:])
			m.plans[len(m.plans)-1] = found
			return found
		}
	}
	added := &compiled{shapes: make([]domain.Shape, len(inputs))}
	for i, input := range inputs {
		added.shapes[i] = input.Shape().Clone()
	}
	if len(m.plans) == maxPlans {
		m.plans = slices.Delete(m.plans, 0, 1)
	}
	m.plans = append(m.plans, added)
	return added
}

func (c *compiled) fits(inputs []domain.Tensor) bool {
	for i, shape := range c.shapes {
		if !shape.Equal(inputs[i].Shape()) {
			return false
		}
	}
	return true
}

func (m *machines) forget(of *compiled) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.plans = slices.DeleteFunc(m.plans, func(c *compiled) bool { return c == of })
}

func (m *machines) takeIdle(of *compiled) *machine {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := len(m.idle) - 1; i >= 0; i-- {
		if worker := m.idle[i]; worker.of == of {
			m.idle = slices.Delete(m.idle, i, i+1)
			return worker
		}
	}
	return nil
}

// give takes a machine back, and drops those that have waited longest if they
// hold too much memory together.
func (m *machines) give(worker *machine) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.idle = append(m.idle, worker)
	held := 0
	for i := len(m.idle) - 1; i >= 0; i-- {
		held += m.idle[i].of.plan.Bytes()
		if held > maxIdleBytes && i < len(m.idle)-1 {
			m.idle = slices.Delete(m.idle, 0, i+1)
			return
		}
	}
}

func (m *machines) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.idle, m.plans = nil, nil
}
