package openinference

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/portent-go/portent/domain"
)

// The circuit breaker: so many attempts that fail in a row open it, and after
// openFor one attempt finds out whether the endpoint is back.
const (
	failuresToOpen = 5
	openFor        = 5 * time.Second
)

// endpoint is a server and what is known of how it does.
type endpoint struct {
	channel
	name     string
	breaker  *gobreaker.TwoStepCircuitBreaker[struct{}]
	busy     atomic.Int64 // attempts under way
	healthy  atomic.Bool  // by the last look
	verified atomic.Bool  // serves the model that the engine promises
}

func newEndpoint(name string, c channel, logger *slog.Logger) *endpoint {
	e := &endpoint{channel: c, name: name}
	e.breaker = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:        name,
		Timeout:     openFor,
		ReadyToTrip: func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= failuresToOpen },
		IsExcluded:  endedByCaller,
		IsSuccessful: func(err error) bool {
			var f *failure
			return !errors.As(err, &f) || !f.down
		},
		OnStateChange: func(name string, from, to gobreaker.State) {
			level := slog.LevelInfo
			if to == gobreaker.StateOpen {
				level = slog.LevelWarn
			}
			logger.Log(context.Background(), level, "circuit breaker of an endpoint", "endpoint", name, "from", from.String(), "to", to.String())
		},
	})
	return e
}

// endedByCaller reports whether an attempt ended with the caller's context, which
// tells nothing of the endpoint.
func endedByCaller(err error) bool {
	var f *failure
	if err == nil || errors.As(err, &f) {
		return false
	}
	kind := domain.KindOf(err)
	return kind == domain.Canceled || kind == domain.Timeout
}

// verify makes sure that the endpoint serves the model of the given signature. It
// asks until it was once told so.
func (e *endpoint) verify(ctx context.Context, want domain.Signature) error {
	if e.verified.Load() {
		return nil
	}
	d, err := e.describe(ctx)
	if err != nil {
		return err
	}
	return e.accept(d, want)
}

// accept notes that the endpoint serves the model, if it does. An endpoint that
// does not describe the model is believed.
func (e *endpoint) accept(d description, want domain.Signature) error {
	if told := len(d.signature.Inputs)+len(d.signature.Outputs) > 0; told && !sameModel(d.signature, want) {
		f := unreachable(domain.Errorf(domain.Invalid, "it serves another model: %v to %v, expected %v to %v", d.signature.Inputs, d.signature.Outputs, want.Inputs, want.Outputs))
		return f
	}
	e.verified.Store(true)
	return nil
}

// sameModel compares what servers can tell.
func sameModel(a, b domain.Signature) bool {
	plain := func(specs []domain.TensorSpec) []domain.TensorSpec {
		bare := make([]domain.TensorSpec, len(specs))
		for i, s := range specs {
			bare[i] = domain.TensorSpec{Name: s.Name, Datatype: s.Datatype, Shape: append(domain.Shape{}, s.Shape...)}
		}
		return bare
	}
	return reflect.DeepEqual(plain(a.Inputs), plain(b.Inputs)) && reflect.DeepEqual(plain(a.Outputs), plain(b.Outputs))
}

// open reports whether the endpoint is left alone for now.
func (e *endpoint) open() bool { return e.breaker.State() == gobreaker.StateOpen }
