package serving

import (
	"context"
	"sync"
)

// company is the callers who wait for one piece of work, and the work's context:
// it is no single caller's, and ends when the last of them has left.
type company struct {
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	size   int
}

// newCompany returns a company of nobody yet. Its context carries the values of
// the given one, but not its end.
func newCompany(ctx context.Context) *company {
	c := new(company)
	c.ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return c
}

// join adds a caller, unless the work's context has ended.
func (c *company) join() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx.Err() != nil {
		return false
	}
	c.size++
	return true
}

// leave takes a caller out and reports whether it was the last.
func (c *company) leave() (last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size--
	if c.size == 0 {
		c.cancel()
	}
	return c.size == 0
}
