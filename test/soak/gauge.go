//go:build linux

package main

import (
	"fmt"
	"slices"
	"time"
)

// gauge measures something again and again.
type gauge struct {
	values []int64
	end    chan struct{}
	ended  chan struct{}
}

func newGauge(measure func() int64) *gauge {
	g := &gauge{end: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(g.ended)
		ticker := time.NewTicker(100 * time.Millisecond)
		defer ticker.Stop()
		for {
			g.values = append(g.values, measure())
			select {
			case <-ticker.C:
			case <-g.end:
				return
			}
		}
	}()
	return g
}

func (g *gauge) stop() {
	close(g.end)
	<-g.ended
}

// Bounds of the server's memory.
const (
	mostMemory = 512 << 20
	slack      = 48 << 20 // by which the second half's peak may be above the first's
	enough     = 300      // values, from half a minute, for halves to be comparable
)

// checkMemory sees that memory did not keep growing.
func checkMemory(t *tally, g *gauge, race bool) {
	most := int64(mostMemory)
	if race {
		most *= 4 // the race detector's share
	}
	half := len(g.values) / 2
	if half == 0 {
		return
	}
	first, second := slices.Max(g.values[:half]), slices.Max(g.values[half:])
	t.figure("memory: %s at the beginning, at most %s in the first half and %s in the second", mib(g.values[0]), mib(first), mib(second))
	if second > most || len(g.values) >= enough && second > first+slack {
		t.fault(crashed, fmt.Sprintf("memory grew to %s, from %s in the first half", mib(second), mib(first)))
	}
}
