package cluster

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	toStart = 3 * time.Minute // a busy machine takes its time
	between = 100 * time.Millisecond
)

// server is a kube-apiserver, over an etcd, as its administrator sees it.
type server struct {
	url       string
	authority *authority // has signed its certificate and its administrator's
	client    *http.Client
	kinds     map[string]kind // by apiVersion and kind
}

// start starts both programs, and waits until they serve. They end with the test.
func start(t *testing.T) *server {
	t.Helper()
	program := os.Getenv("KUBE_APISERVER")
	if program == "" {
		skip(t, "KUBE_APISERVER names no kube-apiserver; make cluster-test builds one")
	}
	database, err := exec.LookPath("etcd")
	if err != nil {
		skip(t, fmt.Sprintf("%v (Debian: etcd-server)", err))
	}
	directory := t.TempDir()
	a := newAuthority(t, directory)
	a.server(t, "apiserver")
	a.server(t, "accounts") // whose key signs the tokens of accounts
	storage, peers := "http://"+freeAddress(t), "http://"+freeAddress(t)
	run(t, exec.CommandContext(t.Context(), database, "--data-dir", filepath.Join(directory, "etcd"),
		"--listen-client-urls", storage, "--advertise-client-urls", storage,
		"--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", "default="+peers))
	address := freeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	served := run(t, exec.CommandContext(t.Context(), program, "--etcd-servers", storage,
		"--bind-address", "127.0.0.1", "--secure-port", port, "--advertise-address", "192.0.2.1", // where nobody looks for it
		"--service-cluster-ip-range", "10.0.0.0/16",
		"--tls-cert-file", a.path("apiserver.crt"), "--tls-private-key-file", a.path("apiserver.key"), "--client-ca-file", a.path("ca.crt"),
		"--service-account-issuer", "https://"+address, "--service-account-signing-key-file", a.path("accounts.key"), "--service-account-key-file", a.path("accounts.crt"),
		"--authorization-mode", "RBAC", "--cert-dir", directory))
	s := &server{url: "https://" + address, authority: a, client: &http.Client{Transport: &http.Transport{TLSClientConfig: a.client(t)}}, kinds: map[string]kind{}}
	s.await(t, "readiness", func() bool {
		select {
		case <-served:
			t.Fatal("the kube-apiserver has ended")
		default:
		}
		response, err := s.client.Get(s.url + "/readyz")
		if err != nil {
			return false // it does not listen yet
		}
		defer response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return s
}

// skip skips a test aloud, but on CI, where everything must be there.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip("SKIPPED: " + why)
}

// freeAddress returns an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// log is what a program writes, which is shown if the test fails.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

// Write adds to the log.
func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// tail returns its last lines.
func (l *log) tail() []byte {
	const most = 8 << 10
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.Bytes()
	return text[max(0, len(text)-most):]
}

// run starts a program, which is killed after the test, and returns what tells that
// it has ended.
func run(t *testing.T, command *exec.Cmd) <-chan struct{} {
	t.Helper()
	written, ended := new(log), make(chan struct{})
	command.Stdout, command.Stderr = written, written
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // should the test be killed
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = command.Wait() // killed, or the log tells
		close(ended)
	}()
	t.Cleanup(func() {
		<-ended
		if t.Failed() {
			t.Logf("%s wrote last:\n%s", command.Path, written.tail())
		}
	})
	return ended
}

// await waits until something is so.
func (s *server) await(t *testing.T, what string, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), toStart)
	defer cancel()
	ticks := time.NewTicker(between)
	defer ticks.Stop()
	for !so() {
		select {
		case <-ticks.C:
		case <-ctx.Done():
			t.Fatalf("%s has been waited for for %v", what, toStart)
		}
	}
}
