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
		time.Sleep(time.Second - 1)
		third := s.ask(t, 3, 1)
		s.expectRunning(t, 1)
		time.Sleep(1)
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
