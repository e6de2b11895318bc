package serving_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// sweating is a Predictor that takes a millisecond of the bubble's time for each
// row.
type sweating struct{ *predictortest.Fake }

func (s sweating) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	time.Sleep(time.Duration(inputs[0].Shape()[0]) * time.Millisecond) // virtual: the tests run in bubbles
	return s.Fake.Predict(ctx, inputs)
}

// bubble runs a test in a bubble of time, with a model that takes a millisecond a
// row and knows it.
func bubble(t *testing.T, options serving.Options, test func(t *testing.T, model *serving.Model)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		model := serving.NewModel(sweating{predictortest.NewFake(signature(domain.Dynamic))}, options)
		defer func() {
			if err := model.Close(); err != nil {
				t.Error(err)
			}
		}()
		if _, err := model.Predict(t.Context(), row(t, 1)); err != nil {
			t.Fatal(err)
		}
		test(t, model)
		synctest.Wait()
		if load := model.Load(); load.Running != 0 || load.Waiting != 0 {
			t.Errorf("%d running and %d waiting in the end", load.Running, load.Waiting)
		}
	})
}

// TestFewRowsPassManyButNotForEver has a large call wait, and small ones come
// after it.
func TestFewRowsPassManyButNotForEver(t *testing.T) {
	bubble(t, serving.Options{Concurrency: 1}, func(t *testing.T, model *serving.Model) {
		var mu sync.Mutex
		var order []int
		var calls sync.WaitGroup
		call := func(rows int) {
			calls.Go(func() {
				if _, err := model.Predict(t.Context(), row(t, rows)); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				order = append(order, rows)
			})
			synctest.Wait()
		}
		call(5)  // runs until 5 ms
		call(20) // its turn is at 20 ms
		call(3)  // at 3 ms
		call(2)  // at 2 ms
		time.Sleep(9 * time.Millisecond)
		call(7) // at 16 ms
		time.Sleep(3 * time.Millisecond)
		call(9) // at 21 ms, after the large one's
		calls.Wait()
		if want := []int{5, 2, 3, 7, 20, 9}; !slices.Equal(order, want) {
			t.Errorf("served in the order %v, expected %v", order, want)
		}
	})
}

func TestADeadlineThatCannotBeMetIsRefusedAtOnce(t *testing.T) {
	bubble(t, serving.Options{Concurrency: 2}, func(t *testing.T, model *serving.Model) {
		var calls sync.WaitGroup
		for range 6 { // 20 ms of work in each of two places, and 40 in the line
			calls.Go(func() {
				if _, err := model.Predict(t.Context(), row(t, 20)); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		if load := model.Load(); load.Running != 2 || load.Waiting != 4 {
			t.Fatalf("%d running, %d waiting", load.Running, load.Waiting)
		}
		for _, c := range []struct {
			rows   int
			within time.Duration
			ok     bool
		}{{30, 40 * time.Millisecond, false}, {30, 100 * time.Millisecond, true}, {1, 8 * time.Millisecond, false}, {1, 25 * time.Millisecond, true}} {
			ctx, cancel := context.WithTimeout(t.Context(), c.within)
			start := time.Now()
			if err := model.Reserve(ctx); c.rows == 1 && (err == nil) != c.ok || err != nil && domain.KindOf(err) != domain.Overloaded {
				t.Errorf("a place for %d rows within %v: %v", c.rows, c.within, err)
			}
			calls.Go(func() {
				defer cancel()
				outputs, err := model.Predict(ctx, row(t, c.rows))
				if (err == nil) != c.ok {
					t.Errorf("%d rows within %v: %v", c.rows, c.within, err)
				}
				var e *domain.Error
				if c.ok {
					return
				}
				if !errors.As(err, &e) || e.Kind != domain.Overloaded || e.RetryAfter <= 0 || !strings.Contains(e.Msg, "must be there in") || outputs != nil {
					t.Errorf("%d rows within %v: %+v", c.rows, c.within, err)
				}
				if took := time.Since(start); took != 0 {
					t.Errorf("it was refused after %v", took)
				}
			})
			synctest.Wait()
		}
		calls.Wait()
	})
}

// TestNoPlaceIsKeptForWhatTheTimeoutEnds: the model's own timeout counts as the
// caller's deadline does, so that nobody works for a prediction that is refused then.
func TestNoPlaceIsKeptForWhatTheTimeoutEnds(t *testing.T) {
	bubble(t, serving.Options{Concurrency: 1, Timeout: 40 * time.Millisecond}, func(t *testing.T, model *serving.Model) {
		var calls sync.WaitGroup
		kept := 0
		for ; kept < 60; kept++ { // one runs, and the timeout ends before the last of the others
			if err := model.Reserve(t.Context()); err != nil {
				break
			}
			calls.Go(func() { _, _ = model.Predict(t.Context(), row(t, 1)) })
			synctest.Wait()
		}
		if load := model.Load(); load.Running != 1 || load.Waiting < 35 || load.Waiting > 40 || kept != 1+load.Waiting {
			t.Errorf("%d places were kept, and now %+v", kept, load)
		}
		if _, err := model.Predict(t.Context(), row(t, 1)); domain.KindOf(err) != domain.Overloaded {
			t.Errorf("a prediction that comes too late: %v", err)
		}
		calls.Wait()
	})
}

// TestGivingUpMakesRoom has those that wait leave, in front and behind.
func TestGivingUpMakesRoom(t *testing.T) {
	bubble(t, serving.Options{Concurrency: 1, Queue: 3}, func(t *testing.T, model *serving.Model) {
		var calls sync.WaitGroup
		calls.Go(func() { _, _ = model.Predict(t.Context(), row(t, 10)) })
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		for rows := range 3 {
			calls.Go(func() {
				if _, err := model.Predict(ctx, row(t, rows+1)); domain.KindOf(err) != domain.Canceled {
					t.Errorf("%v", err)
				}
			})
		}
		synctest.Wait()
		var e *domain.Error
		if _, err := model.Predict(t.Context(), row(t, 1)); !errors.As(err, &e) || e.Kind != domain.Overloaded || e.RetryAfter != 16*time.Millisecond {
			t.Errorf("beyond the queue: %+v", err)
		}
		cancel()
		synctest.Wait()
		if load := model.Load(); load.Running != 1 || load.Waiting != 0 {
			t.Errorf("%d running, %d waiting", load.Running, load.Waiting)
		}
		if _, err := model.Predict(t.Context(), row(t, 1)); err != nil {
			t.Error(err)
		}
		calls.Wait()
	})
}

// TestClosingSendsAwayThoseThatWait closes while one runs.
func TestClosingSendsAwayThoseThatWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		model := serving.NewModel(sweating{predictortest.NewFake(signature(domain.Dynamic))}, serving.Options{Concurrency: 1})
		results := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := model.Predict(t.Context(), row(t, 5))
				results <- err
			}()
			synctest.Wait()
		}
		if err := model.Close(); err != nil {
			t.Error(err)
		}
		if waited, ran := <-results, <-results; domain.KindOf(waited) != domain.Unavailable || waited == nil || ran != nil {
			t.Errorf("the one that waited: %v; the one that ran: %v", waited, ran)
		}
	})
}

// TestLeavingAsTheTurnComes has callers leave at the very moment at which they are
// let in. A place that is lost by it would be missing for the next call.
func TestLeavingAsTheTurnComes(t *testing.T) {
	bubble(t, serving.Options{Concurrency: 1}, func(t *testing.T, model *serving.Model) {
		var calls sync.WaitGroup
		for range 200 {
			calls.Go(func() { _, _ = model.Predict(t.Context(), row(t, 5)) })
			synctest.Wait()
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(5*time.Millisecond, cancel)
			calls.Go(func() {
				if _, err := model.Predict(ctx, row(t, 1)); err != nil && domain.KindOf(err) != domain.Canceled {
					t.Errorf("%v", err)
				}
			})
			calls.Wait()
			if load := model.Load(); load.Running != 0 || load.Waiting != 0 {
				t.Fatalf("%d running and %d waiting", load.Running, load.Waiting)
			}
		}
	})
}

// faltering is a Predictor that fails after some time, if that is not 0.
type faltering struct {
	sweating
	after *time.Duration
}

func (f faltering) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	if *f.after == 0 {
		return f.sweating.Predict(ctx, inputs)
	}
	time.Sleep(*f.after)
	return nil, &domain.Error{Kind: domain.Unavailable}
}

// TestFailuresDoNotMakeItFast: what fails at once does not have callers told to come
// back in no time. What is broken off late shows the model to be slow.
func TestFailuresDoNotMakeItFast(t *testing.T) {
	for _, c := range []struct{ failAfter, atLeast, atMost time.Duration }{
		{time.Nanosecond, 10 * time.Millisecond, 10 * time.Millisecond},
		{time.Second, 9 * time.Second, 10 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			after := time.Duration(0)
			model := serving.NewModel(faltering{sweating{predictortest.NewFake(signature(domain.Dynamic))}, &after}, serving.Options{Concurrency: 1, Queue: -1})
			predict := func(rows int) error {
				_, err := model.Predict(t.Context(), row(t, rows))
				return err
			}
			if err := predict(1); err != nil {
				t.Fatal(err)
			}
			after = c.failAfter
			for range 50 {
				if err := predict(1); domain.KindOf(err) != domain.Unavailable {
					t.Fatal(err)
				}
			}
			after = 0
			var calls sync.WaitGroup
			calls.Go(func() {
				if err := predict(10); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
			var e *domain.Error
			if err := predict(1); !errors.As(err, &e) || e.RetryAfter < c.atLeast || e.RetryAfter > c.atMost {
				t.Errorf("it failed after %v: %+v", c.failAfter, err)
			}
			calls.Wait()
			if err := model.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// stalling is a Predictor that takes longer than it should, once.
type stalling struct {
	sweating
	once *time.Duration
}

func (s stalling) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	time.Sleep(*s.once)
	*s.once = 0
	return s.sweating.Predict(ctx, inputs)
}

// TestOneStallIsNotTheRate: a process that was stopped for a while, as with the
// machine beneath it, does not refuse calls afterwards that it has time for.
func TestOneStallIsNotTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		once := time.Duration(0)
		model := serving.NewModel(stalling{sweating{predictortest.NewFake(signature(domain.Dynamic))}, &once}, serving.Options{Concurrency: 1})
		predict := func(rows int, within time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), within)
			defer cancel()
			if _, err := model.Predict(ctx, row(t, rows)); err != nil {
				t.Error(err)
			}
		}
		predict(1, time.Hour)
		once = 10 * time.Minute
		predict(1, time.Hour)
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() { predict(10, time.Second) })
			synctest.Wait()
		}
		calls.Wait()
		if err := model.Close(); err != nil {
			t.Error(err)
		}
	})
}
