package loadgen

import (
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// What the histogram tells apart: latencies up to longest, to three digits.
const (
	longest = time.Hour
	digits  = 3
)

// rounding is how far a rank may be off by the computer's arithmetic.
const rounding = 1e-9

// Histogram holds latencies in bounded memory.
type Histogram struct {
	counts   *hdrhistogram.Histogram
	largest  time.Duration
	smallest time.Duration
}

// NewHistogram returns an empty one.
func NewHistogram() *Histogram {
	return &Histogram{counts: hdrhistogram.New(1, int64(longest), digits)}
}

func (h *Histogram) record(d time.Duration) {
	d = min(max(d, 1), longest)
	if err := h.counts.RecordValue(int64(d)); err != nil {
		return // cannot be: it is within the bounds
	}
	if h.counts.TotalCount() == 1 || d < h.smallest {
		h.smallest = d
	}
	h.largest = max(h.largest, d)
}

// Add adds the latencies of another histogram.
func (h *Histogram) Add(other *Histogram) {
	if other.Count() == 0 {
		return
	}
	if h.Count() == 0 || other.smallest < h.smallest {
		h.smallest = other.smallest
	}
	h.largest = max(h.largest, other.largest)
	h.counts.Merge(other.counts)
}

// Count returns how many latencies there are.
func (h *Histogram) Count() int { return int(h.counts.TotalCount()) }

// Max returns the largest latency, 0 without any.
func (h *Histogram) Max() time.Duration { return h.largest }

// Mean returns the mean latency, 0 without any.
func (h *Histogram) Mean() time.Duration { return time.Duration(h.counts.Mean()) }

// Percentile returns the smallest latency that at least so many of a hundred do not
// exceed, 0 without any.
func (h *Histogram) Percentile(p float64) time.Duration {
	if h.Count() == 0 {
		return 0
	}
	rank := math.Ceil(p/100*float64(h.Count()) - rounding) // which the histogram would round to the nearest
	return min(max(time.Duration(h.counts.ValueAtPercentile(100*rank/float64(h.Count()))), h.smallest), h.largest)
}
