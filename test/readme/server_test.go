//go:build documents && unix

package readme

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/portent-go/portent/test/servertest"
)

// server is a `portent serve` in the background.
type server struct {
	process *exec.Cmd
	log     servertest.Log
	ended   chan error
	byGo    bool // by go run, which ends with status 1 when it is interrupted, whatever it runs
}

// serve starts a server in place of the one that runs, and returns its banner when
// that is complete: the server is ready then.
func (s *section) serve(block Block, line string) string {
	s.Helper()
	s.stop()
	started := &server{ended: make(chan error, 1), byGo: strings.HasPrefix(line, "go run ")}
	started.process = exec.Command("bash", "-c", remembered+strings.TrimSuffix(line, "\n"))
	started.process.Dir, started.process.Env, started.process.Stderr = s.folder, s.environ(), &started.log
	started.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // to reach all that the line starts
	stdout, err := started.process.StdoutPipe()
	if err != nil {
		s.Fatal(err)
	}
	if err := started.process.Start(); err != nil {
		s.Fatal(err)
	}
	s.server = started
	banner, complete := started.banner(stdout)
	if !complete {
		s.Fatalf("%s:%d: the server does not become ready: it printed\n%s%s", s.document, block.Line, banner, s.log())
	}
	s.Logf("%s:%d\n%s", s.document, block.Line, banner)
	return banner
}

// banner reads up to the banner's last line. What is printed after it goes to the
// log.
func (s *server) banner(stdout io.Reader) (banner string, complete bool) {
	waiting := time.AfterFunc(longest, func() { s.signal(syscall.SIGKILL) })
	defer waiting.Stop()
	lines := bufio.NewReader(stdout)
	told, complete := servertest.ReadBanner(lines)
	go func() {
		_, _ = io.Copy(&s.log, lines) // a full pipe would block the server
		s.ended <- s.process.Wait()
	}()
	return told.Text, complete
}

func (s *server) signal(signal syscall.Signal) {
	_ = syscall.Kill(-s.process.Process.Pid, signal) // it may have ended
}

// stop stops the server that runs as its reader would, which must go well.
func (s *section) stop() {
	s.Helper()
	if s.server == nil {
		return
	}
	const stopsWithin = 20 * time.Second
	stopping := s.server
	stopping.signal(syscall.SIGINT)
	select {
	case err := <-stopping.ended:
		if err != nil && !stopping.byGo {
			s.Errorf("the server ends with %v\n%s", err, s.log())
		}
	case <-time.After(stopsWithin):
		stopping.signal(syscall.SIGKILL)
		s.Errorf("the server does not end within %v of Ctrl+C (%v)\n%s", stopsWithin, <-stopping.ended, s.log())
	}
	if strings.Contains(stopping.log.String(), "panicked") {
		s.Errorf("a handler has panicked\n%s", s.log())
	}
	s.server = nil
}

// log is what the server that runs has said.
func (s *section) log() string {
	if s.server == nil {
		return ""
	}
	return fmt.Sprintf("the server's log:\n%s", &s.server.log)
}
