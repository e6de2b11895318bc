package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/portent-go/portent/bench/internal/stats"
	"github.com/portent-go/portent/bench/internal/worker"
)

// measurement is that of all peers on one subject.
type measurement struct {
	plan    Plan
	subject Subject
	peers   []Peer
	results []Result
	outputs [][][]float32 // by peer, of each setup
}

// latency measures single samples on one thread.
func (m *measurement) latency(ctx context.Context) {
	m.outputs = make([][][]float32, len(m.peers))
	var entries []*entry
	for i := range m.peers {
		e := m.plan.enter(ctx, m.subject, m.peers, i, oneThread, 1)
		defer e.leave()
		entries = append(entries, e)
	}
	m.plan.compete(entries)
	for _, e := range entries {
		m.record(e)
		r := &m.results[e.peer]
		if e.output == nil {
			continue
		}
		r.FirstAnswer, r.Version = e.firstAnswer.Seconds(), e.version
		r.Latency = latencyOf(e.rounds)
		if e.err == nil {
			var err error
			if r.Memory, err = e.process.Memory(); err != nil {
				r.fail(err)
			}
		}
	}
}

// record keeps what every entry has: an output, or an error.
func (m *measurement) record(e *entry) {
	if e.output != nil {
		m.outputs[e.peer] = append(m.outputs[e.peer], e.output)
	}
	if e.err != nil {
		m.results[e.peer].fail(fmt.Errorf("%s: %w", e.setup.name, e.err))
	}
}

// latencyOf summarises rounds, nil if there was none.
func latencyOf(rounds []worker.Reply) *Latency {
	var all []float64
	l := &Latency{}
	for _, r := range rounds {
		p50 := 0.0
		if len(r.Latencies) > 0 {
			p50 = stats.Median(r.Latencies)
		}
		l.Rounds = append(l.Rounds, p50)
		all = append(all, r.Latencies...)
	}
	if len(all) == 0 {
		return nil
	}
	l.Count, l.P50, l.Min, l.P99 = len(all), stats.Median(all), slices.Min(all), stats.Quantile(all, 0.99)
	return l
}

// throughput measures batches with all cores.
func (m *measurement) throughput(ctx context.Context) {
	var entries []*entry
	for i := range m.peers {
		if !m.fastEnough(i) {
			continue
		}
		for _, with := range allCores() {
			e := m.plan.enter(ctx, m.subject, m.peers, i, with, batch)
			defer e.leave()
			entries = append(entries, e)
		}
	}
	m.plan.compete(entries)
	for _, e := range entries {
		m.record(e)
		if e.err == nil {
			m.results[e.peer].add(e)
		}
	}
}

// longestBatch is how long a batch may take to be measured.
const longestBatch = 4 * time.Second

// fastEnough reports whether a peer has shown that a batch will not take
// forever.
func (m *measurement) fastEnough(peer int) bool {
	r := &m.results[peer]
	if r.Latency == nil {
		return false
	}
	expected := time.Duration(batch * r.Latency.P50 * float64(time.Second))
	if expected > longestBatch {
		r.fail(fmt.Errorf("no batches, as one would take %v", expected.Round(100*time.Millisecond)))
		return false
	}
	return true
}

// add takes a setup's throughput, which counts if it is the best so far.
func (r *Result) add(e *entry) {
	var rounds, rates []float64
	for _, reply := range e.rounds {
		rounds = append(rounds, reply.Rate)
		if reply.Rate > 0 {
			rates = append(rates, reply.Rate)
		}
	}
	if r.Throughput == nil {
		r.Throughput = &Throughput{Rounds: make(map[string][]float64)}
	}
	t := r.Throughput
	t.Rounds[e.setup.name] = rounds
	if rate := stats.Median(rates); rate > t.Rate {
		t.Rate, t.Setup = rate, e.setup.name
	}
}

func (r *Result) fail(err error) {
	if r.Failure != "" {
		err = errors.Join(errors.New(r.Failure), err)
	}
	r.Failure = err.Error()
}

// compare relates every peer to the reference, if that is there.
func (m *measurement) compare() {
	at := slices.IndexFunc(m.peers, func(p Peer) bool { return p.Name == Reference })
	if at < 0 {
		return
	}
	for i := range m.results {
		m.results[i].compare(m.results[at])
		m.results[i].differ(m.outputs[i], m.outputs[at])
	}
}

func (r *Result) compare(reference Result) {
	if l, of := r.Latency, reference.Latency; l != nil && of != nil {
		l.Ratio = stats.Finite(stats.Ratio(l.Rounds, of.Rounds))
	}
	if t, of := r.Throughput, reference.Throughput; t != nil && of != nil {
		t.Ratio = stats.Finite(stats.Ratio(t.Rounds[t.Setup], of.Rounds[of.Setup]))
	}
}

// differ notes the largest difference between outputs of the same input. The
// single sample's comes first, then those of batches.
func (r *Result) differ(outputs, reference [][]float32) {
	if len(outputs) == 0 || len(reference) == 0 {
		return
	}
	largest := stats.MaxDifference(outputs[0], reference[0])
	if len(reference) > 1 {
		for _, output := range outputs[1:] {
			largest = max(largest, stats.MaxDifference(output, reference[1]))
		}
	}
	if r.Difference = stats.Finite(largest); r.Difference == nil {
		r.fail(errors.New("the outputs are not finite, or not as many as the reference's"))
	}
}
