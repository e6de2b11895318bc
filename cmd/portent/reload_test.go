package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestFilesAreFollowed counts what is told of files that change and break, at
// ticks and when asked.
func TestFilesAreFollowed(t *testing.T) {
	var log bytes.Buffer
	var changed bool
	var failure error
	file := &followed{what: "the file", reload: func() (bool, error) { return changed, failure }}
	ticks, hangups := make(chan time.Time), make(chan os.Signal)
	steps := []struct {
		changed bool
		failure error
		asked   bool
		want    string
	}{
		{want: ""}, {asked: true, want: "have not changed"}, {changed: true, want: "read anew"}, {failure: errors.New("one"), want: "one"}, {failure: errors.New("one")},
		{failure: errors.New("one"), asked: true, want: "one"}, {failure: errors.New("two"), want: "goes on"}, {want: ""}, {failure: errors.New("two"), want: "two"},
	}
	for i, step := range steps {
		log.Reset()
		changed, failure = step.changed, step.failure
		ended := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			defer close(ended)
			reloadWhen(ctx, []*followed{file}, ticks, hangups, slog.New(slog.NewTextHandler(&log, nil)))
		}()
		if step.asked {
			hangups <- syscall.SIGHUP
		} else {
			ticks <- time.Time{}
		}
		cancel()
		<-ended
		if text := log.String(); !strings.Contains(text, step.want) || (text == "") != (step.want == "") {
			t.Errorf("step %d: %q, expected %q", i, text, step.want)
		}
	}
}

// TestAHangupWhileTheModelLoads has one come while the other server is asked what
// its model takes, which may take minutes. It would end a process that does not
// listen to it.
func TestAHangupWhileTheModelLoads(t *testing.T) {
	const told = "the tokens have not changed"
	log, stderr := io.Pipe()
	heard := make(chan bool)
	go func() {
		defer close(heard)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if strings.Contains(lines.Text(), told) {
				heard <- true
			}
		}
	}()
	var once sync.Once
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		once.Do(func() {
			if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
				t.Error(err)
			}
			if !<-heard {
				t.Errorf("nothing tells that %s", told)
			}
		})
		w.WriteHeader(http.StatusNotFound)
	}))
	defer other.Close()
	tokens := filepath.Join(t.TempDir(), "tokens")
	if err := os.WriteFile(tokens, []byte("wonderland"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"serve", "--engine", "remote", "--endpoint", other.URL, "--remote-model", "m", "--token-file", tokens, "--addr", "127.0.0.1:0", "--grpc-addr", "off"}
	if err := run(t.Context(), args, nil, nil, io.Discard, stderr); err == nil {
		t.Error("it serves a model that there is not")
	}
	_ = stderr.Close() // of a pipe, which cannot fail
	<-heard
}
