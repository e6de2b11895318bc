package benchresult

import (
	"fmt"
	"math"
	"strconv"

	"golang.org/x/perf/benchmath"
)

// metric is one of the figures of a round that are compared.
type metric struct {
	name   string
	larger bool // larger is better
	of     func(Round) float64
	text   func(float64) string
}

var (
	throughput = metric{"inputs/s", true, func(r Round) float64 { return r.Throughput }, digits}
	metrics    = []metric{
		throughput,
		{"p50", false, func(r Round) float64 { return r.Latency.P50 }, seconds},
		{"p90", false, func(r Round) float64 { return r.Latency.P90 }, seconds},
		{"p99", false, func(r Round) float64 { return r.Latency.P99 }, seconds},
	}
)

// values returns a figure of each round that counts: those that are complete, and of
// latencies those with an answer.
func (c Cell) values(m metric) []float64 {
	var values []float64
	for _, r := range c.Rounds {
		if (r.Requests > 0 || m.larger) && (r.Complete || len(c.Rounds) == 1) {
			values = append(values, m.of(r))
		}
	}
	return values
}

// confidence is that of the ranges that are shown.
const confidence = 0.95

// summary returns the median of values, and the range that the true one is in.
func summary(values []float64) benchmath.Summary {
	return benchmath.AssumeNothing.Summary(benchmath.NewSample(append([]float64{}, values...), &benchmath.DefaultThresholds), confidence)
}

// median returns the middle of values, 0 without any.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return summary(values).Center
}

// noise returns how far the median of values may be off, as a share of it, and
// whether there are enough to tell.
func noise(values []float64) (share float64, known bool) {
	if len(values) == 0 {
		return 0, false
	}
	s := summary(values)
	if math.IsInf(s.Lo, 0) || math.IsInf(s.Hi, 0) || s.Center <= 0 {
		return 0, false
	}
	return max(s.Hi/s.Center-1, 1-s.Lo/s.Center), true
}

// noiseText returns the noise for people.
func noiseText(values []float64) string {
	share, known := noise(values)
	if !known {
		return "?"
	}
	return fmt.Sprintf("%.0f%%", math.Ceil(100*share))
}

// digits returns a number with three digits that count.
func digits(v float64) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	after := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	return strconv.FormatFloat(v, 'f', min(after, 6), 64)
}
