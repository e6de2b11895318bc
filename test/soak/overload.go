//go:build linux

package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// slow returns what starts a server which is busy long before its clients are: one
// prediction at a time, computed without assembly, takes several milliseconds.
// Otherwise clients and server, which share the processors, would be overloaded
// together. The race detector makes it slow enough, and without assembly far too slow.
func (s *soak) slow() []string { return append(isaFlag(s.slowISA()), "--workers", "1") }

func (s *soak) slowISA() string {
	if s.race {
		return ""
	}
	return "generic"
}

const (
	overloadTimes = 10
	connections   = 512
	refusedWithin = 10 * time.Millisecond // at the 99th percentile, on the server's clock
)

// overload offers ten times what the server can do.
func overload(ctx context.Context, s *soak, t *tally) error {
	d, err := s.reference(ctx, t, s.slowISA())
	if err != nil {
		return err
	}
	return s.underTraffic(ctx, t, launch{args: s.slow(), log: "debug"}, d, connections, func(p *server, load *traffic) error {
		capacity := measureCapacity(ctx, load, s.part(12))
		t.figure("capacity: %.0f requests a second (%s)", capacity, strings.Join(s.slow(), " "))
		p.log.forget()
		others := newOthers(p.command.Process.Pid)
		memory := newGauge(func() int64 { return rss(p.command.Process.Pid) })
		load.overload(ctx, s.span, capacity)
		memory.stop()
		checkRefusals(t, p, others.share(), s.race)
		checkMemory(t, memory, s.race)
		return nil
	})
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
	t.hurry = true
	okay, refusals := tally.of(accepted), tally.of(refused)
	timed, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	offered, withheld, spent := t.openLoop(timed, overloadTimes*capacity, connections)
	took := spent.Seconds()
	tally.figure("offered: %.0f a second for %.0f s over at most %d connections, %.1f times the capacity (%d more were withheld, since as many were under way)",
		float64(offered)/took, took, connections, float64(offered)/took/capacity, withheld)
	tally.figure("answered: %.0f a second; refused: %.0f a second", float64(tally.of(accepted)-okay)/took, float64(tally.of(refused)-refusals)/took)
}

// mostOthers is the share of the processors that other programs may have, for times
// to be the server's own.
const mostOthers = 0.1

// checkRefusals looks at how long refusals took on the server's own clock, as the
// log of its requests tells it. While other programs take the processors away, that
// says how long the server waited for one.
func checkRefusals(t *tally, p *server, others float64, race bool) {
	var all []time.Duration
	byPlace := p.log.refused()
	for _, place := range slices.Sorted(maps.Keys(byPlace)) {
		t.figure("refusals on the server's clock, %s: %s", place, spread(byPlace[place]))
		all = append(all, byPlace[place]...)
	}
	slices.Sort(all)
	t.figure("refusals on the server's clock, all: %s", spread(all))
	t.figure("answers on the server's clock: %s", spread(p.log.answered()))
	p99 := percentile(all, 99)
	if len(all) == 0 {
		t.fault(crashed, "an overloaded server has refused nothing")
	}
	t.figure("other programs had %.0f %% of the processors meanwhile", 100*others)
	switch {
	case p99 <= refusedWithin:
	case race:
		t.skip("refusals take %v at p99: not judged, since the race detector makes the server several times slower", p99.Round(time.Microsecond))
	case others > mostOthers:
		t.skip("refusals take %v at p99, and not %v as they should: not judged, since other programs had %.0f %% of the processors", p99.Round(time.Microsecond), refusedWithin, 100*others)
	default:
		t.fault(crashed, fmt.Sprintf("refusals take %v at p99, %v is allowed", p99, refusedWithin))
	}
}

// spread tells how times are spread.
func spread(sorted []time.Duration) string {
	at := func(p float64) time.Duration { return percentile(sorted, p).Round(time.Microsecond) }
	return fmt.Sprintf("median %v, p99 %v, p99.9 %v, longest %v (%d)", at(50), at(99), at(99.9), at(100), len(sorted))
}
