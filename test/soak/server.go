//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/portent-go/portent/test/servertest"
)

// launch is how a server is started.
type launch struct {
	binary string
	args   []string // beside serve and the addresses
	env    []string
	jail   jail
	wrap   []string // a program that starts the server, with its arguments
	addr   string   // of HTTP, free ports for the rest too; empty: free ports, which the banner tells
	stderr *os.File // in place of the program's own reading
	log    string   // level; default: info
}

// server is a running process.
type server struct {
	tally             *tally
	command           *exec.Cmd
	http, grpc, admin string
	phase             phase
	log               *logbook
	ended             bool // on purpose
	exited            chan struct{}
	state             error
}

// patience is how long a server may take to begin, or to do what is waited for.
const patience = 2 * time.Minute

// start starts a server and waits until it is ready.
func (s *soak) start(ctx context.Context, t *tally, l launch) (*server, error) {
	if l.binary == "" {
		l.binary = s.binary
	}
	if l.log == "" {
		l.log = "info"
	}
	if l.addr == "" {
		l.addr = "127.0.0.1:0"
	}
	args := append([]string{
		"serve", "--addr", l.addr, "--grpc-addr", "127.0.0.1:0", "--admin-addr", "127.0.0.1:0",
		"--log-format", "json", "--log-burst", "0", "--log-level", l.log,
	}, l.args...)
	words, err := l.jail.command(l.binary, args)
	if err != nil {
		return nil, err
	}
	words = slices.Concat(l.wrap, words)
	p := &server{tally: t, log: newLogbook(), exited: make(chan struct{}), http: l.addr}
	p.command = exec.Command(words[0], words[1:]...) //nolint:gosec,noctx // the program that was built; the scenario ends it
	p.command.Env = append(plainEnvironment(), l.env...)
	if l.jail.mounts() {
		p.command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	}
	if err := p.begin(ctx, l); err != nil {
		if p.command.Process != nil {
			_ = p.command.Process.Kill()
		}
		return nil, err
	}
	return p, nil
}

// plainEnvironment is this process's without what would change the server.
func plainEnvironment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "PORTENT_") || strings.HasPrefix(v, "OTEL_") || strings.HasPrefix(v, "GO")
	})
}

// begin starts the process and reads what it writes.
func (p *server) begin(ctx context.Context, l launch) error {
	var stdout, stderr io.ReadCloser
	var err error
	switch {
	case l.stderr != nil:
		p.command.Stdout, p.command.Stderr = l.stderr, l.stderr
	case l.jail.Log == "":
		if stdout, err = p.command.StdoutPipe(); err != nil {
			return err
		}
		if stderr, err = p.command.StderrPipe(); err != nil {
			return err
		}
	}
	if err := p.command.Start(); err != nil {
		return err
	}
	told := make(chan struct{})
	read := make(chan struct{})
	go func() {
		defer close(read)
		if stderr != nil {
			p.log.read(stderr)
		}
	}()
	go func() {
		if stdout != nil {
			p.readBanner(bufio.NewReader(stdout), told)
		}
		<-read
		p.state = p.command.Wait()
		close(p.exited)
	}()
	if stdout == nil {
		return p.awaitReady(ctx)
	}
	select {
	case <-told:
		return nil
	case <-p.exited:
		return fmt.Errorf("the server did not start: %w\n%s", errors.Join(p.state), p.log.tail())
	case <-time.After(patience):
		return fmt.Errorf("the server did not say within %v that it is ready", patience)
	}
}

// readBanner reads where the server listens, closes told when it knows, and reads on.
func (p *server) readBanner(stdout *bufio.Reader, told chan<- struct{}) {
	if banner, complete := servertest.ReadBanner(stdout); complete {
		p.http, p.grpc, p.admin = strings.TrimPrefix(banner.URL, "http://"), banner.GRPC, banner.Admin
		close(told)
	}
	_, _ = io.Copy(io.Discard, stdout) // a full pipe would block the server
}

// awaitReady asks a server that cannot tell its address until it is ready.
func (p *server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ready := newHTTPAsk("ready", "GET", "/readyz", "", nil)
	return until(ctx, "server that is ready", func() bool {
		line, err := dial(p.http)
		if err != nil {
			return false
		}
		defer line.close()
		a, err := line.ask(ready.raw)
		return err == nil && a.status == 200
	})
}

// until waits for something that other processes do.
func until(ctx context.Context, what string, passed func() bool) error {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !passed() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return fmt.Errorf("there is still no %s: %w", what, ctx.Err())
		}
	}
	return nil
}
