package benchresult

import (
	"cmp"
	"slices"
	"time"

	"github.com/portent-go/portent/cmd/portent/internal/loadgen"
)

// Collector gathers a cell's rounds.
type Collector struct {
	cell      Cell
	latencies *loadgen.Histogram
	failures  loadgen.Failures
}

// NewCollector returns one for a cell in which there is no more than what it is.
func NewCollector(cell Cell) *Collector {
	return &Collector{cell: cell, latencies: loadgen.NewHistogram(), failures: make(loadgen.Failures)}
}

// Add takes a round. One in which nothing happened is left out, and so is one that
// was interrupted, unless it is all there is.
func (c *Collector) Add(r *loadgen.Round) {
	if r.Latencies.Count()+r.Failures.Count() == 0 || !r.Complete && len(c.cell.Rounds) > 0 {
		return
	}
	c.latencies.Add(r.Latencies)
	c.failures.Add(r.Failures)
	c.cell.Unsent += r.Unsent
	c.cell.Rounds = append(c.cell.Rounds, Round{
		Requests: r.Latencies.Count(), Failed: r.Failures.Count(), Seconds: r.Elapsed.Seconds(),
		Throughput: r.Rate * float64(c.cell.Batch), Latency: latencyOf(r.Latencies), Complete: r.Complete,
	})
}

// Fail notes why nothing can be measured.
func (c *Collector) Fail(err error) { c.cell.Error = err.Error() }

// Failed reports whether nothing can be measured.
func (c *Collector) Failed() bool { return c.cell.Error != "" }

// Cell returns the cell with what was measured.
func (c *Collector) Cell() Cell {
	cell := c.cell
	cell.Requests, cell.Latency = c.latencies.Count(), latencyOf(c.latencies)
	cell.Throughput = median(cell.values(throughput))
	cell.Failures = []Failure{}
	for reason, count := range c.failures {
		cell.Failures = append(cell.Failures, Failure{reason.Kind, reason.Message, count})
	}
	slices.SortFunc(cell.Failures, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Message, b.Message))
	})
	return cell
}

func latencyOf(h *loadgen.Histogram) Latency {
	return Latency{
		P50: h.Percentile(50).Seconds(), P90: h.Percentile(90).Seconds(), P99: h.Percentile(99).Seconds(),
		Max: h.Max().Seconds(), Mean: h.Mean().Seconds(),
	}
}

// seconds returns a time for people: three digits.
func seconds(s float64) string {
	d := time.Duration(s * float64(time.Second))
	switch {
	case d == 0:
		return "-"
	case d < time.Millisecond:
		return digits(d.Seconds()*1e6) + " us"
	case d < time.Second:
		return digits(d.Seconds()*1e3) + " ms"
	default:
		return digits(d.Seconds()) + " s"
	}
}
