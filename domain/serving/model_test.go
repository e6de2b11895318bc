package serving_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports"
	"github.com/portent-go/portent/ports/predictortest"
)

func signature(batch int) domain.Signature {
	return domain.Signature{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{batch, 4}}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32, Shape: domain.Shape{batch, 3}}},
	}
}

func row(t testing.TB, n int) []domain.Tensor {
	t.Helper()
	values := make([]float32, 4*n)
	for i := range values {
		values[i] = float32(i%7) / 7
	}
	tensor, err := domain.NewTensor(domain.Shape{n, 4}, values)
	if err != nil {
		t.Fatal(err)
	}
	return []domain.Tensor{tensor}
}

func newModel(t *testing.T, fake *predictortest.Fake, options serving.Options) *serving.Model {
	t.Helper()
	model := serving.NewModel(fake, options)
	t.Cleanup(func() {
		if err := model.Close(); err != nil {
			t.Error(err)
		}
	})
	return model
}

func TestModelKeepsTheContract(t *testing.T) {
	for name, options := range map[string]serving.Options{
		"defaults": {}, "one at a time": {Concurrency: 1}, "with a timeout": {Timeout: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			predictortest.Run(t, func() (ports.Predictor, error) {
				return serving.NewModel(predictortest.NewFake(signature(domain.Dynamic)), options), nil
			}, predictortest.Options{})
		})
	}
}

// blocked is a fake whose predictions wait until released, and say when they
// have begun.
func blocked() (fake *predictortest.Fake, begun chan struct{}, release func()) {
	fake, begun = predictortest.NewFake(signature(domain.Dynamic)), make(chan struct{}, 100)
	gate := make(chan struct{})
	fake.Hook = func(ctx context.Context) error {
		begun <- struct{}{}
		select {
		case <-gate:
			return nil
		case <-ctx.Done():
			return domain.FromContext(ctx, "waiting at the test's gate")
		}
	}
	return fake, begun, func() { close(gate) }
}

func TestFullQueueIsOverloaded(t *testing.T) {
	fake, begun, release := blocked()
	model := newModel(t, fake, serving.Options{Concurrency: 1, Queue: -1})
	done := make(chan error)
	go func() {
		_, err := model.Predict(context.Background(), row(t, 1))
		done <- err
	}()
	<-begun
	outputs, err := model.Predict(t.Context(), row(t, 1))
	if outputs != nil || domain.KindOf(err) != domain.Overloaded {
		t.Errorf("%v, %v", outputs, err)
	}
	if early := model.Reserve(t.Context()); domain.KindOf(early) != domain.Overloaded || early.Error() != err.Error() {
		t.Errorf("beforehand it says %v, then %v", early, err)
	}
	release()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := model.Predict(t.Context(), row(t, 1)); err != nil {
		t.Errorf("after the queue was empty: %v", err)
	}
	if fake.Calls() != 2 {
		t.Errorf("%d predictions reached the engine, expected 2", fake.Calls())
	}
}

func TestOverloadTellsWhenToComeBack(t *testing.T) {
	fake, begun, release := blocked()
	model := newModel(t, fake, serving.Options{Concurrency: 1, Queue: -1})
	first := make(chan error)
	predict := func() {
		_, err := model.Predict(context.Background(), row(t, 1))
		first <- err
	}
	go predict()
	<-begun
	release() // the time that this one took is what the next refusal is told by
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	entered, leave := make(chan struct{}), make(chan struct{})
	fake.Hook = func(context.Context) error {
		close(entered)
		<-leave
		return nil
	}
	go predict()
	<-entered
	_, err := model.Predict(t.Context(), row(t, 1))
	var e *domain.Error
	if !errors.As(err, &e) || e.RetryAfter <= 0 {
		t.Errorf("%v, retry after %v", err, e.RetryAfter)
	}
	close(leave)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestLeavingTheQueueFreesItsPlace(t *testing.T) {
	fake, begun, release := blocked()
	model := newModel(t, fake, serving.Options{Concurrency: 1, Queue: 1})
	results := make(chan error)
	predict := func(ctx context.Context) {
		_, err := model.Predict(ctx, row(t, 1))
		results <- err
	}
	go predict(context.Background())
	<-begun
	for range 5 { // each takes the one place to wait, and leaves it
		ctx, cancel := context.WithCancel(t.Context())
		go predict(ctx)
		cancel()
		if err := <-results; domain.KindOf(err) != domain.Canceled {
			t.Fatalf("%v", err)
		}
	}
	go predict(context.Background())
	release()
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}

func TestTimeout(t *testing.T) {
	fake, _, release := blocked()
	defer release()
	model := newModel(t, fake, serving.Options{Concurrency: 1, Timeout: time.Millisecond})
	if _, err := model.Predict(t.Context(), row(t, 1)); domain.KindOf(err) != domain.Timeout {
		t.Errorf("%v", err)
	}
}

func TestDrainingStillAnswers(t *testing.T) {
	model := newModel(t, predictortest.NewFake(signature(domain.Dynamic)), serving.Options{})
	if err := model.Ready(); err != nil {
		t.Fatal(err)
	}
	model.Drain()
	if err := model.Ready(); domain.KindOf(err) != domain.Unavailable || !strings.Contains(err.Error(), "shut down") {
		t.Errorf("%v", err)
	}
	if _, err := model.Predict(t.Context(), row(t, 1)); err != nil {
		t.Errorf("a request that was accepted: %v", err)
	}
	if _, err := model.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if model.Ready() == nil {
		t.Error("draining ended")
	}
}

func TestCloseTurnsAwayWhoWaits(t *testing.T) {
	fake, begun, release := blocked()
	model := serving.NewModel(fake, serving.Options{Concurrency: 1, Queue: 10})
	results := make(chan error, 4)
	for range 4 {
		go func() {
			_, err := model.Predict(context.Background(), row(t, 1))
			results <- err
		}()
	}
	<-begun
	closed := make(chan error)
	go func() { closed <- model.Close() }()
	for range 3 { // the three that wait, or come now
		if err := <-results; domain.KindOf(err) != domain.Unavailable {
			t.Errorf("%v", err)
		}
	}
	release()
	if err := errors.Join(<-results, <-closed); err != nil {
		t.Error(err)
	}
}

// misbehaving is a fake that answers what it must not.
type misbehaving struct {
	*predictortest.Fake
	answer func() ([]domain.Tensor, error)
}

func (m misbehaving) Predict(context.Context, []domain.Tensor) ([]domain.Tensor, error) {
	return m.answer()
}

func TestWhatTheEngineMustNotDoIsInternal(t *testing.T) {
	wrong, err := domain.MakeTensor(domain.FP32, domain.Shape{1, 99})
	if err != nil {
		t.Fatal(err)
	}
	for name, answer := range map[string]func() ([]domain.Tensor, error){
		"panics":             func() ([]domain.Tensor, error) { panic("boom") },
		"gives no outputs":   func() ([]domain.Tensor, error) { return nil, nil },
		"gives other shapes": func() ([]domain.Tensor, error) { return []domain.Tensor{wrong}, nil },
		"fails":              func() ([]domain.Tensor, error) { return nil, errors.New("disk full") },
	} {
		model := serving.NewModel(misbehaving{predictortest.NewFake(signature(domain.Dynamic)), answer}, serving.Options{Concurrency: 1})
		for range 3 { // the place is given back each time
			outputs, err := model.Predict(t.Context(), row(t, 1))
			if outputs != nil || err == nil || domain.KindOf(err) != domain.Internal {
				t.Errorf("an engine that %s: %v, %v", name, outputs, err)
			}
		}
	}
}

func vectorOf(t *testing.T, change func(values []float32)) serving.Vector {
	t.Helper()
	inputs := row(t, 2)
	outputs, err := predictortest.NewFake(signature(domain.Dynamic)).Predict(t.Context(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	values, _ := domain.Data[float32](outputs[0])
	change(values)
	return serving.Vector{Name: "vector", Inputs: inputs, Outputs: outputs}
}

func TestVerifyMakesReady(t *testing.T) {
	model := newModel(t, predictortest.NewFake(signature(domain.Dynamic)), serving.Options{Vectors: []serving.Vector{vectorOf(t, func(v []float32) { v[0] += 5e-5 })}})
	if model.Ready() == nil {
		t.Error("ready before it was verified")
	}
	if _, err := model.Predict(t.Context(), row(t, 1)); domain.KindOf(err) != domain.Unavailable {
		t.Errorf("a prediction before verification: %v", err)
	}
	results, err := model.Verify(t.Context())
	if err != nil || len(results) != 1 || !results[0].Passed || results[0].Worst != "y[0,0]" || results[0].MaxAbs < 4e-5 {
		t.Errorf("%+v, %v", results, err)
	}
	if err := model.Ready(); err != nil {
		t.Error(err)
	}
}

func TestVerifyRefuses(t *testing.T) {
	shape, err := domain.MakeTensor(domain.FP32, domain.Shape{2, 2})
	if err != nil {
		t.Fatal(err)
	}
	good := vectorOf(t, func([]float32) {})
	for name, test := range map[string]struct {
		vector serving.Vector
		want   string
	}{
		"a difference":        {vectorOf(t, func(v []float32) { v[4] += 0.5 }), "y[1,1]"},
		"NaN expected":        {vectorOf(t, func(v []float32) { v[4] = float32(math.NaN()) }), "y[1,1]"},
		"infinity expected":   {vectorOf(t, func(v []float32) { v[5] = float32(math.Inf(1)) }), "y[1,2]"},
		"another shape":       {serving.Vector{Name: "vector", Inputs: good.Inputs, Outputs: []domain.Tensor{shape}}, "[2,2]"},
		"no outputs":          {serving.Vector{Name: "vector", Inputs: good.Inputs}, "0 outputs"},
		"an input that fails": {serving.Vector{Name: "vector", Inputs: []domain.Tensor{shape}, Outputs: good.Outputs}, "axis 1 is 2"},
	} {
		model := newModel(t, predictortest.NewFake(signature(domain.Dynamic)), serving.Options{Vectors: []serving.Vector{good, test.vector}})
		results, err := model.Verify(t.Context())
		if domain.KindOf(err) != domain.Invalid || err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "vector") {
			t.Errorf("%s: %v", name, err)
		}
		if len(results) != 2 || !results[0].Passed || results[1].Passed {
			t.Errorf("%s: %+v", name, results)
		}
		if model.Ready() == nil {
			t.Errorf("%s: ready all the same", name)
		}
	}
}

func TestVerifyStopsWithItsContext(t *testing.T) {
	model := newModel(t, predictortest.NewFake(signature(domain.Dynamic)), serving.Options{Vectors: []serving.Vector{vectorOf(t, func([]float32) {})}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := model.Verify(ctx); domain.KindOf(err) != domain.Canceled {
		t.Errorf("%v", err)
	}
}

// TestTimingsTellWaitingFromComputing has two ask at once for one place.
func TestTimingsTellWaitingFromComputing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := predictortest.NewFake(signature(domain.Dynamic))
		fake.Hook = func(context.Context) error {
			time.Sleep(time.Second)
			return nil
		}
		model := newModel(t, fake, serving.Options{Concurrency: 1})
		var timings [2]serving.Timings
		var group sync.WaitGroup
		for i := range timings {
			group.Go(func() {
				if _, err := model.Predict(serving.WithTimings(t.Context(), &timings[i]), row(t, 1)); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		group.Wait()
		for i, got := range timings {
			if got.Queue != time.Duration(i)*time.Second || got.Infer != time.Second {
				t.Errorf("request %d waited for %v and took %v", i, got.Queue, got.Infer)
			}
		}
	})
}
