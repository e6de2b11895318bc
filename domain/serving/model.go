package serving

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// Model is a Predictor made safe to serve. It is a Predictor itself and keeps
// the same contract; beyond it, a call is refused as Overloaded while the queue
// is full or if it would be answered after its deadline, and as Unavailable while
// the model is not verified.
type Model struct {
	predictor ports.Predictor
	signature domain.Signature
	batched   bool
	options   Options
	gate      *gate
	readiness readiness
	selfTest  atomic.Pointer[float64] // the largest difference; nil if not tested
	calls     sync.WaitGroup          // calls under way
	closing   sync.Once
	closeErr  error
}

var _ ports.Predictor = (*Model)(nil)

// NewModel returns a Model over a Predictor, which it owns from then on. It is
// ready at once if the options hold no vectors, else after Verify.
func NewModel(predictor ports.Predictor, options Options) *Model {
	options = options.withDefaults()
	m := &Model{
		predictor: predictor,
		signature: predictor.Signature(),
		batched:   predictor.Signature().Batched(),
		options:   options,
		gate:      newGate(options.Concurrency, options.Queue),
	}
	if len(options.Vectors) > 0 {
		m.readiness.set(stateUnverified, "the model has not been verified against its test vectors yet (Model.Verify)")
	}
	return m
}

// Signature returns what the model takes and gives.
func (m *Model) Signature() domain.Signature { return m.signature }

// Metadata says where the model comes from and what runs it.
func (m *Model) Metadata() domain.Metadata { return m.predictor.Metadata() }

// Ready returns nil if the model can predict and should be given work, else an
// error of kind Unavailable that says why not.
func (m *Model) Ready() error { return m.readiness.ready() }

// Drain makes the model not ready while it still answers, so that whoever sends
// work can be told to send it elsewhere before Close.
func (m *Model) Drain() { m.readiness.set(stateDraining, "the model is being shut down") }

// Close refuses further predictions, waits for those under way and closes the
// Predictor.
func (m *Model) Close() error {
	m.closing.Do(func() {
		m.readiness.close()
		m.gate.close()
		m.calls.Wait()
		m.closeErr = m.predictor.Close()
	})
	return m.closeErr
}

// Predict runs the model as ports.Predictor says. Where the context carries
// Timings, the time spent waiting and computing is added to them.
func (m *Model) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	if err := m.enter(); err != nil {
		return nil, err
	}
	defer m.calls.Done()
	if err := m.signature.CheckInputs(inputs); err != nil {
		return nil, err
	}
	ctx, cancel := m.withTimeout(ctx)
	defer cancel()
	return m.queued(ctx, inputs)
}

// withTimeout returns a context that ends when a prediction that begins now must have
// ended.
func (m *Model) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	if m.options.Timeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, m.options.Timeout)
}

// enter counts the call, so that Close waits for it, unless the model may not
// predict.
func (m *Model) enter() error {
	return m.readiness.whilePredicting(func() { m.calls.Add(1) })
}

func (m *Model) queued(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	timings, rows := timingsOf(ctx), m.rows(inputs)
	start := time.Now()
	if err := m.gate.enter(ctx, rows); err != nil {
		return nil, err
	}
	began := time.Now()
	timings.Queue += began.Sub(start)
	queued := timings.Queue
	outputs, err := m.guarded(ctx, inputs)
	took := time.Since(began)
	timings.Infer += took - (timings.Queue - queued) // a Predictor may make it wait again
	if !timings.accounted {
		timings.ran(rowsOf(inputs))
	}
	m.gate.leave(rows, took, err != nil)
	return outputs, err
}

// rows is how much work a call is: the length of its batch, 1 where there is none.
func (m *Model) rows(inputs []domain.Tensor) int {
	if !m.batched {
		return 1
	}
	return rowsOf(inputs)
}

// guarded runs the Predictor and turns what it must not do (panic, or answer
// something else than its signature) into an error of kind Internal.
func (m *Model) guarded(ctx context.Context, inputs []domain.Tensor) (outputs []domain.Tensor, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			outputs, err = nil, domain.Errorf(domain.Internal, "the engine panicked: %v", cause)
		}
	}()
	outputs, err = m.predictor.Predict(ctx, inputs)
	if err != nil {
		return nil, err
	}
	if len(outputs) != len(m.signature.Outputs) {
		return nil, domain.Errorf(domain.Internal, "the engine gave %d outputs, its signature has %d", len(outputs), len(m.signature.Outputs))
	}
	for i, spec := range m.signature.Outputs {
		if err := spec.Check(outputs[i]); err != nil {
			return nil, domain.Errorf(domain.Internal, "the engine's output is not what its signature says: %w", err)
		}
	}
	return outputs, nil
}
