package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/observe/metrics"
	"github.com/portent-go/portent/domain/serving"
)

// TestAProfileDoesNotHoldUpTheEnd: who profiles all the time is answered with what
// there is by then, and the server ends as it should.
func TestAProfileDoesNotHoldUpTheEnd(t *testing.T) {
	var s serveSettings
	var err error
	if s.metrics, err = metrics.New(serving.NewRepository(nil), metrics.Options{}); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	admin := s.adminServer(slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	go func() { ended <- admin.serve(listener) }()
	answers := make(chan int, 2)
	for range cap(answers) { // only one can be made at a time, so that the answer to the other tells that it has begun
		go func() {
			response, err := http.Get("http://" + listener.Addr().String() + "/debug/pprof/trace?seconds=3600")
			if err != nil {
				t.Error(err)
				answers <- 0
				return
			}
			defer response.Body.Close()
			if _, err := io.Copy(io.Discard, response.Body); err != nil {
				t.Error(err)
			}
			answers <- response.StatusCode
		}()
	}
	if got := <-answers; got != http.StatusInternalServerError {
		t.Errorf("a second profile: status %d", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := admin.shutdown(ctx); err != nil {
		t.Errorf("it does not end while a profile is made: %v", err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if got := <-answers; got != http.StatusOK {
		t.Errorf("the profile: status %d", got)
	}
}
