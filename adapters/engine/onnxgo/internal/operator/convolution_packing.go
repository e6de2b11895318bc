package operator

import (
	"sync"

	"github.com/portent-go/portent/domain"
)

// packing keeps the packed form of an operator's constant weights, so that all
// that is compiled for a model, one set for each of its workers, shares one
// copy.
type packing[W any] struct {
	mu     sync.Mutex
	of     domain.Tensor
	packed W
}

// get returns the packed form of weights, which it makes the first time it is
// asked for them. The weights must not be empty.
func (p *packing[W]) get(weights domain.Tensor, pack func(values []float32) W) W {
	values := floats(weights)
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := floats(p.of); len(known) == 0 || &known[0] != &values[0] || !p.of.Shape().Equal(weights.Shape()) {
		p.of, p.packed = weights, pack(values)
	}
	return p.packed
}
