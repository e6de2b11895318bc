//go:build linux

package main

import (
	"context"
	"fmt"
	"time"
)

// slow is a server which is busy long before its clients are: one prediction at a
// time, computed without assembly, takes several milliseconds. Otherwise clients and
// server, which share the processors, would be overloaded together.
var slow = []string{"--isa", "generic", "--workers", "1"}

const (
	slowISA       = "generic"
	overloadTimes = 10
	connections   = 512
	refusedWithin = 10 * time.Millisecond // at the 99th percentile, on the server's clock
)

// overload offers ten times what the server can do.
func overload(ctx context.Context, s *soak, t *tally) error {
	d, err := s.reference(ctx, t, slowISA)
	if err != nil {
		return err
	}
	p, err := s.start(ctx, t, launch{args: slow, log: "debug"})
	if err != nil {
		return err
	}
	defer p.stop()
	before, err := p.goroutines()
	if err != nil {
		return err
	}
	load, err := newTraffic(p, d, connections)
	if err != nil {
		return err
	}
	defer load.close()
	load.calm(ctx)
	capacity := measureCapacity(ctx, load, s.part(12))
	t.figure("capacity: %.0f requests a second (one prediction at a time, without assembly)", capacity)
	p.log.forget()
	memory := newGauge(func() int64 { return rss(p.command.Process.Pid) })
	load.overload(ctx, s.span, capacity)
	memory.stop()
	checkRefusals(t, p)
	checkMemory(t, memory)
	load.calm(ctx)
	load.close()
	p.settled(ctx, before)
	return nil
}

// measureCapacity returns how many requests a second are answered.
func measureCapacity(ctx context.Context, load *traffic, span time.Duration) float64 {
	before := load.http.tally.of(accepted)
	timed, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	start := time.Now()
	load.closedLoop(timed, 16)
	return float64(load.http.tally.of(accepted)-before) / time.Since(start).Seconds()
}

// overload offers ten times a capacity for a time, and notes what came of it.
func (t *traffic) overload(ctx context.Context, span time.Duration, capacity float64) {
	tally := t.http.tally
	okay, refusals := tally.of(accepted), tally.of(refused)
	timed, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	offered, withheld, spent := t.openLoop(timed, overloadTimes*capacity, connections)
	took := spent.Seconds()
	tally.figure("offered: %.0f a second for %v over at most %d connections, %.1f times the capacity (%d more were withheld, since as many were under way)",
		float64(offered)/took, span, connections, float64(offered)/took/capacity, withheld)
	tally.figure("answered: %.0f a second; refused: %.0f a second", float64(tally.of(accepted)-okay)/took, float64(tally.of(refused)-refusals)/took)
}

// checkRefusals looks at how long refusals took on the server's own clock, as the
// log of its requests tells it.
func checkRefusals(t *tally, p *server) {
	refusals, answers := p.log.times()
	p99 := percentile(refusals, 99)
	t.figure("refusals on the server's clock: median %v, p99 %v, p99.9 %v, longest %v (%d)", percentile(refusals, 50).Round(time.Microsecond),
		p99.Round(time.Microsecond), percentile(refusals, 99.9).Round(time.Microsecond), percentile(refusals, 100).Round(time.Microsecond), len(refusals))
	t.figure("answers on the server's clock: median %v, p99 %v (%d)", percentile(answers, 50).Round(time.Microsecond), percentile(answers, 99).Round(time.Microsecond), len(answers))
	if len(refusals) == 0 {
		t.fault(crashed, "an overloaded server has refused nothing")
	}
	if p99 > refusedWithin {
		t.fault(crashed, fmt.Sprintf("refusals take %v at p99, %v is allowed", p99, refusedWithin))
	}
}
