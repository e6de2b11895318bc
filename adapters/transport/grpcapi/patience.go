package grpcapi

import (
	"context"
	"sync/atomic"
	"time"
)

// patience is the context of a call whose request is still on its way. It ends
// as with a deadline if the request does not arrive in time. That is no deadline for
// what comes after it.
type patience struct {
	context.Context
	timer  *time.Timer
	forget func() bool
	late   atomic.Bool
}

type patienceKey struct{}

// awaitRequest returns a call's context that ends after a time, unless the request
// has arrived.
func awaitRequest(ctx context.Context, longest time.Duration) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	p := &patience{Context: ctx}
	p.timer = time.AfterFunc(longest, func() {
		p.late.Store(true)
		cancel()
	})
	p.forget = context.AfterFunc(ctx, func() { p.timer.Stop() }) // the call may end before
	return p
}

// Err returns why the context has ended.
func (p *patience) Err() error {
	err := p.Context.Err()
	if err != nil && p.late.Load() {
		return context.DeadlineExceeded
	}
	return err
}

// Value knows the context itself.
func (p *patience) Value(key any) any {
	if key == (patienceKey{}) {
		return p
	}
	return p.Context.Value(key)
}

// arrived says that a call's request is there.
func arrived(ctx context.Context) {
	if p, ok := ctx.Value(patienceKey{}).(*patience); ok {
		p.timer.Stop()
		p.forget()
	}
}
