package graph

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// placer numbers a program's values and gives them buffers. A buffer is free
// again after the last step that reads what is in it.
type placer struct {
	program *program
	plan    *Plan
	numbers map[string]int
	views   map[string]string // a value that has another's elements
	last    map[string]int    // the last step that reads a value or a view of it
	free    []int             // buffers that hold nothing any more
}

// place turns a program into a plan.
func place(p *program) (*Plan, error) {
	pl := &placer{program: p, plan: &Plan{target: p.target}, numbers: make(map[string]int), views: make(map[string]string)}
	pl.findViews()
	pl.findLastUses()
	for _, name := range p.inputs {
		pl.plan.Inputs = append(pl.plan.Inputs, pl.number(name))
	}
	for i, s := range p.steps {
		pl.step(i, s)
	}
	for _, name := range p.outputs {
		pl.plan.Outputs = append(pl.plan.Outputs, pl.number(name))
	}
	if bytes := pl.plan.Bytes(); bytes > p.budget {
		return nil, &domain.Error{
			Kind: domain.Invalid, Msg: fmt.Sprintf("a prediction of these shapes takes %d bytes, more than the %d that are allowed", bytes, p.budget),
			Hint: "send fewer inputs at once",
		}
	}
	return pl.plan, nil
}

// findViews notes the outputs that need no memory of their own.
func (pl *placer) findViews() {
	for _, s := range pl.program.steps {
		if _, ok := s.operator.(operator.Aliaser); ok && len(s.outputs) == 1 && !pl.program.values[s.inputs[0]].Known() {
			pl.views[s.outputs[0]] = pl.root(s.inputs[0])
		}
	}
}

// root returns the value in whose memory a value is.
func (pl *placer) root(name string) string {
	if original, ok := pl.views[name]; ok {
		return original
	}
	return name
}

func (pl *placer) findLastUses() {
	pl.last = make(map[string]int)
	for i, s := range pl.program.steps {
		for _, name := range s.inputs {
			pl.last[pl.root(name)] = i
		}
	}
	for _, name := range pl.program.outputs {
		pl.last[pl.root(name)] = len(pl.program.steps)
	}
}

// step places a step's outputs and then frees what it was the last to read. The
// order matters: an output must not overlap an input.
func (pl *placer) step(i int, s *step) {
	placed := Step{Name: s.name, Fused: s.fused, operator: s.operator, Inputs: pl.numbersOf(s.inputs), Outputs: pl.numbersOf(s.outputs)}
	if _, isView := pl.views[s.outputs[0]]; !isView {
		pl.plan.Steps = append(pl.plan.Steps, placed)
	}
	released := make(map[string]bool)
	for _, name := range append(append([]string(nil), s.inputs...), s.outputs...) {
		root := pl.root(name)
		if last, read := pl.last[root]; name != "" && !released[root] && (!read || last == i) {
			released[root] = true
			pl.release(root)
		}
	}
}

func (pl *placer) numbersOf(names []string) []int {
	numbers := make([]int, len(names))
	for i, name := range names {
		numbers[i] = -1
		if name != "" {
			numbers[i] = pl.number(name)
		}
	}
	return numbers
}

// number returns a value's number, and places the value when it is first met.
func (pl *placer) number(name string) int {
	if number, ok := pl.numbers[name]; ok {
		return number
	}
	value := pl.program.values[name]
	where := -1
	if original, isView := pl.views[name]; isView {
		where = pl.plan.values[pl.number(original)].buffer
	} else if !value.Known() {
		where = pl.take(value)
	}
	pl.plan.values = append(pl.plan.values, placement{value, where})
	pl.numbers[name] = len(pl.plan.values) - 1
	return pl.numbers[name]
}

// take returns a buffer for a value: the smallest free one that is large
// enough, else the largest free one made larger, else a new one.
func (pl *placer) take(value operator.Value) int {
	elements, _ := shapeInMemory(value).Elements() // checked when it was inferred
	best := -1
	for at, candidate := range pl.free {
		b := pl.plan.buffers[candidate]
		if b.datatype == value.Datatype && (best < 0 || better(b.elements, pl.plan.buffers[pl.free[best]].elements, elements)) {
			best = at
		}
	}
	if best < 0 {
		pl.plan.buffers = append(pl.plan.buffers, buffer{value.Datatype, elements})
		return len(pl.plan.buffers) - 1
	}
	taken := pl.free[best]
	pl.free = append(pl.free[:best], pl.free[best+1:]...)
	pl.plan.buffers[taken].elements = max(pl.plan.buffers[taken].elements, elements)
	return taken
}

// better reports whether a buffer of length a suits n elements better than one
// of length b.
func better(a, b, n int) bool {
	if (a >= n) != (b >= n) {
		return a >= n
	}
	if a >= n {
		return a < b
	}
	return a > b
}

// release frees the buffer of a value that nobody reads any more.
func (pl *placer) release(name string) {
	number, ok := pl.numbers[name]
	if !ok {
		return
	}
	if where := pl.plan.values[number].buffer; where >= 0 {
		pl.free = append(pl.free, where)
	}
}
