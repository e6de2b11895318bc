package graph

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
)

// fuseResiduals lets a convolution add the other operand of the addition behind
// it. Of two convolutions the later one takes the addition.
func fuseResiduals(p *program) error {
	p.fuse(func(producers []*step, s *step) (joined, replaced *step) {
		if !operator.IsAdd(s.operator) || len(s.inputs) != 2 || s.inputs[0] == s.inputs[1] {
			return nil, nil
		}
		left, right := p.values[s.inputs[0]], p.values[s.inputs[1]]
		if left.Known() || right.Known() || !left.Shape.Equal(right.Shape) {
			return nil, nil
		}
		at := p.laterConvolution(producers)
		if at < 0 {
			return nil, nil
		}
		conv, maker := producers[at].operator.(*operator.Conv), producers[at]
		inputs := slices.Clone(maker.inputs)
		if len(inputs) == 2 {
			inputs = append(inputs, "")
		}
		inputs = append(inputs, s.inputs[1-at])
		return maker.joined(s, conv.WithResidual(), inputs), maker
	})
	return nil
}

// laterConvolution returns which of the producers is the convolution that runs
// last and can still take an addition, or -1.
func (p *program) laterConvolution(producers []*step) int {
	best, position := -1, -1
	for i, s := range producers {
		if s == nil {
			continue
		}
		conv, ok := s.operator.(*operator.Conv)
		if !ok || conv.HasClamp() || conv.HasResidual() {
			continue
		}
		if at := slices.Index(p.steps, s); at > position {
			best, position = i, at
		}
	}
	return best
}

// fuseClamps lets a convolution clamp its own output.
func fuseClamps(p *program) error {
	p.fuse(func(producers []*step, s *step) (joined, replaced *step) {
		low, high, ok := operator.AsClamp(s.operator, p.valuesOf(s.inputs))
		if !ok || producers[0] == nil {
			return nil, nil
		}
		conv, ok := producers[0].operator.(*operator.Conv)
		if !ok || conv.HasClamp() {
			return nil, nil
		}
		maker := producers[0]
		return maker.joined(s, conv.WithClamp(low, high), maker.inputs), maker
	})
	return nil
}
