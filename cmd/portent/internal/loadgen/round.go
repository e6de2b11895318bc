package loadgen

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Round is what was measured in one run of a Load.
type Round struct {
	Latencies *Histogram // of requests that began, or were due, while it was measured
	Failures  Failures   // of those requests
	Unsent    int        // requests of an open loop that were due and not sent in time; their latencies count as what they had waited
	Rate      float64    // good answers a second
	Elapsed   time.Duration
	Complete  bool // false if it was interrupted
}

func newRound() *Round { return &Round{Latencies: NewHistogram(), Failures: make(Failures)} }

// round is one under way.
type round struct {
	load              *Load
	start, begin, due time.Time // of the warm-up, of what is measured, and when it ends
	next              atomic.Int64

	mu      sync.Mutex // of what follows
	out     *Round
	ended   int       // requests that began while it was measured, and have ended
	end     time.Time // of a closed loop; zero until it is known
	answers float64   // good ones, by the share that lies within what is measured
	late    []span    // those that ended when the end was not known yet
}

// closed sends one request after the other.
func (r *round) closed(ctx context.Context, worker int) {
	for turn := worker; ; turn += r.load.Concurrency {
		sent := time.Now()
		if ctx.Err() != nil || r.over(sent) {
			return
		}
		if err := r.send(ctx, turn, sent, sent); err != nil {
			pause(ctx)
		}
	}
}

// over reports whether no further request begins: the time is up, and something
// was measured.
func (r *round) over(now time.Time) bool {
	if now.Before(r.due) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended < r.load.Concurrency {
		return false
	}
	if r.end.IsZero() {
		r.end = now
	}
	return true
}

// open sends requests at the times at which they are due.
func (r *round) open(ctx context.Context, _ int) {
	for {
		turn := r.next.Add(1) - 1
		due := r.start.Add(time.Duration(float64(turn) / r.load.Rate * float64(time.Second)))
		if !due.Before(r.due) || !waitUntil(ctx, due) {
			return
		}
		sent := time.Now()
		if !sent.Before(r.due) {
			r.unsent(due)
			continue
		}
		_ = r.send(ctx, int(turn), due, sent) // it is noted
	}
}

// unsent notes a request that had to wait for others until the end.
func (r *round) unsent(due time.Time) {
	if due.Before(r.begin) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.Unsent++
	r.out.Latencies.record(r.due.Sub(due))
}

// send sends a request and notes how it ended.
func (r *round) send(ctx context.Context, turn int, due, sent time.Time) error {
	request := r.load.Requests[turn%len(r.load.Requests)]
	outputs, err := r.load.Predict(ctx, request.Inputs)
	done := time.Now()
	if err == nil && request.Check != nil {
		err = request.Check(outputs)
	}
	if err != nil && ctx.Err() != nil {
		return err // it was cut off
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	measured := !due.Before(r.begin)
	if measured {
		r.ended++
	}
	switch {
	case err != nil && measured:
		r.out.Failures.add(err)
	case err == nil:
		r.answered(span{sent, done})
		if measured {
			r.out.Latencies.record(done.Sub(due))
		}
	}
	return err
}

// answered counts a good answer.
func (r *round) answered(s span) {
	if s.done.After(r.due) {
		r.late = append(r.late, s)
		return
	}
	r.answers += s.share(r.begin, r.due)
}

// span is the time that a request took.
type span struct{ sent, done time.Time }

// share returns which part of a request lies between two times. Counting parts
// makes rates exact where only a few requests fit into what is measured.
func (s span) share(from, to time.Time) float64 {
	whole := s.done.Sub(s.sent)
	if whole <= 0 {
		if s.done.Before(from) || s.done.After(to) {
			return 0
		}
		return 1
	}
	first, last := s.sent, minTime(s.done, to)
	if first.Before(from) {
		first = from
	}
	return max(0, float64(last.Sub(first))/float64(whole))
}

// pauseAfterFailure keeps a model that refuses everything from being asked as fast
// as it can refuse.
const pauseAfterFailure = 10 * time.Millisecond

func pause(ctx context.Context) { waitUntil(ctx, time.Now().Add(pauseAfterFailure)) }

// waitUntil waits for a time, and reports whether the context lives.
func waitUntil(ctx context.Context, at time.Time) bool {
	left := time.Until(at)
	if left <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
