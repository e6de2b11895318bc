package openinference

import (
	"cmp"
	"slices"

	"github.com/portent-go/portent/domain"
)

// pick chooses the endpoint for an attempt: a healthy one if there is, one that
// has not been tried before others, and of those the least busy. It returns what
// is to be told how the attempt ended.
func (e *Engine) pick(tried []*endpoint) (*endpoint, func(error), error) {
	type candidate struct {
		at    *endpoint
		ill   int
		tries int
		busy  int64
		lot   float64 // among equals
	}
	candidates := make([]candidate, len(e.endpoints))
	for i, at := range e.endpoints {
		c := candidate{at: at, busy: at.busy.Load(), lot: e.random()}
		if !at.healthy.Load() {
			c.ill = 1
		}
		for _, t := range tried {
			if t == at {
				c.tries++
			}
		}
		candidates[i] = c
	}
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.ill, b.ill), cmp.Compare(a.tries, b.tries), cmp.Compare(a.busy, b.busy), cmp.Compare(a.lot, b.lot))
	})
	for _, c := range candidates {
		if done, err := c.at.breaker.Allow(); err == nil {
			return c.at, done, nil
		}
	}
	return nil, nil, &domain.Error{
		Kind: domain.Unavailable, Msg: "none of the model's servers has answered lately", Hint: "try again later", RetryAfter: openFor,
	}
}
