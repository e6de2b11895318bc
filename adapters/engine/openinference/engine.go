package openinference

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// Engine runs a model on other servers. It is a ports.Predictor.
type Engine struct {
	options   Options
	signature domain.Signature
	metadata  domain.Metadata
	endpoints []*endpoint
	turns     chan struct{}  // full while as many predictions as may are under way
	random    func() float64 // 0 to 1, for pauses

	mu       sync.RWMutex // of closed; held for reading while a call is counted
	closed   bool
	calls    sync.WaitGroup // under way
	looking  sync.WaitGroup // after health
	stop     context.CancelFunc
	closing  sync.Once
	closeErr error
}

var _ ports.Predictor = (*Engine)(nil)

// Open connects to the endpoints and asks them what the model takes and gives. One
// of them must answer before the context ends; the others may come later. Options
// that are not sound are an error of kind Invalid, as are endpoints that serve
// different models; a server that does not describe the model gives one of kind
// Unsupported.
func Open(ctx context.Context, options Options) (*Engine, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	addresses := make([]address, len(options.Endpoints))
	for i, text := range options.Endpoints {
		if addresses[i], err = parseAddress(text, options); err != nil {
			return nil, err
		}
	}
	e := &Engine{options: options, turns: make(chan struct{}, options.MaxInFlight), random: rand.Float64}
	for _, a := range addresses {
		c, err := a.dial(a, options)
		if err != nil {
			return nil, errors.Join(err, e.closeEndpoints())
		}
		e.endpoints = append(e.endpoints, newEndpoint(a.url.Scheme+"://"+a.url.Host, c, options.Logger))
	}
	if err := e.start(ctx); err != nil {
		return nil, errors.Join(err, e.closeEndpoints())
	}
	return e, nil
}

// start finds out what the model is and begins to look after the endpoints.
func (e *Engine) start(ctx context.Context) error {
	if err := e.describeAll(ctx); err != nil {
		return err
	}
	ctx, e.stop = context.WithCancel(context.WithoutCancel(ctx))
	if e.options.HealthInterval > 0 {
		for _, at := range e.endpoints {
			e.looking.Go(func() { e.lookAfter(ctx, at) })
		}
	}
	return nil
}

// Signature returns what the model takes and gives, as the server or the options
// say.
func (e *Engine) Signature() domain.Signature { return e.signature }

// Metadata says what the server said of the model, and how many endpoints run it.
func (e *Engine) Metadata() domain.Metadata { return e.metadata }

// Predict runs the model on one of the servers.
func (e *Engine) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	if err := e.enter(); err != nil {
		return nil, err
	}
	defer e.calls.Done()
	if err := e.signature.CheckInputs(inputs); err != nil {
		return nil, err
	}
	if err := domain.FromContext(ctx, "waiting to ask the model's server"); err != nil {
		return nil, err
	}
	select {
	case e.turns <- struct{}{}:
		defer func() { <-e.turns }()
	case <-ctx.Done():
		return nil, domain.FromContext(ctx, "waiting to ask the model's server")
	}
	return e.try(ctx, inputs)
}

// enter counts the call, so that Close waits for it, unless the engine is closed.
func (e *Engine) enter() error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return &domain.Error{Kind: domain.Unavailable, Msg: "the engine has been closed"}
	}
	e.calls.Add(1)
	return nil
}

// Close refuses further predictions, waits for those under way and closes the
// connections.
func (e *Engine) Close() error {
	e.closing.Do(func() {
		e.mu.Lock()
		e.closed = true
		e.mu.Unlock()
		e.stop()
		e.calls.Wait()
		e.looking.Wait()
		e.closeErr = e.closeEndpoints()
	})
	return e.closeErr
}

func (e *Engine) closeEndpoints() error {
	var errs error
	for _, at := range e.endpoints {
		errs = errors.Join(errs, at.close())
	}
	return errs
}

// describes makes the metadata of a server's description. It does not tell where
// the servers are: servers of models hand it to anyone.
func (e *Engine) describes(d description) domain.Metadata {
	m := domain.Metadata{Platform: d.platform, Engine: "openinference", Device: "1 remote endpoint"}
	if n := len(e.endpoints); n > 1 {
		m.Device = fmt.Sprintf("%d remote endpoints", n)
	}
	if d.server != "" {
		m.Properties = map[string]string{"server": d.server}
	}
	return m
}
