package serving

import (
	"container/heap"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/portent-go/portent/domain"
)

// gate lets a bounded number of calls in at once and a bounded number wait. Who
// waits is let in by the time at which it would have been served if nobody had been
// before it: a call of few rows passes one of many that has just come, and none
// waits for ever.
type gate struct {
	slots, queue int
	closing      chan struct{}

	mu          sync.Mutex
	running     int
	runningRows int
	waiting     line
	waitingRows int
	promised    int // places of calls that have not come yet
	arrivals    uint64
	perRow      time.Duration // moving average of the time that a row holds a place; 0 while unknown
}

func newGate(concurrency, queue int) *gate {
	return &gate{slots: concurrency, queue: queue, closing: make(chan struct{})}
}

// enter waits for a place for a call of so many rows. It fails with Overloaded if
// too many wait already, or if the call would be served after its deadline; with
// Unavailable when the gate closes; and with Timeout or Canceled when the context
// ends.
func (g *gate) enter(ctx context.Context, rows int) error {
	if err := domain.FromContext(ctx, "waiting to predict"); err != nil {
		return err
	}
	w, err := g.join(ctx, rows)
	if w == nil {
		return err
	}
	select {
	case <-w.admitted:
		return nil
	case <-g.closing:
		err = &domain.Error{Kind: domain.Unavailable, Msg: "the model was closed while this prediction waited"}
	case <-ctx.Done():
		err = domain.FromContext(ctx, "waiting to predict")
	}
	g.abandon(w)
	return err
}

// join takes a place if one is free, or else a place in the line.
func (g *gate) join(ctx context.Context, rows int) (*waiter, error) {
	promised := redeem(ctx, g)
	g.mu.Lock()
	defer g.mu.Unlock()
	if promised {
		g.promised--
	}
	if g.isFull() {
		return nil, g.full()
	}
	if g.isFree() {
		g.admit(rows)
		return nil, nil
	}
	now := time.Now()
	g.arrivals++
	w := &waiter{rows: rows, turn: now.Add(g.work(rows)), arrival: g.arrivals, admitted: make(chan struct{})}
	if err := g.checkDeadline(ctx, now, w); err != nil {
		return nil, err
	}
	heap.Push(&g.waiting, w)
	g.waitingRows += rows
	return w, nil
}

// isFull reports whether there is no place for another call, neither to run nor to
// wait.
func (g *gate) isFull() bool { return g.running+len(g.waiting)+g.promised >= g.slots+g.queue }

// isFree reports whether a call can run at once.
func (g *gate) isFree() bool { return g.running < g.slots && len(g.waiting) == 0 }

// queued is how many calls wait, those included that have been promised a place and
// find none free to run.
func (g *gate) queued() int { return max(0, g.running+len(g.waiting)+g.promised-g.slots) }

func (g *gate) admit(rows int) {
	g.running++
	g.runningRows += rows
}

// abandon gives up waiting. If a place was given meanwhile, it goes to the next.
func (g *gate) abandon(w *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.place < 0 {
		g.release(w.rows)
		return
	}
	heap.Remove(&g.waiting, w.place)
	g.waitingRows -= w.rows
}

// leave gives the place back and notes how long it was held. A call that failed may
// have been cut short, and tells no more than that it would have taken longer.
func (g *gate) leave(rows int, held time.Duration, failed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	const (
		weight = 8 // of the past in the moving average
		most   = 8 // times the average is what one call counts for: it may have stalled, which the next one will not
	)
	latest := max(held/time.Duration(max(rows, 1)), 1)
	switch {
	case failed && (g.perRow == 0 || latest < g.perRow):
	case g.perRow == 0:
		g.perRow = latest
	default:
		g.perRow += (min(latest, most*g.perRow) - g.perRow) / weight
	}
	g.release(rows)
}

// release gives a place to whoever is next.
func (g *gate) release(rows int) {
	g.running--
	g.runningRows -= rows
	if len(g.waiting) == 0 {
		return
	}
	next := heap.Pop(&g.waiting).(*waiter)
	g.waitingRows -= next.rows
	g.admit(next.rows)
	close(next.admitted)
}

func (g *gate) close() { close(g.closing) }

// work is the time that rows are expected to take in one place.
func (g *gate) work(rows int) time.Duration { return time.Duration(rows) * g.perRow }

// checkDeadline refuses a call that would be answered too late, by what is known
// of those that are served before it. Those that run are half done on average.
func (g *gate) checkDeadline(ctx context.Context, now time.Time, w *waiter) error {
	deadline, ok := ctx.Deadline()
	if !ok {
		return nil
	}
	left := deadline.Sub(now)
	needed := g.work(g.waiting.rowsBefore(w)+g.runningRows/2)/time.Duration(g.slots) + g.work(w.rows)
	if needed <= left {
		return nil
	}
	return &domain.Error{
		Kind:     domain.Overloaded,
		Msg:      fmt.Sprintf("the answer would take about %v, and must be there in %v", rounded(needed), rounded(left)),
		Expected: "an answer within the deadline", Got: fmt.Sprintf("%d predictions running and %d waiting", g.running, len(g.waiting)),
		Hint:       "try again after the time given, allow more time, or send fewer requests at once",
		RetryAfter: needed - left,
	}
}

// rounded leaves out digits that nobody can know.
func rounded(d time.Duration) time.Duration { return d.Round(max(d/100, time.Microsecond)) }

// full refuses a call because too many wait. When all of them have been served,
// there is room for as many again.
func (g *gate) full() error {
	return &domain.Error{
		Kind:       domain.Overloaded,
		Msg:        fmt.Sprintf("%d predictions are running and %d are waiting, which is as many as may", g.running, g.queued()),
		Hint:       "try again after the time given, or send fewer requests at once",
		RetryAfter: g.work(g.waitingRows+g.runningRows+g.promised) / time.Duration(g.slots),
	}
}
