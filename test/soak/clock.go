//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// clock has the wall clock jump under a server with requests under way, far ahead and
// back. The machine's own clock is left alone: the server is the program built with a
// time.Now whose wall clock can be moved, which is all that a program sees of a jump,
// since the monotonic clock does not jump. Another server, as it is shipped, is
// started where the monotonic clock is years ahead.
func clock(ctx context.Context, s *soak, t *tally) error {
	if err := s.jumpingClock(ctx, t); err != nil {
		return err
	}
	return s.oldMachine(ctx, t)
}

// jumps are by how many seconds the wall clock is off, one after the other.
var jumps = []int64{3600, -3600, 86400 * 365 * 20, -86400 * 365 * 20, 0, 7, -7, 0}

func (s *soak) jumpingClock(ctx context.Context, t *tally) error {
	if s.short {
		t.skip("jumps of the wall clock: a program whose clock can be moved takes minutes to compile, and is tried by the long run")
		return nil
	}
	d, err := s.reference(ctx, t, s.slowISA())
	if err != nil {
		return err
	}
	binary, file := filepath.Join(s.folder, "portent-clock"), filepath.Join(s.folder, "clock")
	switch err := s.buildWithClock(ctx, binary); {
	case errors.Is(err, errOtherGo):
		t.skip("jumps of the wall clock: %v", err)
		return nil
	case err != nil:
		return err
	}
	// Deadlines, rates and idle times are at work: they must not take jumps for time.
	args := []string{"--timeout", "20s", "--rate", "100000", "--batch", "4"}
	return s.underTraffic(ctx, t, launch{binary: binary, args: append(args, s.slow()...), env: []string{clockVariable + "=" + file}}, d, 32, func(p *server, load *traffic) error {
		refusedBefore := t.of(refused)
		if err := s.askWhile(ctx, load, func() error { return p.moveAbout(ctx, file, s.part(30)) }); err != nil {
			return err
		}
		if n := t.of(refused) - refusedBefore; n > 0 {
			t.fault(wrong, fmt.Sprintf("%d requests were refused while the clock jumped, and the server was not full", n))
		}
		t.figure("the wall clock was moved %d times, by up to 20 years either way", len(jumps))
		return nil
	})
}

// askWhile has clients ask while something is done.
func (s *soak) askWhile(ctx context.Context, load *traffic, do func() error) error {
	timed, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() { load.closedLoop(timed, 8) })
	group.Go(func() { load.grpc.stream(timed, load.doors, 0) })
	err := do()
	cancel()
	group.Wait()
	return err
}

// moveAbout has the server's wall clock jump about.
func (p *server) moveAbout(ctx context.Context, file string, between time.Duration) error {
	for _, jump := range jumps {
		if err := p.moveClock(ctx, file, jump); err != nil {
			return err
		}
		pause(ctx, between)
	}
	return nil
}

// moveClock has the server's wall clock be off, and waits until its answers say so.
func (p *server) moveClock(ctx context.Context, file string, seconds int64) error {
	if err := os.WriteFile(file, []byte(strconv.FormatInt(seconds, 10)), 0o600); err != nil {
		return err
	}
	if err := p.command.Process.Signal(syscall.SIGUSR1); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ask := newHTTPAsk("date", "GET", "/healthz", "", nil)
	return until(ctx, fmt.Sprintf("jump of the clock by %d s", seconds), func() bool {
		line, err := dial(p.http)
		if err != nil {
			return false
		}
		defer line.close()
		answer, err := line.ask(ask.raw)
		if err != nil {
			return false
		}
		date, err := http.ParseTime(answer.header.Get("Date"))
		off := time.Until(date) - time.Duration(seconds)*time.Second
		return err == nil && off.Abs() < 3*time.Second
	})
}

// oldMachine starts the program in a time namespace, in which the machine has been up
// for years.
func (s *soak) oldMachine(ctx context.Context, t *tally) error {
	wrap := []string{"unshare", "--time", "--monotonic", "900000000", "--boottime", "900000000", "--"}
	if err := exec.CommandContext(ctx, wrap[0], append(wrap[1:], "true")...).Run(); err != nil { //nolint:gosec // what is written here
		t.skip("a monotonic clock that is years ahead: no time namespace: %v", err)
		return nil
	}
	d, err := s.reference(ctx, t, "")
	if err != nil {
		return err
	}
	p, err := s.start(ctx, t, launch{wrap: wrap})
	if err != nil {
		return err
	}
	defer p.stop()
	t.figure("started on a machine that has been up for 28 years")
	return s.askMuch(ctx, p, d)
}
