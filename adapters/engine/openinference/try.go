package openinference

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/portent-go/portent/domain"
)

// Pauses between attempts are of random length, up to a bound that doubles.
const (
	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
)

// try attempts a prediction until it succeeds or there is no use in going on.
func (e *Engine) try(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	var tried []*endpoint
	for attempt := 0; ; attempt++ {
		at, done, err := e.pick(tried)
		if err != nil {
			return nil, err
		}
		tried = append(tried, at)
		at.busy.Add(1)
		outputs, err := e.attempt(ctx, at, inputs)
		at.busy.Add(-1)
		done(err)
		if err == nil {
			e.answered(at)
			return outputs, nil
		}
		var f *failure
		if !errors.As(err, &f) {
			return nil, err // the caller's context ended
		}
		e.options.Logger.Debug("an attempt failed", "endpoint", at.name, "attempt", attempt+1, "error", err)
		if !f.again || attempt == e.options.Retries || !e.pause(ctx, f, attempt, tried) {
			return nil, told(f, attempt+1)
		}
		if err := domain.FromContext(ctx, "waiting to ask the model's server again"); err != nil {
			return nil, err
		}
	}
}

// answered notes that an endpoint is well, where nobody looks after it.
func (e *Engine) answered(at *endpoint) {
	if e.options.HealthInterval < 0 {
		at.healthy.Store(true)
	}
}

// told returns the error for the caller.
func told(f *failure, attempts int) error {
	if attempts == 1 {
		return f.told
	}
	with := *f.told
	with.Msg = fmt.Sprintf("%s (after %d attempts)", with.Msg, attempts)
	return &with
}

// attempt asks one endpoint.
func (e *Engine) attempt(ctx context.Context, at *endpoint, inputs []domain.Tensor) ([]domain.Tensor, error) {
	attempt := ctx
	if e.options.Timeout > 0 {
		var cancel context.CancelFunc
		attempt, cancel = context.WithTimeout(ctx, e.options.Timeout)
		defer cancel()
	}
	outputs, err := e.ask(attempt, at, inputs)
	switch {
	case err == nil:
		return outputs, nil
	case ctx.Err() != nil:
		return nil, domain.FromContext(ctx, "waiting for the model's server")
	case ranOut(ctx, err):
		return nil, &domain.Error{Kind: domain.Timeout, Msg: "stopped while waiting for the model's server", Err: context.DeadlineExceeded}
	case attempt.Err() != nil, ranOut(attempt, err):
		return nil, &failure{
			told:  &domain.Error{Kind: domain.Timeout, Msg: fmt.Sprintf("the model's server did not answer within %v", e.options.Timeout)},
			again: true, down: true,
		}
	default:
		return nil, err
	}
}

// ranOut reports whether a server gave up because of the deadline that it was sent,
// which it may notice a moment earlier than it is noticed here.
func ranOut(ctx context.Context, err error) bool {
	const moment = 50 * time.Millisecond
	deadline, ok := ctx.Deadline()
	return ok && domain.KindOf(err) == domain.Timeout && time.Until(deadline) < moment
}

func (e *Engine) ask(ctx context.Context, at *endpoint, inputs []domain.Tensor) ([]domain.Tensor, error) {
	if err := at.verify(ctx, e.signature); err != nil {
		return nil, err
	}
	sent := make([]named, len(inputs))
	for i, spec := range e.signature.Inputs {
		sent[i] = named{spec.Name, inputs[i]}
	}
	answer, err := at.infer(ctx, sent, e.signature.Outputs)
	if err != nil {
		return nil, err
	}
	return e.order(answer)
}

// order puts a server's outputs into the order of the signature, and checks that
// they are what it says. Outputs that it does not have are left out.
func (e *Engine) order(answer []named) ([]domain.Tensor, error) {
	outputs := make([]domain.Tensor, len(e.signature.Outputs))
	for _, out := range answer {
		at := slices.IndexFunc(e.signature.Outputs, func(spec domain.TensorSpec) bool { return spec.Name == out.name })
		if at < 0 {
			continue
		}
		if !outputs[at].IsZero() {
			return nil, wrongAnswer("output %q is there twice", shortened(out.name))
		}
		if err := e.signature.Outputs[at].Check(out.tensor); err != nil {
			return nil, wrongAnswer("it is not what the signature says: %w", err)
		}
		outputs[at] = out.tensor
	}
	for at, spec := range e.signature.Outputs {
		if outputs[at].IsZero() {
			return nil, wrongAnswer("output %v is missing", spec)
		}
	}
	return outputs, nil
}

// pause waits before the next attempt, and returns whether there is to be one.
// Where another endpoint is left that looks well, it is asked at once.
func (e *Engine) pause(ctx context.Context, f *failure, attempt int, tried []*endpoint) bool {
	if slices.ContainsFunc(e.endpoints, func(at *endpoint) bool { return at.healthy.Load() && !at.open() && !slices.Contains(tried, at) }) {
		return true
	}
	pause := time.Duration(e.random() * float64(min(longestPause, firstPause<<min(attempt, 16))))
	pause = max(pause, f.after)
	if deadline, ok := ctx.Deadline(); pause > longestPause || ok && time.Until(deadline) < pause {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return true
}
