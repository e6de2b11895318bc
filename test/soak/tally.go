//go:build linux

package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// outcome is what became of a request, as the package's comment says.
type outcome int

const (
	accepted outcome = iota
	refused
	left
	wrong
	lost
	crashed // of a process
	outcomes
)

// shownFaults is how many faults of a scenario are told in words.
const shownFaults = 8

// tally counts a scenario's outcomes. It is safe for concurrent use.
type tally struct {
	name string
	took time.Duration

	mu       sync.Mutex
	sent     int
	counts   [outcomes]int
	reasons  map[string]int // why requests were refused or left
	faults   []string
	figures  []string
	skipped  []string
	internal int // answers of status 500 among the wrong ones
}

func newTally(name string) *tally { return &tally{name: name, reasons: make(map[string]int)} }

// count counts a request. The reason is one of a few for refused and left, and
// tells what happened for wrong and lost.
func (t *tally) count(o outcome, reason string) {
	t.mu.Lock()
	t.sent++
	t.mu.Unlock()
	t.fault(o, reason)
}

// fault counts an outcome that is not a request's, such as a crash.
func (t *tally) fault(o outcome, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts[o]++
	switch {
	case o >= wrong:
		if len(t.faults) < shownFaults {
			t.faults = append(t.faults, fmt.Sprintf("%v: %s", o, reason))
		}
	case o != accepted:
		t.reasons[reason]++
	}
}

func (o outcome) String() string {
	return [...]string{"accepted", "refused", "left", "WRONG", "LOST", "CRASHED"}[o]
}

// figure notes a line for the reader.
func (t *tally) figure(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.figures = append(t.figures, fmt.Sprintf(format, args...))
}

// skip notes what could not be tried.
func (t *tally) skip(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.skipped = append(t.skipped, fmt.Sprintf(format, args...))
}

func (t *tally) of(o outcome) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counts[o]
}

// answered500 notes that a client has seen an internal error.
func (t *tally) answered500() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.internal++
}

// tell writes what the table has no room for.
func (t *tally) tell(w io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, line := range t.figures {
		fmt.Fprintln(w, "  ", line)
	}
	for _, reason := range slices.Sorted(maps.Keys(t.reasons)) {
		fmt.Fprintf(w, "   %8d %s\n", t.reasons[reason], reason)
	}
	for _, line := range t.skipped {
		fmt.Fprintln(w, "   SKIPPED:", line)
	}
	for _, line := range t.faults {
		fmt.Fprintln(w, "  ", line)
	}
}
