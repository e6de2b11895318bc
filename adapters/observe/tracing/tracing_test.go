package tracing_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc/stats"
	"google.golang.org/protobuf/proto"

	"github.com/portent-go/portent/adapters/observe/tracing"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports"
	"github.com/portent-go/portent/ports/predictortest"
)

const (
	traceID     = "4bf92f3577b34da6a3ce929d0e0e4736"
	traceparent = "00-" + traceID + "-00f067aa0ba902b7-01"
)

// begin starts tracing towards a collector that takes everything.
func begin(t *testing.T) *tracing.Tracing {
	t.Helper()
	sink := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(sink.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", sink.URL+"/v1/traces")
	tracer, err := tracing.FromEnvironment(t.Context(), "1.2.3", slog.New(slog.DiscardHandler))
	if err != nil || tracer == nil {
		t.Fatalf("%v, %v", tracer, err)
	}
	t.Cleanup(func() {
		if err := tracer.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return tracer
}

func TestPredictorKeepsTheContract(t *testing.T) {
	tracer := begin(t)
	predictortest.Run(t, func() (ports.Predictor, error) {
		spec := func(name string, width int) []domain.TensorSpec {
			return []domain.TensorSpec{{Name: name, Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, width}}}
		}
		return tracer.Predictor(predictortest.NewFake(domain.Signature{Inputs: spec("x", 4), Outputs: spec("y", 3)})), nil
	}, predictortest.Options{})
}

func TestNothingIsTracedWithoutAnEndpoint(t *testing.T) {
	if tracer, err := tracing.FromEnvironment(t.Context(), "", slog.New(slog.DiscardHandler)); tracer != nil || err != nil {
		t.Errorf("%v, %v", tracer, err)
	}
	if id := tracing.TraceID(t.Context()); id != "" {
		t.Errorf("trace %q", id)
	}
	tracing.Inject(t.Context(), func(key, value string) { t.Errorf("%s: %s", key, value) })
}

// post sends a request through the middleware and returns what its handler saw.
func post(t *testing.T, tracer *tracing.Tracing, method, parent string) (seen context.Context) {
	t.Helper()
	request := httptest.NewRequest(method, "/predict", http.NoBody)
	request.Header.Set("Traceparent", parent)
	tracer.HTTP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.Context() })).ServeHTTP(httptest.NewRecorder(), request)
	return seen
}

func TestContextComesInAndGoesOut(t *testing.T) {
	tracer := begin(t)
	ctx := post(t, tracer, http.MethodPost, traceparent)
	if id := tracing.TraceID(ctx); id != traceID {
		t.Errorf("trace %q", id)
	}
	headers := make(http.Header)
	tracing.Inject(ctx, headers.Set)
	if out := headers.Get("Traceparent"); !strings.HasPrefix(out, "00-"+traceID+"-") || out == traceparent || !strings.HasSuffix(out, "-01") {
		t.Errorf("what goes out is %q", out)
	}
	if id := tracing.TraceID(post(t, tracer, http.MethodGet, traceparent)); id != "" {
		t.Errorf("a GET is traced as %s", id)
	}
	for _, broken := range []string{"", "00", "00-zz-00f067aa0ba902b7-01", strings.Repeat("0", 10_000), "00-00000000000000000000000000000000-0000000000000000-01"} {
		if id := tracing.TraceID(post(t, tracer, http.MethodPost, broken)); len(id) != 32 || id == traceID {
			t.Errorf("after %.40q the trace is %q", broken, id)
		}
	}
}

func TestMiddlewarePassesOn(t *testing.T) {
	answer := httptest.NewRecorder()
	begin(t).HTTP(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("short"))
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
	})).ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/", http.NoBody))
	if answer.Code != http.StatusTeapot || answer.Body.String() != "short" || !answer.Flushed {
		t.Errorf("%d %s, flushed: %v", answer.Code, answer.Body, answer.Flushed)
	}
}

func TestLogLinesTellTheTrace(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(tracing.LogHandler(slog.NewTextHandler(&out, nil))).With("a", 1)
	logger.InfoContext(post(t, begin(t), http.MethodPost, traceparent), "inside")
	logger.Info("outside")
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "a=1 trace_id="+traceID+" span_id=") || strings.Contains(lines[1], "trace_id") {
		t.Errorf("%s", &out)
	}
}

// TestWhatCallersSendBreaksNoSpans: a text that is no UTF-8 cannot be sent, and must
// not take the spans of all others with it.
func TestWhatCallersSendBreaksNoSpans(t *testing.T) {
	tracer, received := beginReceived(t)
	handler := tracer.HTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tracer.Observe(r.Context(), &serving.Served{Name: "name \xff", Version: "1"}, serving.Observation{Transport: "http", Rows: 1})
		w.WriteHeader(http.StatusNoContent)
	}))
	for _, path := range []string{"/v2/models/%ff%fe/infer", "/predict"} {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, path, nil))
	}
	calls := tracer.GRPC()
	ctx := calls.TagRPC(t.Context(), &stats.RPCTagInfo{FullMethodName: "/\xff/\xffInfer"})
	calls.HandleRPC(ctx, &stats.End{})
	ctx = calls.TagRPC(t.Context(), &stats.RPCTagInfo{FullMethodName: "/inference.GRPCInferenceService/ModelInfer"})
	calls.HandleRPC(ctx, &stats.End{})
	if got := len(received()); got < 3 {
		t.Errorf("%d spans were sent, expected those of 3 requests at least", got)
	}
}

// beginReceived starts tracing, and returns what ends it and gives the spans.
func beginReceived(t *testing.T) (*tracing.Tracing, func() []*otlp.Span) {
	t.Helper()
	var mu sync.Mutex
	var spans []*otlp.Span
	sink := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var sent collector.ExportTraceServiceRequest
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = proto.Unmarshal(body, &sent)
		}
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, resource := range sent.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				spans = append(spans, scope.GetSpans()...)
			}
		}
	}))
	t.Cleanup(sink.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", sink.URL+"/v1/traces")
	tracer, err := tracing.FromEnvironment(t.Context(), "1.2.3", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return tracer, func() []*otlp.Span {
		if err := tracer.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		return spans
	}
}

// TestStagesFollowEachOther: what was waited for before the engine ends where the engine
// begins, even if what is told of the stages does not add up, as on a busy machine.
// What a request waits for within the engine, to be joined with others, is no time before
// it. On a stream all of that holds for each of its requests.
func TestStagesFollowEachOther(t *testing.T) {
	tracer, received := beginReceived(t)
	spec := []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 4}}}
	engine := tracer.Predictor(predictortest.NewFake(domain.Signature{Inputs: spec, Outputs: spec}))
	input, err := domain.MakeTensor(domain.FP32, domain.Shape{1, 4})
	if err != nil {
		t.Fatal(err)
	}
	const requests, before = 2, 7 * time.Nanosecond
	tracer.HTTP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		for range requests {
			ctx := serving.WithTimings(r.Context(), &serving.Timings{Queue: before})
			if _, err := engine.Predict(ctx, []domain.Tensor{input}); err != nil {
				t.Error(err)
			}
			tracer.Observe(ctx, nil, serving.Observation{Input: 1, Queue: before + time.Hour, Infer: 1, Output: 1})
		}
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", http.NoBody))
	stages := map[string][]*otlp.Span{}
	for _, span := range received() {
		stages[span.GetName()] = append(stages[span.GetName()], span)
	}
	for i := range requests {
		decode, queue, infer, encode := stages["decode"][i], stages["queue"][i], stages["infer"][i], stages["encode"][i]
		if decode.GetEndTimeUnixNano() != queue.GetStartTimeUnixNano() || queue.GetEndTimeUnixNano()-queue.GetStartTimeUnixNano() != uint64(before) || queue.GetEndTimeUnixNano() != infer.GetStartTimeUnixNano() || infer.GetEndTimeUnixNano() > encode.GetStartTimeUnixNano() {
			t.Errorf("request %d: %v, %v, %v, %v", i, decode, queue, infer, encode)
		}
	}
}

// TestSpacesAroundValuesMeanNothing, as the libraries have it.
func TestSpacesAroundValuesMeanNothing(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	t.Run("none", func(t *testing.T) {
		t.Setenv("OTEL_TRACES_EXPORTER", "none ")
		if tracer, err := tracing.FromEnvironment(t.Context(), "", slog.New(slog.DiscardHandler)); tracer != nil || err != nil {
			t.Errorf("%v, %v", tracer, err)
		}
	})
	t.Run("a share that is none", func(t *testing.T) {
		t.Setenv("OTEL_TRACES_SAMPLER", "traceidratio ")
		t.Setenv("OTEL_TRACES_SAMPLER_ARG", "2")
		if _, err := tracing.FromEnvironment(t.Context(), "", slog.New(slog.DiscardHandler)); domain.KindOf(err) != domain.Invalid {
			t.Error(err)
		}
	})
}
