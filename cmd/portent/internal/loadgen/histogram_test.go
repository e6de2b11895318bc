package loadgen

import (
	"testing"
	"time"
)

func TestPercentiles(t *testing.T) {
	h, other := NewHistogram(), NewHistogram()
	for i := 1; i <= 1000; i++ {
		to := h
		if i%2 == 0 {
			to = other
		}
		to.record(time.Duration(i) * 100 * time.Microsecond)
	}
	h.Add(other)
	h.Add(NewHistogram())
	for p, want := range map[float64]time.Duration{50: 50 * time.Millisecond, 90: 90 * time.Millisecond, 99: 99 * time.Millisecond, 100: 100 * time.Millisecond} {
		near(t, "a percentile", h.Percentile(p).Seconds(), want.Seconds(), 0.001)
	}
	if h.Count() != 1000 || h.Max() != 100*time.Millisecond {
		t.Errorf("%d latencies up to %v", h.Count(), h.Max())
	}
	near(t, "the mean", h.Mean().Seconds(), 0.05005, 0.001)
}

func TestHistogramsBounds(t *testing.T) {
	h := NewHistogram()
	if h.Percentile(99) != 0 || h.Max() != 0 || h.Count() != 0 {
		t.Error("an empty histogram has latencies")
	}
	h.record(-time.Second)
	h.record(48 * time.Hour)
	if h.Count() != 2 || h.Max() != longest || h.Percentile(50) != 1 {
		t.Errorf("%d latencies, %v to %v", h.Count(), h.Percentile(50), h.Max())
	}
	one := NewHistogram()
	one.record(123456789)
	if p := one.Percentile(50); p != 123456789 {
		t.Errorf("the only latency is %v", p)
	}
}

// Of few latencies the 99th percentile is the largest: one of 72 is more than 1 %.
func TestPercentilesOfFew(t *testing.T) {
	h := NewHistogram()
	for i := 1; i <= 72; i++ {
		h.record(time.Duration(i) * time.Second)
	}
	near(t, "p99", h.Percentile(99).Seconds(), 72, 0)
	near(t, "p90", h.Percentile(90).Seconds(), 65, 0.001) // 64.8 of them
	near(t, "p50", h.Percentile(50).Seconds(), 36, 0.001)
}
