package serving_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// TestOnlyTheRequestAtFaultFails has one that the engine refuses, panics at, or
// answers wrongly to whatever comes with it.
func TestOnlyTheRequestAtFaultFails(t *testing.T) {
	poisonous := func(inputs []domain.Tensor) bool {
		values, _ := domain.Data[float32](inputs[0])
		return slices.ContainsFunc(values, func(v float32) bool { return v > 600 })
	}
	refuse := func(inputs []domain.Tensor) error {
		if poisonous(inputs) {
			return domain.Errorf(domain.Unsupported, "666 is not supported")
		}
		return nil
	}
	give := func(inputs []domain.Tensor) error {
		if poisonous(inputs) && inputs[0].Shape()[0] > 1 {
			panic("boom")
		}
		return refuse(inputs)
	}
	for name, respond := range map[string]func([]domain.Tensor) error{"an error": refuse, "a panic": give} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStage(t, serving.BatcherOptions{MaxDelay: time.Hour}, respond)
				good := []*request{s.ask(t, 1, 1), s.ask(t, 2, 1), s.ask(t, 3, 1)}
				bad := s.ask(t, 666, 1)
				close(s.let)
				expectKind(t, <-bad.result, domain.Unsupported, "666")
				s.expectAnswer(t, good...)
				s.expectRunning(t, 1, 1, 1, 1, 3) // the three were tried alone
			})
		})
	}
}

func TestAnEngineThatCannotIsNotAskedAgain(t *testing.T) {
	for _, kind := range []domain.Kind{domain.Overloaded, domain.Unavailable} {
		synctest.Test(t, func(t *testing.T) {
			s := newStage(t, serving.BatcherOptions{MaxDelay: time.Hour}, func(inputs []domain.Tensor) error {
				if inputs[0].Shape()[0] > 1 {
					return &domain.Error{Kind: kind, Msg: "not now"}
				}
				return nil
			})
			first, second, third := s.ask(t, 1, 1), s.ask(t, 2, 1), s.ask(t, 3, 1)
			close(s.let)
			s.expectAnswer(t, first)
			for _, r := range []*request{second, third} {
				if expectKind(t, <-r.result, kind); r.outputs != nil {
					t.Error("an error came with outputs")
				}
			}
			s.expectRunning(t, 1, 2)
		})
	}
}

// TestAWrongNumberOfRowsIsNotDivided gives a result that is not one row for each.
func TestAWrongNumberOfRowsIsNotDivided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := predictortest.NewFake(signature(domain.Dynamic))
		gate := make(chan struct{})
		engine := sums{fake, gate}
		b := serving.NewBatcher(engine, serving.BatcherOptions{MaxDelay: time.Hour})
		results := make(chan []domain.Tensor, 3)
		for range 3 {
			go func() {
				outputs, err := b.Predict(t.Context(), row(t, 1))
				if err != nil {
					t.Error(err)
				}
				results <- outputs
			}()
			synctest.Wait()
		}
		close(gate)
		for range 3 {
			if outputs := <-results; len(outputs) != 1 || outputs[0].Shape()[0] != 1 {
				t.Errorf("%v", outputs)
			}
		}
		if got := fake.Calls(); got != 4 {
			t.Errorf("%d calls, expected the first, the joined one and two alone", got)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
}

// sums answers one row whatever it is asked.
type sums struct {
	*predictortest.Fake
	gate chan struct{}
}

func (s sums) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	<-s.gate
	outputs, err := s.Fake.Predict(ctx, inputs)
	if err != nil {
		return nil, err
	}
	outputs[0], err = outputs[0].Rows(0, 1)
	return outputs, err
}

func TestACallerWhoLeavesDisturbsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, serving.BatcherOptions{MaxBatch: 4, MaxDelay: time.Hour}, nil)
		first := s.ask(t, 1, 1)
		leaves, second, third := s.ask(t, 2, 2), s.ask(t, 3, 1), s.ask(t, 4, 1)
		s.expectRunning(t, 1, 4)
		leaves.cancel() // while the batch runs
		expectKind(t, <-leaves.result, domain.Canceled)
		waits, leavesEarly := s.ask(t, 5, 1), s.ask(t, 6, 2)
		leavesEarly.cancel() // while it gathers, which frees its place
		expectKind(t, <-leavesEarly.result, domain.Canceled)
		fourth := s.ask(t, 7, 2)
		s.expectRunning(t)
		first.cancel() // which runs alone
		expectKind(t, <-first.result, domain.Canceled)
		s.let <- struct{}{}
		s.expectAnswer(t, second, third)
		close(s.let)
		s.expectAnswer(t, waits, fourth)
		s.expectRunning(t, 3)
	})
}

// TestARunEndsWhenNobodyWaitsForIt has all callers leave: the engine is told, and
// what was gathered is not run.
func TestARunEndsWhenNobodyWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, serving.BatcherOptions{MaxBatch: 3, MaxDelay: time.Second}, nil)
		all := []*request{s.ask(t, 1, 1), s.ask(t, 2, 1)}
		early := s.ask(t, 3, 1)
		early.cancel() // while others still gather
		expectKind(t, <-early.result, domain.Canceled)
		all = append(all, s.ask(t, 4, 1), s.ask(t, 5, 1), s.ask(t, 6, 1))
		s.expectRunning(t, 1, 3)
		for _, r := range slices.Backward(all) {
			r.cancel()
			expectKind(t, <-r.result, domain.Canceled)
		}
		time.Sleep(time.Hour)
		s.expectRunning(t)
		again := s.ask(t, 5, 1) // nothing is running any more, so it does not wait
		s.expectRunning(t, 1)
		close(s.let)
		s.expectAnswer(t, again)
	})
}

func TestABatchOfOneKeepsItsOwnContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, serving.BatcherOptions{MaxDelay: time.Second}, nil)
		first, second := s.ask(t, 1, 1), s.ask(t, 2, 1)
		time.Sleep(time.Second)
		ctx := s.expectRunning(t, 1, 1)
		second.cancel()
		expectKind(t, <-second.result, domain.Canceled)
		if !errors.Is(context.Cause(ctx), errLeft) {
			t.Errorf("its context ended with %v, not the caller's cause", context.Cause(ctx))
		}
		close(s.let)
		s.expectAnswer(t, first)
	})
}
