package loadgen

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/domain"
)

// server answers so many requests at once, each in a time that may depend on how many came
// before. Time is that of the bubble.
type server struct {
	turns chan struct{}
	takes func(request int64) (time.Duration, error)
	count atomic.Int64
}

func newServer(turns int, takes func(request int64) (time.Duration, error)) *server {
	return &server{turns: make(chan struct{}, turns), takes: takes}
}

func (s *server) predict(ctx context.Context, _ []domain.Tensor) ([]domain.Tensor, error) {
	s.turns <- struct{}{}
	defer func() { <-s.turns }()
	takes, err := s.takes(s.count.Add(1))
	select {
	case <-time.After(takes):
		return nil, err
	case <-ctx.Done():
		return nil, domain.FromContext(ctx, "waiting")
	}
}

func always(takes time.Duration) func(int64) (time.Duration, error) {
	return func(int64) (time.Duration, error) { return takes, nil }
}

var anything = []Request{{}}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance*want {
		t.Errorf("%s is %v, expected %v", what, got, want)
	}
}

// The rate and the latencies of a closed loop are known: one after the other on each turn.
func TestClosedLoop(t *testing.T) {
	for _, test := range []struct {
		name               string
		turns, concurrency int
		takes              time.Duration
		rate               float64
		latency            time.Duration
	}{
		{"one", 1, 1, 10 * time.Millisecond, 100, 10 * time.Millisecond},
		{"as many as turns", 4, 4, 10 * time.Millisecond, 400, 10 * time.Millisecond},
		{"more than turns: they wait for each other", 2, 8, 10 * time.Millisecond, 200, 40 * time.Millisecond},
		{"longer than what is measured", 1, 1, 7 * time.Second, 1 / 7.0, 7 * time.Second},
		{"longer, and many", 2, 16, 3 * time.Second, 2 / 3.0, 24 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(test.turns, always(test.takes))
				l := &Load{Predict: s.predict, Requests: anything, Concurrency: test.concurrency}
				r := l.Run(t.Context(), 30*test.takes, time.Second)
				near(t, "the rate", r.Rate, test.rate, 0.02)
				near(t, "the median", r.Latencies.Percentile(50).Seconds(), test.latency.Seconds(), 0.002)
				if r.Latencies.Count() < test.concurrency || !r.Complete || r.Failures.Count() != 0 {
					t.Errorf("%d latencies, complete: %v, failures %v", r.Latencies.Count(), r.Complete, r.Failures)
				}
			})
		})
	}
}

// A stall of a second while 100 requests a second are due is met by 100 of them. A closed loop
// meets it once.
func TestOpenLoopOmitsNothing(t *testing.T) {
	stall := func(request int64) (time.Duration, error) {
		if request == 300 {
			return time.Second, nil
		}
		return time.Millisecond, nil
	}
	synctest.Test(t, func(t *testing.T) {
		l := &Load{Predict: newServer(1, stall).predict, Requests: anything, Concurrency: 1, Rate: 100}
		r := l.Run(t.Context(), time.Second, 9*time.Second)
		if r.Latencies.Count() != 900 || r.Unsent != 0 {
			t.Errorf("%d latencies, %d unsent, expected 900 and 0", r.Latencies.Count(), r.Unsent)
		}
		// Those that were due in the stall waited for what was left of it, and for each other.
		near(t, "p90", r.Latencies.Percentile(90).Seconds(), 0.191, 0.05)
		near(t, "p99", r.Latencies.Percentile(99).Seconds(), 0.92, 0.02)
		near(t, "the largest", r.Latencies.Max().Seconds(), 1, 0.01)
		near(t, "the rate", r.Rate, 100, 0.01)
	})
	synctest.Test(t, func(t *testing.T) {
		l := &Load{Predict: newServer(1, stall).predict, Requests: anything, Concurrency: 1}
		r := l.Run(t.Context(), 0, 9*time.Second)
		near(t, "p99 of the closed loop", r.Latencies.Percentile(99).Seconds(), 0.001, 0.01)
		near(t, "its largest", r.Latencies.Max().Seconds(), 1, 0.01)
	})
}

// What was due and never sent is in the percentiles, with what it had waited.
func TestOpenLoopThatCannotKeepUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &Load{Predict: newServer(1, always(100*time.Millisecond)).predict, Requests: anything, Concurrency: 2, Rate: 100}
		r := l.Run(t.Context(), 0, 10*time.Second)
		near(t, "the rate", r.Rate, 10, 0.02)
		if r.Unsent+int(r.Rate*10) < 980 || r.Latencies.Count() != 1000 {
			t.Errorf("%d unsent and %v a second, %d latencies", r.Unsent, r.Rate, r.Latencies.Count())
		}
		if p := r.Latencies.Percentile(50); p < 4*time.Second {
			t.Errorf("the median is %v, although most waited to the end", p)
		}
	})
}

// Failures are counted by what happened, and have no latency.
func TestFailuresHaveNoLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(1, func(request int64) (time.Duration, error) {
			switch request % 4 {
			case 0:
				return 0, &domain.Error{Kind: domain.Overloaded, Msg: "the queue is full"}
			case 1:
				return time.Second, errors.New("broken")
			default:
				return 10 * time.Millisecond, nil
			}
		})
		wrong := 0
		check := func([]domain.Tensor) error {
			if wrong++; wrong%2 == 0 {
				return domain.Errorf(domain.Invalid, "a wrong answer")
			}
			return nil
		}
		l := &Load{Predict: s.predict, Requests: []Request{{Check: check}}, Concurrency: 1}
		r := l.Run(t.Context(), 3*time.Second, 10*time.Second)
		near(t, "the rate", r.Rate*r.Elapsed.Seconds(), float64(r.Latencies.Count()), 0.01)
		if most := r.Latencies.Max(); most > 11*time.Millisecond {
			t.Errorf("a failure's time is among the latencies: %v", most)
		}
		overloaded, broken := r.Failures[Reason{"overloaded", "the queue is full"}], r.Failures[Reason{"internal", "broken"}]
		if overloaded < 8 || broken < 8 || r.Failures[Reason{"invalid", "a wrong answer"}] < 8 || len(r.Failures) != 3 {
			t.Errorf("%v", r.Failures)
		}
		if answered := r.Latencies.Count(); answered < 8 || float64(answered) > 1.2*r.Rate*r.Elapsed.Seconds() {
			t.Errorf("%d answers, %v a second in %v", answered, r.Rate, r.Elapsed)
		}
	})
}

// A model that refuses everything at once is not asked as fast as it can refuse.
func TestRefusalsAreNotHammered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(1, func(int64) (time.Duration, error) { return 0, errors.New("no") })
		l := &Load{Predict: s.predict, Requests: anything, Concurrency: 1}
		r := l.Run(t.Context(), 0, time.Second)
		if n := r.Failures.Count(); n < 50 || n > 101 || r.Latencies.Count() != 0 || r.Rate != 0 {
			t.Errorf("%d failures, %d latencies, %v a second", n, r.Latencies.Count(), r.Rate)
		}
	})
}

func TestReasonsAreBounded(t *testing.T) {
	f := make(Failures)
	for i := range 100 {
		f.add(domain.Errorf(domain.Invalid, "reason %d", i))
	}
	if len(f) != mostReasons+1 || f.Count() != 100 {
		t.Errorf("%d reasons of %d failures", len(f), f.Count())
	}
}

// When the context ends, what was measured is there, and nothing that was cut off is.
func TestInterruption(t *testing.T) {
	for _, rate := range []float64{0, 100} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			l := &Load{Predict: newServer(1, always(10*time.Millisecond)).predict, Requests: anything, Concurrency: 1, Rate: rate}
			r := l.Run(ctx, 0, time.Hour)
			if r.Complete || r.Failures.Count() != 0 || r.Unsent != 0 {
				t.Errorf("complete: %v, failures %v, %d unsent", r.Complete, r.Failures, r.Unsent)
			}
			near(t, "the time", r.Elapsed.Seconds(), 5, 0.01)
			near(t, "the number", float64(r.Latencies.Count()), 500, 0.01)
			near(t, "the rate", r.Rate, 100, 0.01)
		})
	}
}

// Requests are sent in turn, and the warm-up's are not measured.
func TestRequestsAreSentInTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := make([]Request, 3)
		var mu sync.Mutex
		seen := make(map[int]int)
		for i := range requests {
			requests[i].Inputs = make([]domain.Tensor, i)
		}
		predict := func(_ context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			time.Sleep(time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			seen[len(inputs)]++
			return nil, nil
		}
		l := &Load{Predict: predict, Requests: requests, Concurrency: 2}
		r := l.Run(t.Context(), time.Second, time.Second)
		for i := range requests {
			near(t, "the share of a request", float64(seen[i]), 4000/3.0, 0.01)
		}
		near(t, "the number that is measured", float64(r.Latencies.Count()), 2000, 0.01)
	})
}
