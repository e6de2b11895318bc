package serving

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// batch is requests that are computed as one. While it gathers them it belongs to
// its Batcher's lock.
type batch struct {
	*company
	timer  *time.Timer
	closed bool // takes no more members
	rows   int
	done   chan struct{} // is closed when what follows is known
	began  time.Time
	split  bool // each member is to be tried alone
	err    error
	result []domain.Tensor // of all rows

	accounted atomic.Bool // whether the run has been added to somebody's Timings

	joining sync.Mutex // is held while inputs are copied, and by members who leave
	members []*member
}

// member is one request of a batch.
type member struct {
	batch  *batch
	inputs []domain.Tensor
	came   time.Time
	rows   int
	from   int // its first row in the batch
}

// newBatch returns a batch that the request of this context begins.
func newBatch(ctx context.Context) *batch {
	// The context's values, such as a trace, are those of the first member. Its
	// Timings are its alone.
	return &batch{company: newCompany(WithTimings(ctx, new(Timings))), done: make(chan struct{})}
}

// takes reports whether inputs agree with those of the members, but for the
// number of rows.
func (b *batch) takes(inputs []domain.Tensor) bool {
	for i, other := range b.members[0].inputs {
		if !slices.Equal(inputs[i].Shape()[1:], other.Shape()[1:]) {
			return false
		}
	}
	return true
}

func (b *batch) add(inputs []domain.Tensor, rows int) *member {
	m := &member{batch: b, inputs: inputs, came: time.Now(), rows: rows}
	b.join()
	b.members = append(b.members, m)
	b.rows += rows
	return m
}

// remove takes a member out before the batch runs.
func (b *batch) remove(m *member) {
	b.members = slices.DeleteFunc(b.members, func(other *member) bool { return other == m })
	b.rows -= m.rows
	b.leave()
}

// abandon takes a member out of a batch that runs, or is about to: its inputs are
// not looked at from then on. The run ends when nobody waits for it.
func (b *batch) abandon(m *member) {
	b.joining.Lock()
	defer b.joining.Unlock()
	if at := slices.Index(b.members, m); at >= 0 {
		b.members = slices.Delete(b.members, at, at+1)
	}
	b.leave()
}

// run computes the batch and tells its members.
func (b *batch) run(predictor ports.Predictor, signature domain.Signature) {
	defer b.cancel()
	defer close(b.done)
	b.began = time.Now()
	inputs, err := b.joined()
	if err == nil && inputs != nil {
		b.result, err = recovered(b.ctx, "the engine", func(ctx context.Context) ([]domain.Tensor, error) {
			return predictor.Predict(ctx, inputs)
		})
	}
	switch kind := domain.KindOf(err); {
	case err != nil && (kind == domain.Overloaded || kind == domain.Unavailable):
		b.err = err
	default:
		b.split = !b.divisible(signature)
	}
}

// joined copies the inputs of those who are still there into one. It returns nil
// if there are fewer than two of them, for there is nothing to join then.
func (b *batch) joined() (inputs []domain.Tensor, err error) {
	b.joining.Lock()
	defer b.joining.Unlock()
	if len(b.members) < 2 {
		return nil, nil
	}
	b.rows = 0
	for _, m := range b.members {
		m.from = b.rows
		b.rows += m.rows
	}
	inputs = make([]domain.Tensor, len(b.members[0].inputs))
	parts := make([]domain.Tensor, len(b.members))
	for i := range inputs {
		for j, m := range b.members {
			parts[j] = m.inputs[i]
		}
		if inputs[i], err = domain.Concat(parts); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

// divisible reports whether there is a result, and it can be given to the members
// row by row.
func (b *batch) divisible(signature domain.Signature) bool {
	if len(b.result) != len(signature.Outputs) {
		return false
	}
	return !slices.ContainsFunc(b.result, func(output domain.Tensor) bool {
		return len(output.Shape()) == 0 || output.Shape()[0] != b.rows
	})
}

// outputs returns the member's rows of the result. They share no element with
// others' rows.
func (m *member) outputs() ([]domain.Tensor, error) {
	outputs := make([]domain.Tensor, len(m.batch.result))
	for i, output := range m.batch.result {
		var err error
		if outputs[i], err = output.Rows(m.from, m.from+m.rows); err != nil {
			return nil, err
		}
	}
	return outputs, nil
}

// rowsOf returns how many rows a request has: the length of axis 0 of its first
// input.
func rowsOf(inputs []domain.Tensor) int {
	if len(inputs) == 0 || len(inputs[0].Shape()) == 0 {
		return 1
	}
	return inputs[0].Shape()[0]
}

// evenRows returns how many rows a request has, and whether all its inputs have
// as many.
func evenRows(inputs []domain.Tensor) (rows int, even bool) {
	rows = rowsOf(inputs)
	return rows, !slices.ContainsFunc(inputs, func(input domain.Tensor) bool {
		return len(input.Shape()) == 0 || input.Shape()[0] != rows
	})
}
