package serving

import "context"

// Observer is told of every request for a prediction, once it has been answered
// or refused. It is called by many goroutines at once, on the request's way, so
// it must be quick.
type Observer interface {
	// Observe is told what became of a request. The context is the request's. No
	// model (nil) is given where the request asked for one that is not loaded: what
	// it called that model is the client's own, and unbounded.
	Observe(ctx context.Context, served *Served, o Observation)
}

// AddObserver adds one who is told of every request. It must be called before
// there are any.
func (r *Repository) AddObserver(o Observer) { r.observers = append(r.observers, o) }

// Observe counts a request in the model's statistics and tells the observers. A
// transport calls it once the request has been answered or refused, with no model
// (nil) where none could be acquired.
func (r *Repository) Observe(ctx context.Context, served *Served, o Observation) {
	if served != nil {
		served.Stats.Observe(o)
	}
	for _, observer := range r.observers {
		observer.Observe(ctx, served, o)
	}
}
