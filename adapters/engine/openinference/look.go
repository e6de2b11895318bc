package openinference

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/portent-go/portent/domain"
)

// longestLook bounds a question after an endpoint's health or the model's
// description.
const longestLook = 5 * time.Second

// describeAll asks all endpoints at once what the model is. One answer is enough,
// but those that come must agree.
func (e *Engine) describeAll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, longestLook)
	defer cancel()
	descriptions, errs := make([]description, len(e.endpoints)), make([]error, len(e.endpoints))
	var asking sync.WaitGroup
	for i, at := range e.endpoints {
		asking.Go(func() { descriptions[i], errs[i] = at.describe(ctx) })
	}
	asking.Wait()
	e.signature = e.options.Signature
	first := -1
	for i, at := range e.endpoints {
		if errs[i] != nil {
			e.options.Logger.Warn("an endpoint does not describe the model", "endpoint", at.name, "error", errs[i])
			errs[i] = opening(at, errs[i])
			continue
		}
		if first < 0 {
			first = i
			if len(e.signature.Inputs)+len(e.signature.Outputs) == 0 {
				e.signature = descriptions[i].signature
			}
			if err := checkSignature(e.signature); err != nil {
				return opening(at, err)
			}
			e.metadata = e.describes(descriptions[i])
		}
		if err := at.accept(descriptions[i], e.signature); err != nil {
			return opening(at, err)
		}
		at.healthy.Store(true)
	}
	if first < 0 {
		return errors.Join(errs...)
	}
	return nil
}

// opening names the endpoint and the cause in an error of Open.
func opening(at *endpoint, err error) error {
	named := &domain.Error{Kind: domain.KindOf(err), Field: "endpoint " + at.name, Msg: err.Error()}
	var f *failure
	if errors.As(err, &f) && domain.KindOf(f.cause) == domain.Invalid && f.cause != nil {
		named.Kind = domain.Invalid // it serves another model
	}
	var reason *domain.Error
	if errors.As(err, &reason) {
		named.Hint = reason.Hint
	}
	return named
}

// lookAfter asks an endpoint again and again whether the model is ready there.
func (e *Engine) lookAfter(ctx context.Context, at *endpoint) {
	ticker := time.NewTicker(e.options.HealthInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			e.look(ctx, at)
		case <-ctx.Done():
			return
		}
	}
}

func (e *Engine) look(ctx context.Context, at *endpoint) {
	asking, cancel := context.WithTimeout(ctx, longestLook)
	defer cancel()
	err := at.verify(asking, e.signature)
	if err == nil {
		err = at.ready(asking)
	}
	if ctx.Err() != nil {
		return // the engine is being closed
	}
	was := at.healthy.Swap(err == nil)
	switch {
	case was && err != nil:
		e.options.Logger.Warn("an endpoint is not healthy", "endpoint", at.name, "error", err)
	case !was && err == nil:
		e.options.Logger.Info("an endpoint is healthy again", "endpoint", at.name)
	}
}
