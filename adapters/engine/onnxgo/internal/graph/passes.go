package graph

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
)

// passes run in this order: a batch normalisation must be gone before the
// convolution in front of it can take the addition and the activation behind.
var passes = []func(*program) error{
	dropIdentities,
	dropDead, // an identity that nobody reads would look like a second reader
	foldBatchNormalizations,
	fuseResiduals,
	fuseClamps,
	dropDead,
	layOut,
}

// dropIdentities lets the readers of an identity's output read its input.
func dropIdentities(p *program) error {
	renamed := make(map[string]string)
	for _, s := range p.steps {
		for i, name := range s.inputs {
			if original, ok := renamed[name]; ok {
				s.inputs = slices.Clone(s.inputs)
				s.inputs[i] = original
			}
		}
		if operator.IsIdentity(s.operator) && len(s.outputs) == 1 && !p.isOutput(s.outputs[0]) {
			renamed[s.outputs[0]] = s.inputs[0]
		}
	}
	return nil
}

// dropDead removes the steps whose outputs nobody needs.
func dropDead(p *program) error {
	needed := make(map[string]bool, len(p.values))
	for _, name := range p.outputs {
		needed[name] = true
	}
	for i := len(p.steps) - 1; i >= 0; i-- {
		s := p.steps[i]
		if !slices.ContainsFunc(s.outputs, func(name string) bool { return needed[name] }) {
			p.steps[i] = nil
			continue
		}
		for _, name := range s.inputs {
			needed[name] = name != ""
		}
	}
	p.steps = slices.DeleteFunc(p.steps, func(s *step) bool { return s == nil })
	return nil
}

func (p *program) isOutput(name string) bool { return slices.Contains(p.outputs, name) }

// uses counts how often each value is read, the model's outputs included.
func (p *program) uses() map[string]int {
	count := make(map[string]int, len(p.values))
	for _, s := range p.steps {
		for _, name := range s.inputs {
			count[name]++
		}
	}
	for _, name := range p.outputs {
		count[name]++
	}
	return count
}

// fuse goes through the steps in order and offers each the steps that made its
// inputs, if nobody else reads them. Where join returns a step, it takes the
// place of both.
func (p *program) fuse(join func(producers []*step, s *step) (joined, replaced *step)) {
	uses := p.uses()
	makers := make(map[string]*step, len(p.steps))
	for i, s := range p.steps {
		producers := make([]*step, len(s.inputs))
		for j, name := range s.inputs {
			if maker := makers[name]; maker != nil && uses[name] == 1 && len(maker.outputs) == 1 {
				producers[j] = maker
			}
		}
		joined, replaced := join(producers, s)
		if joined != nil {
			p.steps[i] = joined
			p.steps[slices.Index(p.steps, replaced)] = nil
			s = joined
		}
		for _, name := range s.outputs {
			makers[name] = s
		}
	}
	p.steps = slices.DeleteFunc(p.steps, func(s *step) bool { return s == nil })
}
