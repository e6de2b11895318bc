package serving_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// stage is a batcher over a fake whose calls wait until they are let go.
type stage struct {
	*serving.Batcher
	alone *predictortest.Fake // answers the same, without any batcher
	let   chan struct{}       // lets one call go
	calls chan call
}

// call is a call of the predictor that has begun.
type call struct {
	ctx  context.Context
	rows int
}

// newStage returns a stage, for use within synctest. The predictor answers what
// respond does to the fake's answer.
func newStage(t *testing.T, options serving.BatcherOptions, respond func([]domain.Tensor) error) *stage {
	t.Helper()
	s := &stage{alone: predictortest.NewFake(signature(domain.Dynamic)), let: make(chan struct{}), calls: make(chan call, 100)}
	s.Batcher = serving.NewBatcher(&staged{predictortest.NewFake(signature(domain.Dynamic)), s, respond}, options)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

type staged struct {
	*predictortest.Fake
	stage   *stage
	respond func([]domain.Tensor) error
}

func (s *staged) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	s.stage.calls <- call{ctx, inputs[0].Shape()[0]}
	select {
	case <-s.stage.let:
	case <-ctx.Done():
		return nil, domain.FromContext(ctx, "waiting on the stage")
	}
	if s.respond != nil {
		if err := s.respond(inputs); err != nil {
			return nil, err
		}
	}
	return s.Fake.Predict(ctx, inputs)
}

// request is a prediction that is under way.
type request struct {
	inputs  []domain.Tensor
	cancel  context.CancelFunc
	timings serving.Timings
	result  chan error
	outputs []domain.Tensor
}

var errLeft = errors.New("the caller has left")

// ask predicts rows of a value, and returns when that waits.
func (s *stage) ask(t *testing.T, value float32, rows int) *request {
	t.Helper()
	r := &request{inputs: rowsOf(t, value, rows), result: make(chan error, 1)}
	ctx, cancel := context.WithCancelCause(serving.WithTimings(t.Context(), &r.timings))
	r.cancel = func() { cancel(errLeft) }
	t.Cleanup(r.cancel)
	go func() {
		var err error
		r.outputs, err = s.Predict(ctx, r.inputs)
		r.result <- err
	}()
	synctest.Wait()
	return r
}

func rowsOf(t testing.TB, value float32, rows int) []domain.Tensor {
	t.Helper()
	tensors := row(t, rows)
	values, _ := domain.Data[float32](tensors[0])
	for i := range values {
		values[i] += value
	}
	return tensors
}

// expectRunning says how many rows each call that has begun since has. It returns
// the context of the last.
func (s *stage) expectRunning(t *testing.T, rows ...int) (last context.Context) {
	t.Helper()
	synctest.Wait()
	var got []int
	for len(s.calls) > 0 {
		c := <-s.calls
		got, last = append(got, c.rows), c.ctx
	}
	slices.Sort(got)
	if !slices.Equal(got, rows) {
		t.Errorf("calls of %v rows, expected %v", got, rows)
	}
	return last
}

// expectAnswer compares a request's answer with that of the fake itself.
func (s *stage) expectAnswer(t *testing.T, requests ...*request) {
	t.Helper()
	for i, r := range requests {
		if err := <-r.result; err != nil {
			t.Errorf("request %d: %v", i, err)
			continue
		}
		want, err := s.alone.Predict(context.Background(), r.inputs)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := domain.Data[float32](r.outputs[0])
		expected, _ := domain.Data[float32](want[0])
		if !slices.Equal(got, expected) || !r.outputs[0].Shape().Equal(want[0].Shape()) {
			t.Errorf("request %d: %v %v, expected %v %v", i, r.outputs[0].Shape(), got, want[0].Shape(), expected)
		}
	}
}

// TestJoinedRunsCarryTheFirstCallersValues has one caller's prediction under way,
// while two others gather.
func TestJoinedRunsCarryTheFirstCallersValues(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		fake := predictortest.NewFake(signature(domain.Dynamic))
		var seen []any
		fake.Hook = func(ctx context.Context) error {
			seen = append(seen, ctx.Value(key{}))
			if serving.TimingsFrom(ctx) == nil {
				seen = append(seen, "no timings")
			}
			time.Sleep(time.Second)
			return nil
		}
		batcher := serving.NewBatcher(fake, serving.BatcherOptions{MaxDelay: time.Minute})
		var group sync.WaitGroup
		for _, name := range []string{"alone", "first", "second"} {
			group.Go(func() {
				ctx := serving.WithTimings(context.WithValue(t.Context(), key{}, name), new(serving.Timings))
				if _, err := batcher.Predict(ctx, row(t, 1)); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		group.Wait()
		if err := batcher.Close(); err != nil {
			t.Error(err)
		}
		if !slices.Equal(seen, []any{"alone", "first"}) {
			t.Errorf("the engine ran for %v", seen)
		}
	})
}
