package serving

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/portent-go/portent/domain"
)

// gate lets a bounded number of calls in at once and a bounded number wait.
type gate struct {
	slots   chan struct{}
	closed  chan struct{}
	queue   int64
	waiting atomic.Int64
	service atomic.Int64 // moving average of the time a call stays, in nanoseconds
}

func newGate(concurrency, queue int) *gate {
	return &gate{slots: make(chan struct{}, concurrency), closed: make(chan struct{}), queue: int64(queue)}
}

// enter waits for a place. It fails with Overloaded if too many wait already,
// with Unavailable when the gate closes, and with Timeout or Canceled when the
// context ends.
func (g *gate) enter(ctx context.Context) error {
	if err := domain.FromContext(ctx, "waiting to predict"); err != nil {
		return err
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	if g.waiting.Add(1) > g.queue {
		g.waiting.Add(-1)
		return g.overloaded()
	}
	defer g.waiting.Add(-1)
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-g.closed:
		return &domain.Error{Kind: domain.Unavailable, Msg: "the model was closed while this prediction waited"}
	case <-ctx.Done():
		return domain.FromContext(ctx, "waiting to predict")
	}
}

// leave gives the place back and notes how long it was held.
func (g *gate) leave(held time.Duration) {
	const weight = 8 // of the past in the moving average
	past := g.service.Load()
	if past == 0 {
		past = int64(held)
	}
	g.service.Store(past + (int64(held)-past)/weight) // a lost update among concurrent ones does no harm
	<-g.slots
}

func (g *gate) close() { close(g.closed) }

func (g *gate) overloaded() error {
	workers := int64(cap(g.slots))
	return &domain.Error{
		Kind:       domain.Overloaded,
		Msg:        fmt.Sprintf("%d predictions are running and %d are waiting, which is as many as may", workers, g.queue),
		Hint:       "try again after the time given, or send fewer requests at once",
		RetryAfter: time.Duration(g.service.Load() * (g.queue + workers) / workers),
	}
}
