//go:build linux

package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"syscall"
	"time"
)

// phase says whether a server may cut connections off.
type phase struct {
	ending atomic.Int64 // when the signal to end was sent, in nanoseconds of the process; 0: not yet
	killed atomic.Bool
}

// epoch is what times of a phase are counted from.
var epoch = time.Now()

func (p *phase) end()  { p.ending.Store(int64(time.Since(epoch))) }
func (p *phase) kill() { p.killed.Store(true) }

// isEnding reports whether the signal was sent before a moment.
func (p *phase) isEnding(before time.Time) bool {
	at := p.ending.Load()
	return at != 0 && time.Duration(at) <= before.Sub(epoch)
}

// running reports whether the process has not ended.
func (p *server) running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// stop asks the server to end, once, and sees that it ends well, within its grace
// period of ten seconds and a little.
func (p *server) stop() (took time.Duration) {
	if p.ended {
		return 0
	}
	p.ended = true
	if !p.running() {
		p.check("before it was asked to")
		return 0
	}
	start := time.Now()
	p.phase.end()
	_ = p.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
		p.check("")
	case <-time.After(15 * time.Second):
		p.tally.fault(crashed, "the server did not end within 15 s of SIGTERM")
		_ = p.command.Process.Kill()
		<-p.exited
	}
	return time.Since(start)
}

// kill ends the process at once.
func (p *server) kill() {
	p.ended = true
	if !p.running() {
		p.check("before it was killed")
		return
	}
	p.phase.kill()
	_ = p.command.Process.Kill()
	<-p.exited
	p.inspectLog()
}

// check counts an end that is not a good one.
func (p *server) check(unasked string) {
	if unasked != "" || p.state != nil {
		p.tally.fault(crashed, fmt.Sprintf("the server ended %s: %v\n%s", unasked, p.state, p.log.tail()))
	}
	p.inspectLog()
}

// inspectLog counts what the log tells and no client has seen.
func (p *server) inspectLog() {
	for _, trace := range p.log.crashes() {
		p.tally.fault(crashed, "in the log: "+trace)
	}
	p.tally.mu.Lock()
	seen := p.tally.internal
	p.tally.mu.Unlock()
	if internal := p.log.internalErrors(); internal > seen {
		p.tally.fault(wrong, fmt.Sprintf("the log has %d internal errors, clients saw %d\n%s", internal, seen, p.log.tail()))
	}
}

// leavesNothing starts a server, does something with it, and waits until that has left
// no goroutines.
func (s *soak) leavesNothing(ctx context.Context, t *tally, l launch, do func(*server) error) error {
	p, err := s.start(ctx, t, l)
	if err != nil {
		return err
	}
	defer p.stop()
	before, err := p.goroutines(ctx)
	if err != nil {
		return err
	}
	if err := do(p); err != nil {
		return err
	}
	p.settled(ctx, before)
	return nil
}

// settled waits until the server has no more goroutines than in the beginning, but
// for a few that come and go.
func (p *server) settled(ctx context.Context, before int) {
	const few = 3
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	now := 0
	err := until(ctx, "return of the goroutines", func() bool {
		n, err := p.goroutines(ctx)
		now = n
		return err == nil && n <= before+few
	})
	p.tally.figure("goroutines: %d before, %d after", before, now)
	if err != nil {
		p.tally.fault(crashed, fmt.Sprintf("%d goroutines before, %d after", before, now))
	}
}
