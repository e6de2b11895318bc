package serving

import (
	"context"
	"slices"
	"time"

	"github.com/portent-go/portent/domain"
)

// admit gives a request a place among others to be joined. It returns nil for one
// that is to go on alone.
func (b *Batcher) admit(ctx context.Context, inputs []domain.Tensor) *member {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows, even := evenRows(inputs)
	if b.running == 0 || !b.joins || !even || rows >= b.options.MaxBatch {
		b.running++
		return nil
	}
	batch := b.gathering(inputs)
	if batch != nil && batch.rows+rows > b.options.MaxBatch {
		b.launch(batch)
		batch = nil
	}
	if batch == nil {
		batch = newBatch(ctx)
		batch.timer = time.AfterFunc(b.options.MaxDelay, func() { b.overdue(batch) })
		b.open = append(b.open, batch)
	}
	m := batch.add(inputs, rows)
	if batch.rows == b.options.MaxBatch {
		b.launch(batch)
	}
	return m
}

// gathering returns the open batch whose requests have these shapes but for the
// batch axis; nil if there is none.
func (b *Batcher) gathering(inputs []domain.Tensor) *batch {
	for _, batch := range b.open {
		if batch.takes(inputs) {
			return batch
		}
	}
	return nil
}

// launch runs a batch that was gathering.
func (b *Batcher) launch(batch *batch) {
	b.close(batch)
	b.running++
	b.calls.Go(func() {
		defer b.finished()
		batch.run(b.predictor, b.signature)
	})
}

// close ends a batch's gathering.
func (b *Batcher) close(closing *batch) {
	closing.timer.Stop()
	closing.closed = true
	b.open = slices.DeleteFunc(b.open, func(batch *batch) bool { return batch == closing })
}

func (b *Batcher) overdue(batch *batch) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !batch.closed {
		b.launch(batch)
	}
}

// finished says that a call of the predictor has ended. If it was the last, those
// who have waited longest go on.
func (b *Batcher) finished() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.running--
	if b.running == 0 && len(b.open) > 0 {
		b.launch(b.open[0])
	}
}

// abandon takes a member out whose caller waits no longer.
func (b *Batcher) abandon(m *member) {
	if !b.withdraw(m) {
		m.batch.abandon(m)
	}
}

// withdraw takes a member out of a batch that is gathering, and reports whether
// it is.
func (b *Batcher) withdraw(m *member) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if m.batch.closed {
		return false
	}
	m.batch.remove(m)
	if m.batch.rows == 0 {
		b.close(m.batch)
	}
	return true
}
