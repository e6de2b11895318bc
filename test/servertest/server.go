// Package servertest starts Portent's program in tests as whoever operates it does,
// and ends it so.
package servertest

import (
	"bufio"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// How long a server may take to begin and to end, on a busy machine.
const (
	startsWithin = 2 * time.Minute
	stopsWithin  = 20 * time.Second
)

// Server is a running process.
type Server struct {
	Banner
	Command *exec.Cmd
	log     Log
	ended   chan struct{} // closed when it has
	err     error         // how it ended, to be read after that
	waited  bool          // for its end
}

// Start starts a command that serves, and waits until it is ready. It is stopped
// with the test. Its log is kept, unless the command has another place for it.
func Start(t testing.TB, command *exec.Cmd) *Server {
	t.Helper()
	s := &Server{Command: command, ended: make(chan struct{})}
	if command.Stderr == nil {
		command.Stderr = &s.log
	}
	stdout, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	hangs := time.AfterFunc(startsWithin, func() { _ = command.Process.Kill() })
	defer hangs.Stop()
	lines := bufio.NewReader(stdout)
	banner, complete := ReadBanner(lines)
	s.Banner = banner
	go func() {
		defer close(s.ended)
		_, _ = io.Copy(io.Discard, lines) // a full pipe would block the server
		s.err = command.Wait()
	}()
	if !complete {
		<-s.ended
		t.Fatalf("the server does not become ready: %v\n%s%s", s.err, banner.Text, &s.log)
	}
	t.Cleanup(func() { s.Stop(t) })
	return s
}

// Stop stops a server as a service is stopped, which must go well. A server whose end
// has been waited for is left alone.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if !s.waited {
		s.Terminate(t)
		s.EndsWell(t)
	}
}

// Terminate sends SIGTERM.
func (s *Server) Terminate(t testing.TB) {
	t.Helper()
	if err := s.Command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
}

// EndsWell waits for a server that is about to end, and looks how it does, and
// whether it has met anything that it did not expect.
func (s *Server) EndsWell(t testing.TB) {
	t.Helper()
	if err := s.Wait(t); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	if strings.Contains(s.log.String(), "panicked") {
		t.Error("a handler has panicked")
	}
	if t.Failed() {
		t.Logf("the server's log:\n%s", &s.log)
	}
}

// Wait waits for a server that is about to end, and returns how it does.
func (s *Server) Wait(t testing.TB) error {
	t.Helper()
	s.waited = true
	select {
	case <-s.ended:
	case <-time.After(stopsWithin):
		t.Errorf("the server does not end within %v", stopsWithin)
		_ = s.Command.Process.Kill()
		<-s.ended
	}
	return s.err
}
