package serving

import (
	"sync"

	"github.com/portent-go/portent/domain"
)

// state says how far a model's life has come.
type state uint8

const (
	stateReady      state = iota // predicts, wants work
	stateDraining                // predicts, wants no more work
	stateUnverified              // does not predict: its test vectors have not passed
	stateClosed                  // does not predict any more
)

// readiness is a model's state and the reason for it. The zero value is ready.
type readiness struct {
	mu    sync.RWMutex
	state state
	why   string
}

// set changes the state. A closed model stays closed, and one that is draining
// does not become ready again.
func (r *readiness) set(next state, why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state == stateClosed || (r.state == stateDraining && next == stateReady) {
		return
	}
	r.state, r.why = next, why
}

func (r *readiness) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state, r.why = stateClosed, "the model has been closed"
}

func (r *readiness) ready() error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.state == stateReady {
		return nil
	}
	return &domain.Error{Kind: domain.Unavailable, Msg: r.why}
}

// whilePredicting calls f if the model may predict. No change of state comes
// between the check and f.
func (r *readiness) whilePredicting(f func()) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.state == stateUnverified || r.state == stateClosed {
		return &domain.Error{Kind: domain.Unavailable, Msg: r.why}
	}
	f()
	return nil
}
