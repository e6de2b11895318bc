//go:build linux

package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/model"
	"github.com/portent-go/portent/ports"
)

// idling is an engine that answers at once with what it has answered before.
type idling struct {
	ports.Predictor
	outputs []domain.Tensor
}

func (e idling) Predict(context.Context, []domain.Tensor) ([]domain.Tensor, error) {
	return slices.Clone(e.outputs), nil
}

// observedHandler returns what answers POST /predict for the shipped model, or an
// engine that does nothing in its place, observed as the program does it.
func observedHandler(b *testing.B, idle, counted, traced bool) http.Handler {
	b.Helper()
	s := serveSettings{loading: loading{engine: engineLocal, workers: 1, threads: 1, tolerance: 1e-4, maxMemory: defaultMaxMemory}}
	logger := slog.New(slog.DiscardHandler)
	if traced {
		stop, err := s.trace(b.Context(), logger)
		if err != nil || s.tracing == nil {
			b.Fatalf("%v, tracing: %v", err, s.tracing)
		}
		b.Cleanup(stop)
	}
	folder, err := model.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	var predictor ports.Predictor
	if predictor, err = s.predictor(b.Context(), folder, logger); err != nil {
		b.Fatal(err)
	}
	if idle {
		predictor = idling{predictor, []domain.Tensor{firstRow(b, folder.Vectors[0].Outputs[0])}}
	}
	classifier, err := serving.NewClassifier(s.traced(predictor), folder.Card, serving.Options{Concurrency: 1})
	if err != nil {
		b.Fatal(err)
	}
	repository := serving.Single(&serving.Served{Name: "m", Version: "1", Card: folder.Card, Model: classifier.Model(), Classifier: classifier, Stats: new(serving.Statistics)})
	b.Cleanup(func() { _ = repository.Close() })
	if counted {
		if err := s.observe(repository); err != nil {
			b.Fatal(err)
		}
	}
	handler, err := httpapi.NewForRepository(repository, httpapi.Options{Logger: logger})
	if err != nil {
		b.Fatal(err)
	}
	return s.tracedHTTP(handler)
}

// firstRow returns the first row of a tensor.
func firstRow(b *testing.B, t domain.Tensor) domain.Tensor {
	b.Helper()
	first, err := t.Rows(0, 1)
	if err != nil {
		b.Fatal(err)
	}
	return first
}

// processorTime returns how long the process has computed.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkObserving compares the processor time of requests that are counted, and
// also traced, one in ten of them, with that of requests that are not. They take
// turns, so that whatever else the machine does is in all of them; what a turn
// starts in the background may end in another one's.
func BenchmarkObserving(b *testing.B) {
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer collector.Close()
	b.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	b.Setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
	b.Setenv("OTEL_TRACES_SAMPLER_ARG", "0.1")
	for _, idle := range []bool{false, true} {
		name := map[bool]string{false: "the shipped model", true: "an engine that does nothing"}[idle]
		b.Run(name, func(b *testing.B) {
			compareObserved(b, observedHandler(b, idle, false, false), observedHandler(b, idle, true, false), observedHandler(b, idle, true, true))
		})
	}
}

func compareObserved(b *testing.B, handlers ...http.Handler) {
	const turn = 100 // requests
	tensor := make([]byte, 4*3*32*32)
	ask := func(handler http.Handler) time.Duration {
		before := processorTime(b)
		for range turn {
			request := httptest.NewRequest(http.MethodPost, "/predict", bytes.NewReader(tensor))
			request.Header.Set("Content-Type", "application/octet-stream")
			recorder := httptest.NewRecorder()
			if handler.ServeHTTP(recorder, request); recorder.Code != http.StatusOK {
				b.Fatal(recorder.Body)
			}
		}
		return processorTime(b) - before
	}
	took := make([][]time.Duration, len(handlers))
	for b.Loop() {
		for i, handler := range handlers {
			took[i] = append(took[i], ask(handler))
		}
	}
	middle := func(i int) float64 {
		slices.Sort(took[i])
		return float64(took[i][len(took[i])/2]) / turn
	}
	plain := middle(0)
	b.ReportMetric(plain/1000, "µs/plain")
	b.ReportMetric(middle(1)/plain, "counted/plain")
	b.ReportMetric(middle(2)/plain, "traced/plain")
	b.ReportMetric(0, "ns/op")
}
