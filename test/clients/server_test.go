package clients

import (
	"bufio"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// server is a running `portent serve`.
type server struct {
	process *exec.Cmd
	url     string // of HTTP
	grpc    string // host:port
	log     *output
	ended   chan error
}

// output keeps what a process prints.
type output struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// serve starts a server on free ports and reads where it listens. When the test
// ends, it is stopped as a service is, which must go well.
func serve(t *testing.T, args ...string) *server {
	t.Helper()
	s := &server{log: new(output), ended: make(chan error, 1)}
	s.process = exec.Command(portent, append([]string{"serve", "--addr", "127.0.0.1:0", "--grpc-addr", "127.0.0.1:0"}, args...)...)
	s.process.Stderr = s.log
	banner, err := s.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.stop(t) })
	if !s.read(banner) {
		t.Fatalf("the banner names no addresses\n%s", s.log)
	}
	return s
}

// read reads the banner, and waits for the process when it is over.
func (s *server) read(banner io.Reader) bool {
	lines := bufio.NewScanner(banner)
	for (s.url == "" || s.grpc == "") && lines.Scan() {
		switch name, value, _ := strings.Cut(strings.TrimSpace(lines.Text()), " "); name {
		case "inference":
			s.url = strings.TrimSuffix(strings.TrimSpace(value), "/v2")
		case "grpc":
			s.grpc = strings.TrimSpace(value)
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, banner) // a full pipe would block the server
		s.ended <- s.process.Wait()
	}()
	return s.url != "" && s.grpc != ""
}

// stop sends SIGTERM and looks how the server ends, and whether it met anything
// that it did not expect.
func (s *server) stop(t *testing.T) {
	t.Helper()
	const stopsWithin = 15 * time.Second
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	select {
	case err := <-s.ended:
		if err != nil {
			t.Errorf("after SIGTERM: %v", err)
		}
		t.Log("the server ended with exit status 0")
	case <-time.After(stopsWithin):
		t.Errorf("the server does not end within %v", stopsWithin)
		_ = s.process.Process.Kill()
		<-s.ended
	}
	if strings.Contains(s.log.String(), "panicked") {
		t.Error("a handler has panicked")
	}
	if t.Failed() {
		t.Logf("the server's log:\n%s", s.log)
	}
}
