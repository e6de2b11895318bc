package service

import (
	"context"
	"os"
	"slices"
	"time"

	"github.com/portent-go/portent/bench/internal/stats"
)

// Reference is the server, with the body JSON, that the others are compared with.
const Reference = "fastapi"

// Plan is how long to measure.
type Plan struct {
	Starts      int // of each server, the median of whose times counts
	Rounds      int
	Turn        time.Duration // of one server, body and number of connections in a round
	Connections []int
}

// trial is one server, body and number of connections.
type trial struct {
	server *running
	body   Body
	result *Result
	all    []float64 // latencies
}

// Measure measures the servers. All of them run all the time; they take turns.
func (p Plan) Measure(ctx context.Context, servers []Server) ([]*Result, error) {
	var results []*Result
	var trials []*trial
	for _, server := range servers {
		r, err := p.start(ctx, server)
		if err != nil {
			results = append(results, &Result{Server: server.Name, Failure: err.Error()})
			continue
		}
		defer r.stop()
		for _, t := range p.trials(ctx, r) {
			trials, results = append(trials, t), append(results, t.result)
		}
	}
	if err := p.compete(ctx, trials); err != nil {
		return nil, err
	}
	compare(results)
	return results, nil
}

// start starts a server as often as planned, the last time to stay.
func (p Plan) start(ctx context.Context, server Server) (*running, error) {
	var times []float64
	for {
		r, err := server.run(ctx)
		if err != nil {
			return nil, err
		}
		if times = append(times, r.start.Seconds()); len(times) >= p.Starts {
			r.starts = times
			return r, nil
		}
		r.stop()
	}
}

// trials returns a server's.
func (p Plan) trials(ctx context.Context, r *running) (trials []*trial) {
	for _, body := range r.Bodies {
		for _, connections := range p.Connections {
			result := &Result{Server: r.Name, Body: body.Name, BodyBytes: len(body.Data), Connections: connections, Start: stats.Median(r.starts)}
			if info, err := os.Stat(r.Binary); err == nil {
				result.Binary = info.Size()
			}
			answer, err := ask(ctx, r.url, body)
			if err != nil {
				result.fail(err)
			} else if !r.Empty {
				result.answer = answer
			}
			trials = append(trials, &trial{server: r, body: body, result: result})
		}
	}
	return trials
}

// compete has every trial warm up, and then take its turn in each round.
func (p Plan) compete(ctx context.Context, trials []*trial) error {
	for round := range p.Rounds + 1 {
		for i := range trials {
			if round%2 == 1 {
				i = len(trials) - 1 - i
			}
			if round == 0 {
				trials[i].turn(p.Turn / 4)
				trials[i].forget()
			} else {
				trials[i].turn(p.Turn)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	for _, t := range trials {
		t.summarise()
	}
	return nil
}

func (t *trial) turn(length time.Duration) {
	r := t.result
	if r.Failure != "" {
		return
	}
	l, err := run(t.server.url, t.body, r.Connections, length)
	if err != nil {
		r.fail(err)
		return
	}
	t.all = append(t.all, l.latencies...)
	r.Errors += l.errors
	r.RoundRates = append(r.RoundRates, l.rate)
	r.RoundP50s = append(r.RoundP50s, stats.Median(l.latencies))
	r.RoundP99s = append(r.RoundP99s, stats.Quantile(l.latencies, 0.99))
	memory, err := memoryOf(t.server.command.Process.Pid)
	if err != nil {
		r.fail(err)
	}
	r.Memory = max(r.Memory, memory)
}

// forget drops what was measured to warm up.
func (t *trial) forget() {
	r := t.result
	t.all, r.Errors, r.RoundRates, r.RoundP50s, r.RoundP99s = nil, 0, nil, nil, nil
}

func (t *trial) summarise() {
	if len(t.all) == 0 {
		return
	}
	r := t.result
	r.P50, r.P99, r.Min = stats.Median(t.all), stats.Quantile(t.all, 0.99), slices.Min(t.all)
	r.Rate = stats.Median(r.RoundRates)
}
