package service

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"fortio.org/fortio/fhttp"
	"fortio.org/fortio/periodic"
	"fortio.org/log"
)

// load is what a closed loop of requests has measured.
type load struct {
	latencies []float64 // seconds
	rate      float64   // good answers a second
	errors    int
}

// run sends a body over some connections for a while: on each, the next request
// follows on the answer to the last.
func run(url string, body Body, connections int, length time.Duration) (load, error) {
	log.SetLogLevelQuiet(log.Critical) // errors are counted
	times := &times{}
	options := &fhttp.HTTPRunnerOptions{
		RunnerOptions: periodic.RunnerOptions{QPS: -1, NumThreads: connections, Duration: length, Out: io.Discard, AccessLogger: times},
		HTTPOptions:   fhttp.HTTPOptions{URL: url, ContentType: body.ContentType, Payload: body.Data, HTTPReqTimeOut: patience},
	}
	result, err := fhttp.RunHTTPTest(options)
	if err != nil {
		return load{}, err
	}
	l := load{latencies: times.seconds}
	for code, count := range result.RetCodes {
		if code != http.StatusOK {
			l.errors += int(count)
		}
	}
	l.rate = float64(result.RetCodes[http.StatusOK]) / result.ActualDuration.Seconds()
	return l, nil
}

// times keeps each request's latency, where the load generator itself has a
// histogram.
type times struct {
	mu      sync.Mutex
	seconds []float64
}

// Start does nothing.
func (t *times) Start(ctx context.Context, _ periodic.ThreadID, _ int64, _ time.Time) context.Context {
	return ctx
}

// Report notes a latency.
func (t *times) Report(_ context.Context, _ periodic.ThreadID, _ int64, _ time.Time, latency float64, _ bool, _ string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seconds = append(t.seconds, latency)
}

// Info is the name that the load generator shows.
func (t *times) Info() string { return "times" }
