package operator

import (
	"sync"

	"github.com/portent-go/portent/domain"
)

// packing keeps the packed forms of an operator's constant weights, so that all
// that is compiled for a model, one set for each of its workers, shares one copy
// of each.
type packing[W any] struct {
	mu    sync.Mutex
	of    domain.Tensor
	forms map[any]W
}

// get returns the form of weights that a key stands for, which it makes the
// first time it is asked for it. The weights must not be empty.
func (p *packing[W]) get(weights domain.Tensor, key any, pack func(values []float32) W) W {
	values := floats(weights)
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := floats(p.of); len(known) == 0 || &known[0] != &values[0] || !p.of.Shape().Equal(weights.Shape()) {
		p.of, p.forms = weights, map[any]W{}
	}
	packed, ok := p.forms[key]
	if !ok {
		packed = pack(values)
		p.forms[key] = packed
	}
	return packed
}
