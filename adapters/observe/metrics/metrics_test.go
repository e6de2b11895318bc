package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/observe/metrics"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

func signature() domain.Signature {
	return domain.Signature{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 4}}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 3}}},
	}
}

func inputs(t *testing.T) []domain.Tensor {
	t.Helper()
	tensor, err := domain.NewTensor(domain.Shape{1, 4}, []float32{1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	return []domain.Tensor{tensor}
}

func newServed(name, version string, options serving.Options) *serving.Served {
	return &serving.Served{
		Name: name, Version: version, Card: serving.Card{Name: name, Version: version, SHA256: "abc"},
		Model: serving.NewModel(predictortest.NewFake(signature()), options), Stats: new(serving.Statistics),
	}
}

// observed returns a repository of one model, with metrics that observe it.
func observed(t *testing.T, served *serving.Served, options metrics.Options) (*serving.Repository, *metrics.Metrics) {
	t.Helper()
	repository := serving.Single(served)
	t.Cleanup(func() {
		if err := repository.Close(); err != nil {
			t.Error(err)
		}
	})
	m, err := metrics.New(repository, options)
	if err != nil {
		t.Fatal(err)
	}
	repository.AddObserver(m)
	return repository, m
}

// scrape returns what Prometheus would read.
func scrape(t *testing.T, m *metrics.Metrics, accept string) string {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody)
	request.Header.Set("Accept", accept)
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, request)
	if answer.Code != http.StatusOK {
		t.Fatalf("status %d: %s", answer.Code, answer.Body)
	}
	return answer.Body.String()
}

func has(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf("there is no line %s in\n%s", line, ours(text))
		}
	}
}

// ours returns the lines about Portent.
func ours(text string) string {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "portent_") {
			lines.WriteString(line)
		}
	}
	return lines.String()
}

func TestRequestsAreCounted(t *testing.T) {
	served := newServed("m", "2", serving.Options{})
	repository, m := observed(t, served, metrics.Options{Version: "1.2.3"})
	ms := time.Millisecond
	repository.Observe(t.Context(), served, serving.Observation{Transport: "grpc", Rows: 3, Input: ms, Queue: 2 * ms, Infer: 40 * ms, Output: 8 * ms})
	repository.Observe(t.Context(), served, serving.Observation{Transport: "grpc", Rows: 1, Infer: 2 * time.Second})
	repository.Observe(t.Context(), served, serving.Observation{Transport: "http", Err: &domain.Error{Kind: domain.Overloaded}})
	text := scrape(t, m, "")
	has(t, text,
		`portent_requests_total{kind="ok",model="m",transport="grpc",version="2"} 2`,
		`portent_requests_total{kind="overloaded",model="m",transport="http",version="2"} 1`,
		`portent_requests_shed_total{model="m",transport="http",version="2"} 1`,
		`portent_requests_shed_total{model="m",transport="grpc",version="2"} 0`,
		`portent_inputs_total{model="m",transport="grpc",version="2"} 4`,
		`portent_request_duration_seconds_count{model="m",transport="grpc",version="2"} 2`,
		`portent_request_duration_seconds_bucket{model="m",transport="grpc",version="2",le="0.05"} 0`,
		`portent_request_duration_seconds_bucket{model="m",transport="grpc",version="2",le="0.1"} 1`,
		`portent_stage_duration_seconds_bucket{model="m",stage="decode",transport="grpc",version="2",le="0.001"} 2`,
		`portent_stage_duration_seconds_bucket{model="m",stage="queue",transport="grpc",version="2",le="0.001"} 1`,
		`portent_stage_duration_seconds_bucket{model="m",stage="infer",transport="grpc",version="2",le="0.025"} 0`,
		`portent_stage_duration_seconds_bucket{model="m",stage="infer",transport="grpc",version="2",le="0.05"} 1`,
		`portent_stage_duration_seconds_bucket{model="m",stage="encode",transport="grpc",version="2",le="0.01"} 2`,
		`portent_batch_size_bucket{model="m",version="2",le="1"} 1`,
		`portent_batch_size_bucket{model="m",version="2",le="4"} 2`,
		`portent_batch_size_sum{model="m",version="2"} 4`,
		`portent_ready 1`, `portent_model_ready{model="m",version="2"} 1`,
	)
	if !strings.Contains(text, `portent_build_info{goarch="`) || !strings.Contains(text, `version="1.2.3"} 1`) || !strings.Contains(text, "\ngo_goroutines ") {
		t.Errorf("about the build and the process:\n%s", text)
	}
	if strings.Contains(text, `duration_seconds_count{model="m",transport="http"`) {
		t.Error("a request that was refused has a latency")
	}
	if got := served.Stats.Snapshot(); got.Success.Count != 2 || got.Fail.Count != 1 {
		t.Errorf("the model's own statistics: %+v", got)
	}
}

func TestEveryKindIsCounted(t *testing.T) {
	served := newServed("m", "1", serving.Options{})
	repository, m := observed(t, served, metrics.Options{})
	for _, kind := range domain.Kinds() {
		repository.Observe(t.Context(), served, serving.Observation{Transport: "http", Err: &domain.Error{Kind: kind}})
	}
	repository.Observe(t.Context(), served, serving.Observation{Transport: "http", Err: errors.New("disk full")})
	text := scrape(t, m, "")
	for _, kind := range domain.Kinds() {
		count := 1
		if kind == domain.Internal {
			count = 2
		}
		has(t, text, fmt.Sprintf(`portent_requests_total{kind=%q,model="m",transport="http",version="1"} %d`, strings.ReplaceAll(kind.String(), " ", "_"), count))
	}
	has(t, text, `portent_requests_shed_total{model="m",transport="http",version="1"} 1`)
}

// TestNamesOfClientsAreNoLabels asks for models that are not served: what clients
// write must not make series.
func TestNamesOfClientsAreNoLabels(t *testing.T) {
	repository, m := observed(t, newServed("m", "1", serving.Options{}), metrics.Options{})
	for i := range 100 {
		_, _, err := repository.Acquire(fmt.Sprintf("made-up-%d", i), "")
		repository.Observe(t.Context(), nil, serving.Observation{Transport: "http", Err: err})
	}
	text := scrape(t, m, "")
	has(t, text, `portent_requests_total{kind="not_found",model="",transport="http",version=""} 100`)
	if strings.Contains(text, "made-up") {
		t.Errorf("a name that a client wrote is a label:\n%s", ours(text))
	}
}

func TestExemplarsNameTheTrace(t *testing.T) {
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	served := newServed("m", "1", serving.Options{})
	type key struct{}
	repository, m := observed(t, served, metrics.Options{TraceID: func(ctx context.Context) string {
		id, _ := ctx.Value(key{}).(string)
		return id
	}})
	repository.Observe(t.Context(), served, serving.Observation{Transport: "http", Infer: time.Minute})
	if text := scrape(t, m, "application/openmetrics-text; version=1.0.0"); strings.Contains(text, "trace_id") {
		t.Errorf("an exemplar without a trace:\n%s", ours(text))
	}
	repository.Observe(context.WithValue(t.Context(), key{}, trace), served, serving.Observation{Transport: "http", Infer: 3 * time.Millisecond})
	text := scrape(t, m, "application/openmetrics-text; version=1.0.0")
	for _, want := range []string{
		`portent_request_duration_seconds_bucket{model="m",transport="http",version="1",le="0.005"} 1 # {trace_id="` + trace + `"} 0.003`,
		`portent_stage_duration_seconds_bucket{model="m",stage="infer",transport="http",version="1",le="0.005"} 1 # {trace_id="` + trace + `"} 0.003`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s in\n%s", want, ours(text))
		}
	}
}

func TestOnlyReading(t *testing.T) {
	_, m := observed(t, newServed("m", "1", serving.Options{}), metrics.Options{})
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/metrics", http.NoBody))
	if answer.Code != http.StatusMethodNotAllowed || answer.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("%d %v", answer.Code, answer.Header())
	}
}
