package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
)

// span is the part of a span that is compared.
type span struct {
	trace, id, parent, name, service string
	start, end                       uint64
	attributes                       map[string]string
}

// spans is a collector that speaks OTLP over HTTP.
type spans struct {
	mu  sync.Mutex
	all []span
}

// collect starts a collector, and has the program send its spans there.
func collect(t *testing.T) *spans {
	t.Helper()
	s := new(spans)
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var request collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &request)
		}
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL.Path, err)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.add(&request)
	}))
	t.Cleanup(listener.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", listener.URL)
	return s
}

func (s *spans) add(request *collector.ExportTraceServiceRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, resource := range request.GetResourceSpans() {
		service := ""
		for _, a := range resource.GetResource().GetAttributes() {
			if a.GetKey() == "service.name" {
				service = a.GetValue().GetStringValue()
			}
		}
		for _, scope := range resource.GetScopeSpans() {
			for _, got := range scope.GetSpans() {
				one := span{
					trace: hex.EncodeToString(got.GetTraceId()), id: hex.EncodeToString(got.GetSpanId()), parent: hex.EncodeToString(got.GetParentSpanId()),
					name: got.GetName(), service: service, start: got.GetStartTimeUnixNano(), end: got.GetEndTimeUnixNano(), attributes: make(map[string]string),
				}
				for _, a := range got.GetAttributes() {
					one.attributes[a.GetKey()] = a.GetValue().GetStringValue()
				}
				s.all = append(s.all, one)
			}
		}
	}
}

// below returns the spans of a name below a parent.
func (s *spans) below(parent, name string) (found []span) {
	for _, one := range s.all {
		if one.parent == parent && one.name == name {
			found = append(found, one)
		}
	}
	return found
}

// only returns the one span of a name below a parent.
func (s *spans) only(t *testing.T, parent, name string) span {
	t.Helper()
	found := s.below(parent, name)
	if len(found) != 1 {
		t.Fatalf("%d spans %s below %s, of %+v", len(found), name, parent, s.all)
	}
	return found[0]
}

// The trace and span that a client names.
const (
	clientTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	clientSpan  = "00f067aa0ba902b7"
	traceparent = "00-" + clientTrace + "-" + clientSpan + "-01"
)

// ended ends a server, which sends its last spans.
func (s *server) ended(t *testing.T) {
	t.Helper()
	s.stop()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
}

// TestOneTraceFromTheClientToTheEngine sends a request through two servers: the
// second is the engine of the first, over gRPC and over HTTP.
func TestOneTraceFromTheClientToTheEngine(t *testing.T) {
	for name, test := range map[string]struct {
		endpoint func(s *server) string
		method   string
	}{
		"grpc": {func(s *server) string { return "grpc://" + s.grpc }, "inference.GRPCInferenceService/ModelInfer"},
		"http": {func(s *server) string { return s.url }, "POST"},
	} {
		t.Run(name, func(t *testing.T) {
			received := collect(t)
			engine := serveModel(t)
			front := serveModel(t, "--engine", "remote", "--endpoint", test.endpoint(engine), "--remote-model", engine.modelName(t), "--model", modelFolder, "--log-level", "debug")
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, front.url+"/predict", bytes.NewReader(readFile(t, samples(t)[0])))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "image/png")
			request.Header.Set("Traceparent", traceparent)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			if response.StatusCode != http.StatusOK {
				t.Fatalf("status %d", response.StatusCode)
			}
			front.ended(t)
			engine.ended(t)
			asked := received.only(t, clientSpan, "POST")
			stages(t, received, asked)
			inner := received.only(t, received.only(t, asked.id, "infer").id, test.method)
			stages(t, received, inner)
			ours := 0 // the others are of the first server's self-test
			for _, one := range received.all {
				if one.trace == clientTrace {
					ours++
				}
			}
			if ours != 10 || asked.trace != clientTrace || inner.trace != clientTrace || asked.service != "portent" {
				t.Errorf("%d spans, expected 10: %+v", ours, received.all)
			}
			if asked.attributes["portent.model"] == "" || asked.attributes["portent.transport"] != "http" {
				t.Errorf("%v", asked.attributes)
			}
			if log := front.stderr.String(); !regexp.MustCompile(`msg=request .*path=/predict .*request_id=\S+ .*trace_id=` + clientTrace + ` span_id=` + asked.id).MatchString(log) {
				t.Errorf("the log does not tell the trace:\n%s", log)
			}
		})
	}
}

// stages looks for the stages of a request below its span, one after the other.
func stages(t *testing.T, received *spans, request span) {
	t.Helper()
	const slack = 1e6 // nanoseconds: clocks are read one after the other
	at := request.start - slack
	for _, name := range []string{"decode", "queue", "infer", "encode"} {
		stage := received.only(t, request.id, name)
		if stage.start+slack < at || stage.end > request.end+slack || stage.end < stage.start {
			t.Errorf("stage %s is from %d to %d, the one before it ended at %d, the request at %d", name, stage.start, stage.end, at, request.end)
		}
		at = stage.end
	}
}

// TestTracesBeginAndEndHere has a client that names no trace, one that asks for
// its trace not to be kept, and one that calls by gRPC.
func TestTracesBeginAndEndHere(t *testing.T) {
	received := collect(t)
	t.Setenv("OTEL_SERVICE_NAME", "mine")
	s := serveModel(t)
	name := s.modelName(t)
	if status, body := s.post(t, "/v2/models/"+name+"/infer", "application/json", inferBody()); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	unwanted, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v2/models/"+name+"/infer", bytes.NewReader(inferBody()))
	if err != nil {
		t.Fatal(err)
	}
	unwanted.Header.Set("Traceparent", strings.TrimSuffix(traceparent, "1")+"0")
	response, err := http.DefaultClient.Do(unwanted)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	_, metrics := s.get(t, "/metrics", "Accept", "application/openmetrics-text; version=1.0.0")
	connection, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	ctx := metadata.AppendToOutgoingContext(t.Context(), "traceparent", traceparent)
	if _, err := inferencepb.NewGRPCInferenceServiceClient(connection).ModelInfer(ctx, &inferencepb.ModelInferRequest{ModelName: "nobody-knows"}); err == nil {
		t.Error("a model that there is not predicted")
	}
	s.ended(t)
	begun := received.only(t, "", "POST")
	stages(t, received, begun)
	refused := received.only(t, clientSpan, "inference.GRPCInferenceService/ModelInfer")
	if refused.trace != clientTrace || refused.attributes["error.type"] != "not found" || refused.service != "mine" || len(received.all) != 6 {
		t.Errorf("%+v", received.all)
	}
	if want := `# {trace_id="` + begun.trace + `"}`; !strings.Contains(metrics, want) {
		t.Errorf("there is no exemplar %s", want)
	}
	if strings.Contains(metrics, clientTrace) {
		t.Error("a trace that is not kept is an exemplar")
	}
}

func TestNoTracesUnlessAskedFor(t *testing.T) {
	for _, variable := range []string{"OTEL_SDK_DISABLED=true", "OTEL_TRACES_EXPORTER=none", "OTEL_TRACES_SAMPLER=always_off"} {
		t.Run(variable, func(t *testing.T) {
			received := collect(t)
			name, value, _ := strings.Cut(variable, "=")
			t.Setenv(name, value)
			s := serveModel(t)
			if status, _ := s.post(t, "/predict", "image/png", readFile(t, samples(t)[0])); status != http.StatusOK {
				t.Errorf("status %d", status)
			}
			s.ended(t)
			if len(received.all) > 0 {
				t.Errorf("%+v", received.all)
			}
		})
	}
}

func TestImpossibleTracesAreRefused(t *testing.T) {
	collect(t)
	for _, variable := range []string{"OTEL_TRACES_SAMPLER=sometimes", "OTEL_EXPORTER_OTLP_PROTOCOL=smoke", "OTEL_TRACES_EXPORTER=zipkin", "OTEL_PROPAGATORS=b3", "OTEL_TRACES_SAMPLER_ARG=NaN", "OTEL_TRACES_SAMPLER_ARG=10%"} {
		t.Run(variable, func(t *testing.T) {
			name, value, _ := strings.Cut(variable, "=")
			t.Setenv("OTEL_TRACES_SAMPLER", "traceidratio")
			t.Setenv(name, value)
			ctx, cancel := context.WithCancel(t.Context())
			cancel() // it ends at once if it begins
			var stderr bytes.Buffer
			err := run(ctx, []string{"serve", "--model", filepath.Clean(modelFolder), "--addr", "127.0.0.1:0", "--grpc-addr", "off"}, nil, nil, io.Discard, &stderr)
			if err == nil || !strings.Contains(stderr.String(), name) || !strings.Contains(stderr.String(), "expected") {
				t.Errorf("%v: %s", err, &stderr)
			}
		})
	}
}
