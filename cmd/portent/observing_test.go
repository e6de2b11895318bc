package main

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
)

// inferBody asks the shipped model for a prediction of zeros, in JSON.
func inferBody() []byte {
	return []byte(`{"inputs":[{"name":"pixel_values","shape":[1,3,32,32],"datatype":"FP32","data":[0` + strings.Repeat(",0", 3071) + `]}]}`)
}

// inferByGRPC asks a model for a prediction of zeros.
func (s *server) inferByGRPC(t *testing.T, model string) error {
	t.Helper()
	connection, err := grpc.NewClient(s.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	_, err = inferencepb.NewGRPCInferenceServiceClient(connection).ModelInfer(t.Context(), &inferencepb.ModelInferRequest{
		ModelName:        model,
		Inputs:           []*inferencepb.ModelInferRequest_InferInputTensor{{Name: "pixel_values", Datatype: "FP32", Shape: []int64{1, 3, 32, 32}}},
		RawInputContents: [][]byte{make([]byte, 4*3072)},
	})
	return err
}

// modelName returns the name of the model that the server has.
func (s *server) modelName(t *testing.T) string {
	t.Helper()
	_, text := s.get(t, "/metrics")
	found := regexp.MustCompile(`portent_model_info\{.*model="([^"]+)"`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no model is told of:\n%s", text)
	}
	return found[1]
}

// askEveryWay asks for a prediction through every transport, rightly and for a
// model that there is not.
func (s *server) askEveryWay(t *testing.T) {
	t.Helper()
	name := s.modelName(t)
	if status, body := s.post(t, "/predict", "image/png", readFile(t, samples(t)[0])); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	if status, body := s.post(t, "/v2/models/"+name+"/infer", "application/json", inferBody()); status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	if err := s.inferByGRPC(t, name); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/models/nobody-knows/predict", "/v2/models/nobody-knows/infer"} {
		if status, _ := s.post(t, path, "application/json", inferBody()); status != http.StatusNotFound {
			t.Errorf("%s: status %d", path, status)
		}
	}
	if err := s.inferByGRPC(t, "nobody-knows"); err == nil {
		t.Error("a model that there is not predicted")
	}
}

func TestMetricsOfEveryTransport(t *testing.T) {
	s := serveModel(t)
	s.askEveryWay(t)
	if status, body := s.post(t, "/predict", "application/json", []byte("{")); status != http.StatusBadRequest {
		t.Errorf("status %d: %s", status, body)
	}
	name := s.modelName(t)
	status, text := s.get(t, "/metrics")
	if status != http.StatusOK || strings.Contains(text, "nobody-knows") {
		t.Fatalf("status %d\n%s", status, text)
	}
	for _, transport := range []string{"http", "openinference", "grpc"} {
		for _, want := range []string{
			fmt.Sprintf(`portent_requests_total{kind="ok",model=%q,transport=%q,version="1"} 1`, name, transport),
			fmt.Sprintf(`portent_requests_total{kind="not_found",model="",transport=%q,version=""} 1`, transport),
			fmt.Sprintf(`portent_request_duration_seconds_count{model=%q,transport=%q,version="1"} 1`, name, transport),
		} {
			if !strings.Contains(text, want) {
				t.Errorf("there is no %s", want)
			}
		}
		for _, stage := range []string{"decode", "infer", "encode"} {
			sum := fmt.Sprintf(`portent_stage_duration_seconds_sum{model=%q,stage=%q,transport=%q,version="1"} `, name, stage, transport)
			if !strings.Contains(text, sum) || strings.Contains(text, sum+"0\n") {
				t.Errorf("%s took no time", sum)
			}
		}
	}
	for _, want := range []string{`portent_requests_total{kind="invalid",model="` + name, `portent_model_selftest_difference{model="` + name, "portent_build_info{", "process_resident_memory_bytes "} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s in\n%s", want, text)
		}
	}
}

// TestMonitoringIsOfWhatThereIs looks for every metric that the dashboard and the
// alerts ask for.
func TestMonitoringIsOfWhatThereIs(t *testing.T) {
	s := serveModel(t)
	s.askEveryWay(t)
	_, text := s.get(t, "/metrics")
	name := regexp.MustCompile(`\b(portent|process|go)_[a-z0-9_]+`)
	exported := make(map[string]bool)
	for line := range strings.Lines(text) {
		if found := name.FindString(line); found != "" && !strings.HasPrefix(line, "#") {
			exported[found] = true
		}
	}
	for _, file := range []string{"dashboard.json", "alerts.yml"} {
		asked := name.FindAllString(string(readFile(t, "../../deploy/monitoring", file)), -1)
		if len(asked) < 10 {
			t.Errorf("%s asks for %d metrics", file, len(asked))
		}
		for _, metric := range asked {
			if !exported[metric] {
				t.Errorf("%s asks for %s, which is not exported", file, metric)
			}
		}
	}
	for metric := range exported {
		if strings.HasPrefix(metric, "portent_") && !documented(t, metric) {
			t.Errorf("the README does not tell of %s", metric)
		}
	}
}

// documented reports whether the README has a metric, of a histogram its name.
func documented(t *testing.T, metric string) bool {
	t.Helper()
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		metric = strings.TrimSuffix(metric, suffix)
	}
	return bytes.Contains(readFile(t, "../../README.md"), []byte("`"+metric+"`"))
}

func TestAdminListener(t *testing.T) {
	s := serveModel(t, "--admin-addr", "127.0.0.1:0")
	if s.admin == "" {
		t.Fatal("the banner does not tell the admin address")
	}
	admin := &server{url: "http://" + s.admin}
	for path, want := range map[string]string{
		"/": "/metrics", "/metrics": "portent_build_info", "/debug/pprof/": "goroutine", "/debug/pprof/goroutine?debug=1": "goroutine profile", "/debug/pprof/cmdline": "",
	} {
		if status, body := admin.get(t, path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: status %d, %s", path, status, body)
		}
	}
	if status, _ := admin.post(t, "/predict", "application/json", []byte("{}")); status != http.StatusNotFound {
		t.Errorf("the admin listener predicts: status %d", status)
	}
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/goroutine"} {
		if status, _ := s.get(t, path); status != http.StatusNotFound {
			t.Errorf("%s for callers: status %d", path, status)
		}
	}
	if without := serveModel(t); without.admin != "" {
		t.Errorf("an admin listener that nobody asked for, on %s", without.admin)
	}
}
