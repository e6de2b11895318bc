package graph

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/team"
	"github.com/portent-go/portent/domain"
)

// Plan is what to run for inputs of certain shapes, and where. It is immutable
// and shared by any number of States.
type Plan struct {
	Steps   []Step
	Inputs  []int // which values are the model's inputs, in its order
	Outputs []int // which values are its outputs
	values  []placement
	buffers []buffer
	target  operator.Target
}

// Step is one operator of a plan. Values are numbered; -1 is one left out.
type Step struct {
	Name     string   // the node that it came from
	Fused    []string // further nodes that it computes
	Inputs   []int
	Outputs  []int
	operator operator.Operator
}

// placement is a value and where it is: in a buffer, or a constant.
type placement struct {
	operator.Value
	buffer int
}

// buffer is memory that values share one after another.
type buffer struct {
	datatype domain.Datatype
	elements int
}

// Compile returns the plan for inputs of the given shapes, which fit the
// graph's inputs. Shapes that an operator cannot take are an error of kind
// Invalid.
func (g *Graph) Compile(shapes []domain.Shape) (*Plan, error) {
	p, err := g.infer(shapes)
	if err != nil {
		return nil, err
	}
	for _, pass := range passes {
		if err := pass(p); err != nil {
			return nil, err
		}
	}
	return place(p)
}

// State is the memory of one run of a plan: its values and what computes them.
// It belongs to one goroutine at a time.
type State struct {
	Values []domain.Tensor // by number; constants are shared and must not be changed
	Runs   []func() error  // one for each step
	Team   *team.Team      // the threads that the steps are spread over
}

// NewState allocates a plan's buffers, for predictions by at most so many
// threads.
func (p *Plan) NewState(threads int) (*State, error) {
	memory := make([]domain.Tensor, len(p.buffers))
	for i, b := range p.buffers {
		var err error
		if memory[i], err = b.allocate(); err != nil {
			return nil, err
		}
	}
	state := &State{Values: make([]domain.Tensor, len(p.values)), Runs: make([]func() error, len(p.Steps)), Team: team.New(threads, micro.Pause)}
	for i, v := range p.values {
		if v.Known() {
			state.Values[i] = v.Const
			continue
		}
		tensor, err := view(memory[v.buffer], shapeInMemory(v.Value))
		if err != nil {
			return nil, err
		}
		state.Values[i] = tensor
	}
	for i, s := range p.Steps {
		run, err := p.bind(s, state)
		if err != nil {
			return nil, err
		}
		state.Runs[i] = run
	}
	return state, nil
}

// allocate returns the buffer's memory, at the beginning of a cache line where
// vectors are read from it.
func (b buffer) allocate() (domain.Tensor, error) {
	if b.datatype == domain.FP32 {
		return domain.NewTensor(domain.Shape{b.elements}, blocked.Floats(b.elements))
	}
	return domain.MakeTensor(b.datatype, domain.Shape{b.elements})
}

// shapeInMemory returns the shape of a value's tensor: its own, or one axis for
// all that its layout takes.
func shapeInMemory(v operator.Value) domain.Shape {
	if v.Layout != nil {
		return domain.Shape{v.Layout.Elements()}
	}
	return v.Shape
}

// view returns the beginning of a buffer as a tensor of a shape.
func view(memory domain.Tensor, shape domain.Shape) (domain.Tensor, error) {
	n, err := shape.Elements()
	if err != nil {
		return domain.Tensor{}, err
	}
	part, err := memory.Rows(0, n)
	if err != nil {
		return domain.Tensor{}, err
	}
	return part.Reshape(shape)
}

// bind compiles a step and ties it to a state's values.
func (p *Plan) bind(s Step, state *State) (func() error, error) {
	inputs, inputTensors := p.pick(s.Inputs, state.Values)
	outputs, outputTensors := p.pick(s.Outputs, state.Values)
	target := p.target
	target.Team = state.Team
	run, err := operator.Compile(s.operator, target, inputs, outputs)
	if err != nil {
		return nil, domain.Errorf(domain.KindOf(err), "%s: %w", s.Name, err)
	}
	checker, ok := s.operator.(operator.Checker)
	if !ok {
		return func() error { run(inputTensors, outputTensors); return nil }, nil
	}
	return func() error {
		if err := checker.Check(inputTensors); err != nil {
			return domain.Errorf(domain.KindOf(err), "%s: %w", s.Name, err)
		}
		run(inputTensors, outputTensors)
		return nil
	}, nil
}

func (p *Plan) pick(numbers []int, tensors []domain.Tensor) ([]operator.Value, []domain.Tensor) {
	values := make([]operator.Value, len(numbers))
	picked := make([]domain.Tensor, len(numbers))
	for i, number := range numbers {
		if number >= 0 {
			values[i], picked[i] = p.values[number].Value, tensors[number]
		}
	}
	return values, picked
}

// Bytes returns how much memory a State of the plan takes, constants not
// counted.
func (p *Plan) Bytes() int {
	total := 0
	for _, b := range p.buffers {
		total += b.elements * max(b.datatype.Size(), 1)
	}
	return total
}
