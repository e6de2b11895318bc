package loadgen

import (
	"context"
	"sync"
	"time"

	"github.com/portent-go/portent/domain"
)

// Request is what is sent.
type Request struct {
	Inputs []domain.Tensor
	// Check returns why an answer is wrong. Nil: it is not checked.
	Check func(outputs []domain.Tensor) error
}

// Load is requests and how they are sent.
type Load struct {
	// Predict answers a request. It must be safe for concurrent use.
	Predict func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error)
	// Requests are sent in turn. There must be one at least.
	Requests []Request
	// Concurrency is how many requests are under way at once, at most in an open
	// loop.
	Concurrency int
	// Rate is how many requests are due in a second. 0: a closed loop.
	Rate float64
}

// Run sends requests for a while that is not measured, and then for one that is. A
// closed loop goes on until as many requests as are sent at once have ended, so that
// slow ones are measured too. It waits for what is under way. If the context ends,
// what was measured until then is returned, and is not Complete.
func (l *Load) Run(ctx context.Context, warmUp, window time.Duration) *Round {
	start := time.Now()
	r := &round{load: l, start: start, begin: start.Add(warmUp), due: start.Add(warmUp + window), out: newRound()}
	send := r.closed
	if l.Rate > 0 {
		send = r.open
	}
	var workers sync.WaitGroup
	for worker := range max(l.Concurrency, 1) {
		workers.Go(func() { send(ctx, worker) })
	}
	workers.Wait()
	return r.finish(ctx)
}

// finish works out the rate when every request has ended.
func (r *round) finish(ctx context.Context) *Round {
	end := r.end
	if end.IsZero() {
		end = r.due
	}
	if ctx.Err() != nil {
		end = minTime(end, time.Now())
	}
	r.out.Complete = ctx.Err() == nil
	r.out.Elapsed = max(0, end.Sub(r.begin))
	for _, s := range r.late {
		r.answers += s.share(r.begin, end)
	}
	if r.out.Elapsed > 0 {
		r.out.Rate = r.answers / r.out.Elapsed.Seconds()
	}
	return r.out
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
