package serving

import (
	"context"
	"time"
)

// Timings is where the time of a request went. A call adds to it what it spent.
// It belongs to one request and must not be read before its calls have returned.
type Timings struct {
	Preprocess time.Duration // from a picture to a tensor
	Queue      time.Duration // waiting for a turn
	Infer      time.Duration // in the engine

	accounted bool // a Predictor under the Model adds the runs itself
	runs      int  // of the engine; a run that was joined from several requests is added to one of them
	rows      int  // of each run
}

// ran adds a run of the engine.
func (t *Timings) ran(rows int) {
	t.runs++
	t.rows = rows
}

type timingsKey struct{}

// WithTimings returns a context whose calls add their times to timings.
func WithTimings(ctx context.Context, timings *Timings) context.Context {
	return context.WithValue(ctx, timingsKey{}, timings)
}

// timingsOf returns the context's Timings, or one that nobody reads.
func timingsOf(ctx context.Context) *Timings {
	if timings, ok := ctx.Value(timingsKey{}).(*Timings); ok {
		return timings
	}
	return new(Timings)
}

// Observation returns what Statistics are to count of a request of so many rows,
// as far as these Timings know it: all but Input and Output. They know which runs
// of the engine were joined from several requests.
func (t *Timings) Observation(rows int, err error) Observation {
	return Observation{Rows: rows, Queue: t.Queue, Infer: t.Infer, Err: err, accounted: true, runs: t.runs, runRows: t.rows}
}

// TimingsFrom returns the Timings that a context carries, nil if it carries none.
func TimingsFrom(ctx context.Context) *Timings {
	timings, _ := ctx.Value(timingsKey{}).(*Timings)
	return timings
}
