package graph

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
)

// planner chooses, over the whole program, which values are laid out in blocks
// and with what borders. What is made in blocks stays so from step to step, and
// only where layouts meet a step is added that reorders.
type planner struct {
	program  *program
	blocking map[*step]operator.Blocking
	block    map[string]int            // of the values made in blocks
	border   map[string]blocked.Border // that their maker and their readers ask for
	variants map[variant]string        // names of values in another layout
}

// variant is a value in blocks of another size: 0 is the plain order.
type variant struct {
	name  string
	block int
}

// layOut chooses the layouts.
func layOut(p *program) error {
	l := &planner{
		program: p, blocking: map[*step]operator.Blocking{}, block: map[string]int{},
		border: map[string]blocked.Border{}, variants: map[variant]string{},
	}
	for _, s := range p.steps {
		l.choose(s)
	}
	borders := map[variant]blocked.Border{}
	for _, s := range p.steps {
		l.collect(s, borders)
	}
	l.insert()
	l.assign(borders)
	return nil
}

// choose notes how a step computes.
func (l *planner) choose(s *step) {
	op, ok := s.operator.(operator.Blocker)
	if !ok || len(s.outputs) != 1 {
		return
	}
	made := make([]bool, len(s.inputs))
	for i, name := range s.inputs {
		made[i] = l.block[name] > 0
	}
	b, ok := op.Blocking(l.program.target, l.program.valuesOf(s.inputs), l.program.valuesOf(s.outputs), made)
	if !ok {
		return
	}
	l.blocking[s] = b
	if b.Output.Block > 0 {
		l.block[s.outputs[0]], l.border[s.outputs[0]] = b.Output.Block, b.Output.Border
	}
}

// demand returns the layout in which a step reads an input. Planes without a
// border are the plain order.
func (l *planner) demand(s *step, input int) operator.Demand {
	b, ok := l.blocking[s]
	if !ok {
		return operator.Demand{}
	}
	d := b.Inputs[input]
	if d.Block == 1 && d.Border == (blocked.Border{}) {
		return operator.Demand{}
	}
	return d
}

// collect widens the borders of what a step reads.
func (l *planner) collect(s *step, borders map[variant]blocked.Border) {
	for i, name := range s.inputs {
		d := l.demand(s, i)
		switch d.Block {
		case 0:
		case l.block[name]:
			l.border[name] = l.border[name].Union(d.Border)
		default:
			v := variant{name, d.Block}
			borders[v] = borders[v].Union(d.Border)
		}
	}
}

// insert adds the steps that reorder.
func (l *planner) insert() {
	p := l.program
	before := p.steps
	p.steps = make([]*step, 0, len(before))
	for _, s := range before {
		inputs := make([]string, len(s.inputs))
		for i, name := range s.inputs {
			inputs[i] = name
			if d := l.demand(s, i); name != "" && !p.values[name].Known() && d.Block != l.block[name] {
				inputs[i] = l.reordered(variant{name, d.Block})
			}
		}
		blocking, blocks := l.blocking[s]
		s = &step{name: s.name, fused: s.fused, operator: s.operator, inputs: inputs, outputs: s.outputs}
		if blocks {
			l.blocking[s] = blocking
		}
		p.steps = append(p.steps, s)
	}
	for i, name := range p.outputs {
		if l.block[name] > 0 {
			p.outputs[i] = l.reordered(variant{name, 0})
		}
	}
}

// reordered returns the name of a variant, and adds the step that makes it.
func (l *planner) reordered(v variant) string {
	if name, ok := l.variants[v]; ok {
		return name
	}
	name := fmt.Sprintf("%s/in blocks of %d", v.name, v.block)
	l.variants[v] = name
	original := l.program.values[v.name]
	l.program.values[name] = operator.Value{Datatype: original.Datatype, Shape: original.Shape}
	l.program.steps = append(l.program.steps, &step{name: "reordering " + v.name, operator: operator.Reorder{}, inputs: []string{v.name}, outputs: []string{name}})
	return name
}

// assign writes the layouts into the values.
func (l *planner) assign(borders map[variant]blocked.Border) {
	set := func(name string, block int, border blocked.Border) {
		value := l.program.values[name]
		layout := operator.PlainLayout(value)
		layout.Block, layout.Border = block, border
		value.Layout = &layout
		l.program.values[name] = value
	}
	for name, block := range l.block {
		set(name, block, l.border[name])
	}
	for v, name := range l.variants {
		if v.block > 0 {
			set(name, v.block, borders[v])
		}
	}
}
