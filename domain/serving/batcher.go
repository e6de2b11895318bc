package serving

import (
	"context"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// Batcher is a Predictor that joins requests which come at the same time into
// one.
type Batcher struct {
	predictor ports.Predictor
	options   BatcherOptions
}

// BatcherOptions say how far a Batcher may go. The zero value asks for the
// defaults.
type BatcherOptions struct {
	// MaxBatch is the most rows of a joined request. Default: 32.
	MaxBatch int
	// MaxDelay is the longest that a request waits for others. Default: 5 ms.
	MaxDelay time.Duration
}

// NewBatcher returns a Batcher over a Predictor, which it owns from then on.
func NewBatcher(predictor ports.Predictor, options BatcherOptions) *Batcher {
	return &Batcher{predictor: predictor, options: options}
}

// Signature returns what the model takes and gives.
func (b *Batcher) Signature() domain.Signature { return b.predictor.Signature() }

// Metadata says where the model comes from and what runs it.
func (b *Batcher) Metadata() domain.Metadata { return b.predictor.Metadata() }

// Predict runs the model as ports.Predictor says.
func (b *Batcher) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	return b.predictor.Predict(ctx, inputs)
}

// Close closes the Predictor.
func (b *Batcher) Close() error { return b.predictor.Close() }
