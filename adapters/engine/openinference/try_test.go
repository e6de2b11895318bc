package openinference

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/domain"
)

// scripted is a channel whose predictions go as a test says.
type scripted struct {
	script func(ctx context.Context, call int) error
	calls  int
}

func (s *scripted) describe(context.Context) (description, error) {
	return description{signature: small()}, nil
}
func (s *scripted) ready(context.Context) error { return nil }
func (s *scripted) close() error                { return nil }

func (s *scripted) infer(ctx context.Context, inputs []named, _ []domain.TensorSpec) ([]named, error) {
	s.calls++
	if err := s.script(ctx, s.calls); err != nil {
		return nil, err
	}
	return []named{{"y", inputs[0].tensor}}, nil
}

func small() domain.Signature {
	spec := domain.TensorSpec{Datatype: domain.FP32, Shape: domain.Shape{1}}
	in, out := spec, spec
	in.Name, out.Name = "x", "y"
	return domain.Signature{Inputs: []domain.TensorSpec{in}, Outputs: []domain.TensorSpec{out}}
}

// over returns an engine over channels, whose pauses are as long as they may be.
// Nobody looks after the endpoints.
func over(t *testing.T, options Options, channels ...*scripted) *Engine {
	t.Helper()
	options.Endpoints, options.Model, options.HealthInterval = []string{"grpc://x:1"}, "m", -1
	options, err := options.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	e := &Engine{options: options, turns: make(chan struct{}, options.MaxInFlight), random: func() float64 { return 1 }}
	for _, c := range channels {
		e.endpoints = append(e.endpoints, newEndpoint("scripted", c, options.Logger))
	}
	if err := e.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e
}

func predict(t *testing.T, e *Engine) error {
	t.Helper()
	x, err := domain.NewTensor(domain.Shape{1}, []float32{1})
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := e.Predict(t.Context(), []domain.Tensor{x})
	if (err == nil) != (outputs != nil) {
		t.Errorf("%v outputs and %v", outputs, err)
	}
	return err
}

func always(err error) *scripted {
	return &scripted{script: func(context.Context, int) error { return err }}
}

func TestRetriesAreBoundedAndPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := always(unreachable(errors.New("refused at 10.0.0.1")))
		e := over(t, Options{Retries: 4}, broken)
		start := time.Now()
		err := predict(t, e)
		if domain.KindOf(err) != domain.Unavailable || broken.calls != 5 || !strings.Contains(err.Error(), "after 5 attempts") || strings.Contains(err.Error(), "10.0.0.1") {
			t.Errorf("%v after %d attempts", err, broken.calls)
		}
		if took := time.Since(start); took != (50+100+200+400)*time.Millisecond {
			t.Errorf("the pauses took %v", took)
		}
	})
}

func TestPausesAreOfRandomLength(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := over(t, Options{Retries: 1}, always(unreachable(nil)))
		for _, lot := range []float64{0, 0.25, 0.5} {
			e.random = func() float64 { return lot }
			start := time.Now()
			_ = predict(t, e)
			if took := time.Since(start); took != time.Duration(lot*float64(50*time.Millisecond)) {
				t.Errorf("at %v the pause took %v", lot, took)
			}
		}
	})
}

func TestWhatWouldNotGoBetterIsNotTriedAgain(t *testing.T) {
	for name, err := range map[string]error{"wrong answer": wrongAnswer("nonsense"), "refusal": &failure{told: domain.Errorf(domain.Invalid, "no")}} {
		broken, other := always(err), always(err)
		if got := predict(t, over(t, Options{}, broken, other)); !errors.Is(got, errors.Unwrap(err)) || broken.calls+other.calls != 1 {
			t.Errorf("%s: %v after %d attempts", name, got, broken.calls+other.calls)
		}
	}
}

func TestAnotherEndpointIsAskedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken, well := always(unreachable(nil)), always(nil)
		e := over(t, Options{}, broken, well)
		start := time.Now()
		for range 20 {
			if err := predict(t, e); err != nil {
				t.Fatal(err)
			}
		}
		if broken.calls == 0 || well.calls != 20 || time.Since(start) != 0 {
			t.Errorf("%d and %d attempts in %v", broken.calls, well.calls, time.Since(start))
		}
		if broken.calls > failuresToOpen {
			t.Errorf("the broken one was asked %d times", broken.calls)
		}
	})
}

func TestTheBreakerOpensAndCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		flaky := &scripted{script: func(context.Context, int) error {
			if down {
				return unreachable(nil)
			}
			return nil
		}}
		var log strings.Builder
		e := over(t, Options{Retries: -1, Logger: slog.New(slog.NewTextHandler(&log, nil))}, flaky)
		for range 8 {
			if err := predict(t, e); domain.KindOf(err) != domain.Unavailable {
				t.Error(err)
			}
		}
		if flaky.calls != failuresToOpen {
			t.Errorf("an open breaker let %d attempts through", flaky.calls-failuresToOpen)
		}
		var refused *domain.Error
		if err := predict(t, e); !errors.As(err, &refused) || refused.RetryAfter != openFor {
			t.Errorf("%v", err)
		}
		time.Sleep(openFor + time.Millisecond) // of the bubble's clock
		if _ = predict(t, e); flaky.calls != failuresToOpen+1 {
			t.Errorf("%d attempts while half open", flaky.calls-failuresToOpen)
		}
		down = false
		time.Sleep(openFor + time.Millisecond)
		for range 3 {
			if err := predict(t, e); err != nil {
				t.Error(err)
			}
		}
		if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "to=closed") {
			t.Errorf("the log says %s", &log)
		}
	})
}

// TestRefusalsDoNotOpenTheBreaker: a caller must not be able to shut out others by
// bad input.
func TestRefusalsDoNotOpenTheBreaker(t *testing.T) {
	for _, f := range []*failure{{told: domain.Errorf(domain.Invalid, "no")}, wrongAnswer("nonsense"), overloaded(time.Minute, nil)} {
		c := always(f)
		e := over(t, Options{Retries: -1}, c)
		for range 3 * failuresToOpen {
			_ = predict(t, e)
		}
		if c.calls != 3*failuresToOpen {
			t.Errorf("%v: %d attempts", f, c.calls)
		}
	}
}

func TestAnAttemptHasItsOwnTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hole := &scripted{script: func(ctx context.Context, _ int) error {
			<-ctx.Done()
			return domain.FromContext(ctx, "waiting")
		}}
		e := over(t, Options{Timeout: time.Second, Retries: 1}, hole)
		start := time.Now()
		err := predict(t, e)
		if domain.KindOf(err) != domain.Timeout || hole.calls != 2 || time.Since(start) != 2*time.Second+50*time.Millisecond {
			t.Errorf("%v after %d attempts in %v", err, hole.calls, time.Since(start))
		}
		for range failuresToOpen {
			_ = predict(t, e)
		}
		if hole.calls != failuresToOpen {
			t.Errorf("a black hole was asked %d times", hole.calls)
		}
	})
}

func TestCallersThatEndTellNothingOfTheEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &scripted{script: func(ctx context.Context, _ int) error {
			<-ctx.Done()
			return domain.FromContext(ctx, "waiting")
		}}
		e := over(t, Options{}, slow)
		x, _ := domain.NewTensor(domain.Shape{1}, []float32{1})
		for range 2 * failuresToOpen {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			if _, err := e.Predict(ctx, []domain.Tensor{x}); domain.KindOf(err) != domain.Timeout {
				t.Error(err)
			}
			cancel()
		}
		if slow.calls != 2*failuresToOpen {
			t.Errorf("%d attempts", slow.calls)
		}
	})
}

func TestOverloadIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := &scripted{script: func(_ context.Context, call int) error {
			if call < 3 {
				return overloaded(time.Second, nil)
			}
			return nil
		}}
		start := time.Now()
		if err := predict(t, over(t, Options{}, busy)); err != nil || time.Since(start) != 2*time.Second {
			t.Errorf("%v in %v", err, time.Since(start))
		}
		full := always(overloaded(time.Minute, nil))
		start = time.Now()
		err := predict(t, over(t, Options{}, full))
		var refused *domain.Error
		if !errors.As(err, &refused) || refused.Kind != domain.Overloaded || refused.RetryAfter != time.Minute || full.calls != 1 || time.Since(start) != 0 {
			t.Errorf("%v after %d attempts in %v", err, full.calls, time.Since(start))
		}
	})
}

func TestNoPauseBeyondTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := over(t, Options{}, always(unreachable(nil)))
		x, _ := domain.NewTensor(domain.Shape{1}, []float32{1})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		start := time.Now()
		if _, err := e.Predict(ctx, []domain.Tensor{x}); domain.KindOf(err) != domain.Unavailable || time.Since(start) != 0 {
			t.Errorf("%v in %v", err, time.Since(start))
		}
	})
}

func TestTheLeastBusyEndpointIsChosen(t *testing.T) {
	e := over(t, Options{}, always(nil), always(nil), always(nil))
	choose := func(tried ...*endpoint) int {
		at, done, err := e.pick(tried)
		if err != nil {
			t.Fatal(err)
		}
		done(nil)
		return slices.Index(e.endpoints, at)
	}
	e.endpoints[0].busy.Store(2)
	e.endpoints[1].busy.Store(1)
	e.endpoints[2].busy.Store(3)
	if got := choose(); got != 1 {
		t.Errorf("%d was chosen, not the least busy", got)
	}
	if got := choose(e.endpoints[1]); got != 0 {
		t.Errorf("%d was chosen, not one that was not tried", got)
	}
	e.endpoints[0].healthy.Store(false)
	if got := choose(e.endpoints[1]); got != 2 {
		t.Errorf("%d was chosen, not one that is healthy", got)
	}
	if got := choose(e.endpoints[1], e.endpoints[2]); got != 1 {
		t.Errorf("%d was chosen, not a healthy one again", got)
	}
	for _, at := range e.endpoints {
		at.healthy.Store(false)
	}
	if got := choose(); got != 1 {
		t.Errorf("%d was chosen where none is healthy", got)
	}
}

// TestCallersThatLeaveDoNotHideABlackHole leaves after each attempt that failed.
func TestCallersThatLeaveDoNotHideABlackHole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hole := &scripted{script: func(ctx context.Context, _ int) error {
			<-ctx.Done()
			return domain.FromContext(ctx, "waiting")
		}}
		e := over(t, Options{Timeout: time.Second, Retries: -1}, hole)
		x, _ := domain.NewTensor(domain.Shape{1}, []float32{1})
		for range failuresToOpen {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			_, _ = e.Predict(ctx, []domain.Tensor{x})
			cancel()
			_ = predict(t, e)
		}
		if err := predict(t, e); domain.KindOf(err) != domain.Unavailable || hole.calls != 2*failuresToOpen {
			t.Errorf("%v after %d attempts", err, hole.calls)
		}
	})
}

// TestServersThatNoticeTheDeadlineFirst answer a moment before it that it passed.
func TestServersThatNoticeTheDeadlineFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &scripted{script: func(ctx context.Context, _ int) error {
			deadline, _ := ctx.Deadline()
			time.Sleep(time.Until(deadline) - time.Millisecond) // of the bubble's clock
			return &failure{told: domain.Errorf(domain.Timeout, "deadline exceeded")}
		}}
		e := over(t, Options{Timeout: time.Second, Retries: -1}, slow)
		x, _ := domain.NewTensor(domain.Shape{1}, []float32{1})
		for range 2 * failuresToOpen { // the caller's deadline says nothing of the endpoint
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			if _, err := e.Predict(ctx, []domain.Tensor{x}); domain.KindOf(err) != domain.Timeout {
				t.Error(err)
			}
			cancel()
		}
		for range failuresToOpen { // the attempt's does
			if err := predict(t, e); domain.KindOf(err) != domain.Timeout {
				t.Error(err)
			}
		}
		if err := predict(t, e); domain.KindOf(err) != domain.Unavailable || slow.calls != 3*failuresToOpen {
			t.Errorf("%v after %d attempts", err, slow.calls)
		}
	})
}
