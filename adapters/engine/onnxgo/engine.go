package onnxgo

import (
	"context"
	"sync"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/graph"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// Engine is a loaded model. It keeps the contract of ports.Predictor.
type Engine struct {
	signature domain.Signature
	metadata  domain.Metadata
	machines  *machines
	turns     chan struct{} // holds as many tokens as predictions run
	threads   int           // that one prediction may use
	// rowsAtOnce is how many rows of a batch are computed together, 0 if rows may
	// depend on each other, so that all must be.
	rowsAtOnce int
	closed     chan struct{}
	closing    sync.Once
}

var _ ports.Predictor = (*Engine)(nil)

// partBytes is about how much memory the rows take that are computed together.
const partBytes, mostRows = 256 << 10, 64

// rowsAtOnce returns how many rows of a batch to compute together: as many as
// find room in a core's cache. It is 0 for a graph whose rows are not independent.
func rowsAtOnce(g *graph.Graph) int {
	if !g.RowsIndependent() {
		return 0
	}
	plan, err := g.CompileRows(1)
	if err != nil {
		return 0
	}
	return max(1, min(partBytes/max(plan.Bytes(), 1), mostRows))
}

func newEngine(g *graph.Graph, signature domain.Signature, metadata domain.Metadata, options Options) *Engine {
	return &Engine{
		signature: signature,
		metadata:  metadata,
		machines:  newMachines(g, options.Threads),
		turns:     make(chan struct{}, options.Workers),
		threads:   options.Threads,

		rowsAtOnce: rowsAtOnce(g),
		closed:     make(chan struct{}),
	}
}

// Signature returns what the model takes and gives.
func (e *Engine) Signature() domain.Signature { return e.signature }

// Metadata says where the model comes from and what runs it.
func (e *Engine) Metadata() domain.Metadata { return e.metadata }

// Predict runs the model. The first prediction for inputs of new shapes also
// compiles a plan for them, which later ones reuse.
func (e *Engine) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	if err := e.signature.CheckInputs(inputs); err != nil {
		return nil, err
	}
	if err := e.enter(ctx); err != nil {
		return nil, err
	}
	defer e.leave()
	if size := e.partOf(inputs); size > 0 {
		return (&batch{engine: e, inputs: inputs, rows: inputs[0].Shape()[0], size: size}).run(ctx)
	}
	helpers := e.recruit()
	defer func() {
		for range helpers {
			e.leave()
		}
	}()
	return e.machines.run(ctx, inputs, helpers)
}

// partOf returns how many rows of the inputs are computed at once, 0 for all.
func (e *Engine) partOf(inputs []domain.Tensor) int {
	if e.rowsAtOnce == 0 || inputs[0].Shape()[0] <= e.rowsAtOnce {
		return 0
	}
	for _, input := range inputs {
		if input.Shape()[0] != inputs[0].Shape()[0] {
			return 0
		}
	}
	return e.rowsAtOnce
}

// recruit takes the turns of threads that have nothing to do, as many as a
// prediction may use, and returns how many those are.
func (e *Engine) recruit() (helpers int) {
	for helpers < e.threads-1 && e.tryEnter() {
		helpers++
	}
	return helpers
}

// tryEnter takes a turn if there is one at once.
func (e *Engine) tryEnter() bool {
	select {
	case e.turns <- struct{}{}:
		return true
	default:
		return false
	}
}

// enter waits for a turn.
func (e *Engine) enter(ctx context.Context) error {
	if err := domain.FromContext(ctx, "waiting for a run state"); err != nil {
		return err
	}
	select {
	case <-e.closed:
		return errClosed()
	default:
	}
	select {
	case e.turns <- struct{}{}:
		return e.stillOpen()
	case <-e.closed:
		return errClosed()
	case <-ctx.Done():
		return domain.FromContext(ctx, "waiting for a run state")
	}
}

// stillOpen gives the turn back if the engine was closed meanwhile: a select
// with several ways open takes any.
func (e *Engine) stillOpen() error {
	select {
	case <-e.closed:
		e.leave()
		return errClosed()
	default:
		return nil
	}
}

func (e *Engine) leave() { <-e.turns }

// Close waits for the predictions under way and frees their memory.
func (e *Engine) Close() error {
	e.closing.Do(func() {
		close(e.closed)
		for range cap(e.turns) { // with all turns taken nobody predicts
			e.turns <- struct{}{}
		}
		e.machines.clear()
	})
	return nil
}

func errClosed() error {
	return &domain.Error{Kind: domain.Unavailable, Msg: "the model has been closed"}
}
