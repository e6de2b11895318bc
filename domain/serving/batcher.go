package serving

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// Batcher is a Predictor over a Predictor, and keeps the same contract: it joins
// requests that come while others are computed into one, along the batch axis.
// That pays where a call costs much beside its rows, as with an engine on another
// machine.
//
// A request that comes while nothing is computed goes on at once, alone. One
// that comes meanwhile waits for others until the engine is free, MaxBatch rows
// have gathered, or MaxDelay has passed. Requests are joined if their shapes agree
// but for the batch axis; of a model with an input or output whose axis 0 is not
// dynamic none are.
//
// If joined requests fail, each is tried alone, so that only the one that is at
// fault fails, unless the engine has too much to do or is not available: then
// all are told so.
type Batcher struct {
	predictor ports.Predictor
	signature domain.Signature
	options   BatcherOptions
	joins     bool           // whether there is a batch axis
	calls     sync.WaitGroup // under way, of callers and for joined requests
	closing   sync.Once
	closeErr  error

	mu      sync.Mutex
	running int      // calls of the predictor, with a joined one counted once
	open    []*batch // gathering requests, oldest first; empty while nothing is running
	closed  bool
}

// BatcherOptions say how far a Batcher may go. The zero value asks for the
// defaults.
type BatcherOptions struct {
	// MaxBatch is the most rows that are joined. Default: 32.
	MaxBatch int
	// MaxDelay is the longest that a request waits for others. Default: 5 ms.
	MaxDelay time.Duration
}

const (
	defaultMaxBatch = 32
	defaultMaxDelay = 5 * time.Millisecond
)

var _ ports.Predictor = (*Batcher)(nil)

// NewBatcher returns a Batcher over a Predictor, which it owns from then on. A
// Model over it should let MaxBatch predictions run at once: only those that it
// lets through can be joined.
func NewBatcher(predictor ports.Predictor, options BatcherOptions) *Batcher {
	if options.MaxBatch < 1 {
		options.MaxBatch = defaultMaxBatch
	}
	if options.MaxDelay <= 0 {
		options.MaxDelay = defaultMaxDelay
	}
	signature := predictor.Signature()
	return &Batcher{predictor: predictor, signature: signature, options: options, joins: hasBatchAxis(signature)}
}

func hasBatchAxis(signature domain.Signature) bool {
	fixed := func(spec domain.TensorSpec) bool { return len(spec.Shape) == 0 || spec.Shape[0] != domain.Dynamic }
	return len(signature.Inputs) > 0 && len(signature.Outputs) > 0 && !slices.ContainsFunc(signature.Inputs, fixed) && !slices.ContainsFunc(signature.Outputs, fixed)
}

// Signature returns what the model takes and gives.
func (b *Batcher) Signature() domain.Signature { return b.signature }

// Metadata says where the model comes from and what runs it.
func (b *Batcher) Metadata() domain.Metadata { return b.predictor.Metadata() }

// Close refuses further calls, waits for those under way and closes the
// Predictor.
func (b *Batcher) Close() error {
	b.closing.Do(func() {
		b.mu.Lock()
		b.closed = true
		for len(b.open) > 0 {
			b.launch(b.open[0])
		}
		b.mu.Unlock()
		b.calls.Wait()
		b.closeErr = b.predictor.Close()
	})
	return b.closeErr
}

// Predict runs the model as ports.Predictor says. Where the context carries
// Timings, the time spent waiting for others is added to Queue.
func (b *Batcher) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	if err := b.enter(); err != nil {
		return nil, err
	}
	defer b.calls.Done()
	if err := b.signature.CheckInputs(inputs); err != nil {
		return nil, err
	}
	timings := timingsOf(ctx)
	timings.accounted = true
	m := b.admit(ctx, inputs)
	if m == nil {
		return b.alone(ctx, timings, inputs)
	}
	return b.together(ctx, timings, m)
}

// enter counts the call, so that Close waits for it.
func (b *Batcher) enter() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return &domain.Error{Kind: domain.Unavailable, Msg: "the model has been closed"}
	}
	b.calls.Add(1)
	return nil
}

// alone runs one request in its caller's goroutine. It has been counted as
// running.
func (b *Batcher) alone(ctx context.Context, timings *Timings, inputs []domain.Tensor) ([]domain.Tensor, error) {
	defer b.finished()
	timings.ran(rowsOf(inputs))
	return b.predictor.Predict(ctx, inputs)
}

// together waits for the run of the batch that the request has become part of.
func (b *Batcher) together(ctx context.Context, timings *Timings, m *member) ([]domain.Tensor, error) {
	select {
	case <-m.batch.done:
	case <-ctx.Done():
		b.abandon(m)
		return nil, domain.FromContext(ctx, "waiting for a joined prediction")
	}
	timings.Queue += m.batch.began.Sub(m.came)
	switch {
	case m.batch.split:
		b.mu.Lock()
		b.running++
		b.mu.Unlock()
		return b.alone(ctx, timings, m.inputs)
	case m.batch.err != nil:
		return nil, m.batch.err
	}
	if !m.batch.accounted.Swap(true) {
		timings.ran(m.batch.rows) // once for all of them
	}
	return m.outputs()
}
