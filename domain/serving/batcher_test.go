package serving_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports"
	"github.com/portent-go/portent/ports/predictortest"
)

func TestBatcherKeepsTheContract(t *testing.T) {
	twoInputs := signature(domain.Dynamic)
	twoInputs.Inputs = append(twoInputs.Inputs, domain.TensorSpec{Name: "texts", Datatype: domain.BYTES, Shape: domain.Shape{domain.Dynamic, domain.Dynamic}})
	twoInputs.Outputs = append(twoInputs.Outputs, domain.TensorSpec{Name: "z", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic}})
	for name, test := range map[string]struct {
		signature domain.Signature
		options   serving.BatcherOptions
	}{
		"defaults":             {signature(domain.Dynamic), serving.BatcherOptions{}},
		"pairs":                {signature(domain.Dynamic), serving.BatcherOptions{MaxBatch: 2}},
		"never":                {signature(domain.Dynamic), serving.BatcherOptions{MaxBatch: 1}},
		"short of patience":    {signature(domain.Dynamic), serving.BatcherOptions{MaxDelay: 1}},
		"inputs and outputs":   {twoInputs, serving.BatcherOptions{MaxDelay: time.Hour}},
		"without a batch axis": {signature(1), serving.BatcherOptions{}},
	} {
		t.Run(name, func(t *testing.T) {
			predictortest.Run(t, func() (ports.Predictor, error) {
				return serving.NewBatcher(predictortest.NewFake(test.signature), test.options), nil
			}, predictortest.Options{})
		})
	}
}

func TestALoneRequestDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, serving.BatcherOptions{MaxDelay: time.Hour}, nil)
		for range 3 {
			start := time.Now()
			r := s.ask(t, 1, 1)
			s.expectRunning(t, 1)
			s.let <- struct{}{}
			s.expectAnswer(t, r)
			if time.Since(start) != 0 {
				t.Errorf("it waited for %v", time.Since(start))
			}
		}
	})
}

func TestRequestsGatherWhileOneRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, serving.BatcherOptions{MaxBatch: 8, MaxDelay: time.Hour}, nil)
		first := s.ask(t, 1, 1)
		s.expectRunning(t, 1)
		second, third, fourth := s.ask(t, 2, 1), s.ask(t, 3, 2), s.ask(t, 4, 3)
		s.expectRunning(t)
		time.Sleep(time.Minute)
		close(s.let)
		s.expectAnswer(t, first, second, third, fourth)
		s.expectRunning(t, 6)
		for _, r := range []*request{second, third, fourth} {
			if r.timings.Queue != time.Minute {
				t.Errorf("queue %v, expected a minute", r.timings.Queue)
			}
		}
		values, _ := domain.Data[float32](second.outputs[0])
		if cap(values) != len(values) {
			t.Error("appending to one answer writes into the next")
		}
	})
}

func TestAFullBatchDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, serving.BatcherOptions{MaxBatch: 4, MaxDelay: time.Hour}, nil)
		requests := []*request{s.ask(t, 1, 1), s.ask(t, 2, 1), s.ask(t, 3, 2)}
		s.expectRunning(t, 1)
		requests = append(requests, s.ask(t, 4, 1))
		s.expectRunning(t, 4)
		requests = append(requests, s.ask(t, 5, 2), s.ask(t, 6, 3))
		s.expectRunning(t, 2) // the next does not fit, so they wait no longer
		requests = append(requests, s.ask(t, 7, 4), s.ask(t, 8, 9))
		s.expectRunning(t, 4, 9) // as many as may be joined, or more, go alone
		close(s.let)
		s.expectAnswer(t, requests...)
		s.expectRunning(t, 3)
	})
}

func TestNobodyWaitsLongerThanMaxDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, serving.BatcherOptions{MaxDelay: time.Second}, nil)
		first, second := s.ask(t, 1, 1), s.ask(t, 2, 1)
		time.Sleep(time.Second - time.Nanosecond)
		third := s.ask(t, 3, 1)
		s.expectRunning(t, 1)
		time.Sleep(time.Nanosecond)
		s.expectRunning(t, 2)
		close(s.let)
		s.expectAnswer(t, first, second, third)
	})
}

// TestInputsThatDoNotFitWaitForNobody sends them while others gather.
func TestInputsThatDoNotFitWaitForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, serving.BatcherOptions{MaxDelay: time.Hour}, nil)
		first, second := s.ask(t, 1, 1), s.ask(t, 2, 1)
		scalar, _ := domain.NewTensor(domain.Shape{}, []float32{1})
		for _, inputs := range [][]domain.Tensor{nil, {scalar}, {{}}, append(row(t, 1), row(t, 1)...)} {
			start := time.Now()
			_, err := s.Predict(t.Context(), inputs)
			if expectKind(t, err, domain.Invalid); time.Since(start) != 0 {
				t.Errorf("it waited for %v", time.Since(start))
			}
		}
		close(s.let)
		s.expectAnswer(t, first, second)
		s.expectRunning(t, 1, 1)
	})
}

func TestWithoutABatchAxisNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, fixed := range []func(*domain.Signature){
			func(s *domain.Signature) { s.Inputs[0].Shape[0] = 1 },
			func(s *domain.Signature) { s.Outputs[0].Shape[0] = 1 },
		} {
			spec := signature(domain.Dynamic)
			fixed(&spec)
			fake := predictortest.NewFake(spec)
			gate, calls := make(chan struct{}), make(chan struct{}, 10)
			fake.Hook = func(context.Context) error {
				calls <- struct{}{}
				<-gate
				return nil
			}
			b := serving.NewBatcher(fake, serving.BatcherOptions{MaxDelay: time.Hour})
			for range 3 {
				go func() {
					if _, err := b.Predict(t.Context(), row(t, 1)); err != nil {
						t.Error(err)
					}
				}()
			}
			synctest.Wait()
			if len(calls) != 3 {
				t.Errorf("%d calls have begun, expected 3", len(calls))
			}
			close(gate)
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestOnlyShapesThatAgreeAreJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spec := domain.Signature{
			Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1, -1}}, {Name: "y", Datatype: domain.FP32, Shape: domain.Shape{-1}}},
			Outputs: []domain.TensorSpec{{Name: "z", Datatype: domain.FP32, Shape: domain.Shape{-1, 2}}},
		}
		fake := predictortest.NewFake(spec)
		gate, calls := make(chan struct{}), make(chan struct{}, 10)
		fake.Hook = func(context.Context) error {
			calls <- struct{}{}
			<-gate
			return nil
		}
		b := serving.NewBatcher(fake, serving.BatcherOptions{MaxDelay: time.Hour})
		results := make(chan error, 10)
		for _, shapes := range [][2]domain.Shape{{{1, 4}, {1}}, {{1, 4}, {1}}, {{2, 4}, {2}}, {{1, 5}, {1}}, {{2, 5}, {2}}, {{2, 4}, {1}}} {
			x, _ := domain.MakeTensor(domain.FP32, shapes[0])
			y, _ := domain.MakeTensor(domain.FP32, shapes[1])
			go func() {
				outputs, err := b.Predict(t.Context(), []domain.Tensor{x, y})
				if err == nil && outputs[0].Shape()[0] != x.Shape()[0] {
					err = errors.New("another's rows: " + outputs[0].Shape().String())
				}
				results <- err
			}()
			synctest.Wait()
		}
		if len(calls) != 2 { // the first, and the last, whose inputs have not as many rows
			t.Errorf("%d calls have begun, expected 2", len(calls))
		}
		close(gate)
		for range 6 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if got := fake.Calls(); got != 4 {
			t.Errorf("%d calls, expected 4", got)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestClosingTheBatcherAnswersWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, serving.BatcherOptions{MaxDelay: time.Hour}, nil)
		all := []*request{s.ask(t, 1, 1), s.ask(t, 2, 1), s.ask(t, 3, 1)}
		closed := make(chan error, 1)
		go func() { closed <- s.Close() }()
		synctest.Wait()
		_, err := s.Predict(t.Context(), row(t, 1))
		expectKind(t, err, domain.Unavailable)
		s.expectRunning(t, 1, 2)
		if len(closed) != 0 {
			t.Error("Close did not wait")
		}
		close(s.let)
		s.expectAnswer(t, all...)
		if err := <-closed; err != nil {
			t.Error(err)
		}
	})
}

// TestAJoinedRunIsCountedOnce looks at what statistics tell of batches.
func TestAJoinedRunIsCountedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := predictortest.NewFake(signature(domain.Dynamic))
		gate := make(chan struct{})
		fake.Hook = func(context.Context) error {
			<-gate
			time.Sleep(time.Second)
			return nil
		}
		model := serving.NewModel(serving.NewBatcher(fake, serving.BatcherOptions{MaxDelay: time.Hour}), serving.Options{Concurrency: 8})
		var s serving.Statistics
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				var timings serving.Timings
				_, err := model.Predict(serving.WithTimings(t.Context(), &timings), row(t, 2))
				s.Observe(timings.Observation(2, err))
			})
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		close(gate)
		group.Wait()
		got := s.Snapshot()
		if got.InferenceCount != 8 || got.ExecutionCount != 2 || got.Success.Count != 4 {
			t.Errorf("%+v", got)
		}
		// The first takes a minute and a second, the others wait for that and take a second.
		want := []serving.BatchSize{
			{Size: 2, Infer: serving.Duration{Count: 1, Total: 61 * time.Second}},
			{Size: 6, Infer: serving.Duration{Count: 1, Total: time.Second}},
		}
		if !slices.Equal(got.Batches, want) || got.ComputeInfer.Total != 64*time.Second || got.Queue.Total != 3*61*time.Second {
			t.Errorf("%+v", got)
		}
		if err := model.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestBatchesUnderLoad has callers with requests of several sizes, some of whom
// leave: every answer is the one it would be alone.
func TestBatchesUnderLoad(t *testing.T) {
	fake := predictortest.NewFake(signature(domain.Dynamic))
	fake.Hook = func(context.Context) error { // which lets others come meanwhile
		runtime.Gosched()
		return nil
	}
	alone := predictortest.NewFake(signature(domain.Dynamic))
	b := serving.NewBatcher(fake, serving.BatcherOptions{MaxBatch: 8, MaxDelay: time.Hour})
	var group sync.WaitGroup
	for caller := range 16 {
		group.Go(func() {
			for round := range 200 {
				inputs := rowsOf(t, float32(caller*1000+round), 1+(caller+round)%3)
				ctx, cancel := context.WithCancel(t.Context())
				if round%7 == 3 {
					go cancel()
				}
				got, err := b.Predict(ctx, inputs)
				cancel()
				if err != nil {
					if round%7 != 3 || domain.KindOf(err) != domain.Canceled {
						t.Error(err)
					}
					continue
				}
				want, _ := alone.Predict(context.Background(), inputs)
				g, _ := domain.Data[float32](got[0])
				w, _ := domain.Data[float32](want[0])
				if !slices.Equal(g, w) {
					t.Errorf("caller %d, round %d: %v, expected %v", caller, round, g, w)
				}
				clear(g) // it is the caller's own
			}
		})
	}
	group.Wait()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
