package serving

import (
	"context"
	"sync"
	"time"
)

// reservation is a place for a prediction that has not come yet. Its zero value is
// none.
type reservation struct {
	mu sync.Mutex
	at *gate // where the place is; nil if there is none
}

type reservationKey struct{}

// WithReservation returns a context in which Model.Reserve can keep a place for one
// prediction, and what gives the place back if the prediction does not come.
func WithReservation(ctx context.Context) (context.Context, func()) {
	r := new(reservation)
	return context.WithValue(ctx, reservationKey{}, r), r.release
}

// Reserve keeps a place in the queue for the context's prediction, or refuses it as
// Predict would, with an error of kind Overloaded, if too many are before it, or so
// many that not even one row would be answered by the context's deadline, or within
// the model's own timeout. It is for those who have costly work to do before they
// predict, such as to decode a picture: an overloaded server must not spend its time on
// what it refuses, and what it has worked for must not be refused afterwards. A context
// that has a place already keeps it. Without WithReservation no place is kept.
func (m *Model) Reserve(ctx context.Context) error {
	r, ok := ctx.Value(reservationKey{}).(*reservation)
	if !ok {
		r = new(reservation)
		defer r.release()
	}
	ctx, cancel := m.withTimeout(ctx)
	defer cancel()
	return r.reserve(ctx, m.gate)
}

func (r *reservation) reserve(ctx context.Context, at *gate) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at != nil {
		return nil
	}
	if err := at.promise(ctx); err != nil {
		return err
	}
	r.at = at
	return nil
}

// release gives the place back.
func (r *reservation) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at != nil {
		r.at.unpromise()
		r.at = nil
	}
}

// redeem reports whether the context has a place at a gate. It has none from then
// on: who calls it takes the gate's promise over.
func redeem(ctx context.Context, at *gate) bool {
	r, ok := ctx.Value(reservationKey{}).(*reservation)
	if !ok {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at != at {
		return false
	}
	r.at = nil
	return true
}

// promise keeps a place for a call that will come.
func (g *gate) promise(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isFull() {
		return g.full()
	}
	if !g.isFree() {
		now := time.Now()
		if err := g.checkDeadline(ctx, now, &waiter{rows: 1, turn: now.Add(g.work(1)), arrival: g.arrivals + 1}); err != nil {
			return err
		}
	}
	g.promised++
	return nil
}

// unpromise gives a place back that has not been used.
func (g *gate) unpromise() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.promised--
}
