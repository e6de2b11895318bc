package openinference_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/portent-go/portent/adapters/transport/internal/web/webtest"
	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// shelf is a loader of fake classifiers.
type shelf struct {
	t      testing.TB
	found  map[string][]string
	broken map[string]error // by name
}

func (s *shelf) Scan(context.Context) (map[string][]string, error) { return s.found, nil }

func (s *shelf) Load(_ context.Context, name, version string) (*serving.Served, error) {
	if err := s.broken[name]; err != nil {
		return nil, err
	}
	return served(s.t, name, version, predictortest.NewFake(classifierSignature), serving.Options{}), nil
}

func newShelf(t testing.TB) (*shelf, *openinference.Handler) {
	t.Helper()
	loader := &shelf{t: t, found: map[string][]string{"a": {"1", "2"}, "b": {""}, "c": {"1"}}, broken: map[string]error{"c": domain.Errorf(domain.Invalid, "the file is torn")}}
	repository := serving.NewRepository(loader)
	closeAfter(t, repository)
	return loader, openinference.New(repository, openinference.Options{})
}

// index returns the index as lines such as "a 1 READY".
func index(t testing.TB, handler http.Handler, body string) []string {
	t.Helper()
	response := ask(handler, "POST", "/v2/repository/index", body)
	entries := decodeStrictly[[]struct{ Name, Version, State, Reason string }](t, response.Body)
	lines := []string{}
	for _, e := range entries {
		line := strings.Join([]string{e.Name, e.Version, e.State}, " ")
		if e.Reason != "" {
			line += ": " + e.Reason
		}
		lines = append(lines, line)
	}
	return lines
}

func TestTheRepositoryFromOutside(t *testing.T) {
	_, handler := newShelf(t)
	step := func(path, body string, status int, says string) {
		t.Helper()
		if response := ask(handler, "POST", path, body); response.Code != status || !strings.Contains(response.Body.String(), says) {
			t.Errorf("%s: %d %s, want %d %q", path, response.Code, response.Body, status, says)
		}
	}
	indexIs := func(body string, want ...string) {
		t.Helper()
		if got := index(t, handler, body); !reflect.DeepEqual(got, append([]string{}, want...)) {
			t.Errorf("the index is %q, want %q", got, want)
		}
	}
	indexIs("", "a 1 UNAVAILABLE", "a 2 UNAVAILABLE", "b  UNAVAILABLE", "c 1 UNAVAILABLE")
	indexIs(`{"ready":true}`)
	if response := ask(handler, "GET", "/v2/health/ready", ""); response.Code != http.StatusServiceUnavailable {
		t.Errorf("ready while nothing is loaded: %d", response.Code)
	}
	step("/v2/repository/models/a/load", "", 200, "{}")
	step("/v2/repository/models/b/load/", `{"parameters":{}}`, 200, "{}")
	step("/v2/repository/models/a/load", `{"parameters":null}`, 200, "{}")
	step("/v2/repository/models/c/load", `{}`, 400, "the file is torn")
	step("/v2/repository/models/d/load", "", 404, "model d is not in the repository")
	step("/v2/repository/models/d/unload", "", 404, "model d is not served here")
	indexIs(`{"ready":true}`, "a 1 READY", "a 2 READY", "b  READY")
	if got := index(t, handler, `{"ready":false}`); !strings.Contains(strings.Join(got, "\n"), "c 1 UNAVAILABLE: the file is torn") {
		t.Errorf("the index is %q", got)
	}
	if response := ask(handler, "GET", "/v2/models/a", ""); !strings.Contains(response.Body.String(), `"versions":["1","2"]`) {
		t.Errorf("metadata: %s", response.Body)
	}
	if response := ask(handler, "GET", "/v2/models/b", ""); strings.Contains(response.Body.String(), `"versions"`) {
		t.Errorf("metadata without versions: %s", response.Body)
	}
	for path, version := range map[string]string{"/v2/models/a/infer": "2", "/v2/models/a/versions/1/infer": "1", "/v2/models/b/infer": ""} {
		if got := decodeStrictly[answer](t, ask(handler, "POST", path, example).Body); got.ModelVersion != version || len(got.Outputs) != 1 {
			t.Errorf("%s: %+v", path, got)
		}
	}
	step("/v2/repository/models/a/unload", `{"parameters":{"unload_dependents":false}}`, 200, "{}")
	step("/v2/models/a/infer", example, 404, "is not served here")
	indexIs(`{"ready":true}`, "b  READY")
}

func TestStatistics(t *testing.T) {
	_, handler := newShelf(t)
	for _, name := range []string{"a", "b"} {
		ask(handler, "POST", "/v2/repository/models/"+name+"/load", "")
	}
	type duration struct{ Count, NS int }
	type stats struct {
		ModelStats []struct {
			Name, Version  string
			LastInference  int64               `json:"last_inference"`
			InferenceCount int                 `json:"inference_count"`
			ExecutionCount int                 `json:"execution_count"`
			InferenceStats map[string]duration `json:"inference_stats"`
			BatchStats     []struct {
				BatchSize     int      `json:"batch_size"`
				ComputeInput  duration `json:"compute_input"`
				ComputeInfer  duration `json:"compute_infer"`
				ComputeOutput duration `json:"compute_output"`
			} `json:"batch_stats"`
		} `json:"model_stats"`
	}
	of := func(path string) stats { return decodeStrictly[stats](t, ask(handler, "GET", path, "").Body) }
	if got := of("/v2/models/a/stats"); len(got.ModelStats) != 2 || got.ModelStats[0].Version != "1" || got.ModelStats[1].LastInference != 0 {
		t.Errorf("before: %+v", got)
	}
	batch := `{"inputs":[{"name":"x","shape":[3,2],"datatype":"FP32","data":[1,2,3,4,5,6]}]}`
	for _, body := range []string{example, batch, batch, `{`} {
		ask(handler, "POST", "/v2/models/a/infer", body)
	}
	got := of("/v2/models/a/versions/2/stats").ModelStats
	if len(got) != 1 || got[0].InferenceCount != 7 || got[0].ExecutionCount != 3 || got[0].LastInference == 0 {
		t.Fatalf("after: %+v", got)
	}
	for name, d := range got[0].InferenceStats {
		want := map[string]int{"success": 3, "fail": 1, "cache_hit": 0, "cache_miss": 0}
		count, special := want[name]
		if !special {
			count = 3
		}
		if d.Count != count || d.NS <= 0 && (name == "success" || name == "compute_input" || name == "compute_infer" || name == "compute_output") {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if b := got[0].BatchStats; len(b) != 2 || b[0].BatchSize != 1 || b[0].ComputeInfer.Count != 1 || b[1].BatchSize != 3 || b[1].ComputeInfer.Count != 2 {
		t.Errorf("batches: %+v", b)
	}
	if all := of("/v2/models/stats").ModelStats; len(all) != 3 || all[2].Name != "b" {
		t.Errorf("of all: %+v", all)
	}
}

// TestALeaseIsKeptUntilTheAnswer unloads a model after a request for it has come,
// and before its body has.
func TestALeaseIsKeptUntilTheAnswer(t *testing.T) {
	loader := &shelf{t: t, found: map[string][]string{"m": {"1"}}}
	repository := serving.NewRepository(loader)
	closeAfter(t, repository)
	handler := openinference.New(repository, openinference.Options{})
	ask(handler, "POST", "/v2/repository/models/m/load", "")
	body := &late{waited: make(chan struct{}), text: make(chan string)}
	var group sync.WaitGroup
	group.Go(func() {
		response := askRequest(handler, httptest.NewRequest(http.MethodPost, inferPath, body))
		if response.Code != http.StatusOK {
			t.Errorf("%d %s", response.Code, response.Body)
		}
	})
	<-body.waited
	group.Go(func() {
		if response := ask(handler, "POST", "/v2/repository/models/m/unload", ""); response.Code != http.StatusOK {
			t.Errorf("%d %s", response.Code, response.Body)
		}
	})
	for ask(handler, "GET", "/v2/models/m", "").Code != http.StatusNotFound { // until it is not served any more
		runtime.Gosched()
	}
	body.text <- example
	close(body.text)
	group.Wait()
}

// late is a body that comes when it is sent.
type late struct {
	waited chan struct{} // closed when it is waited for
	once   sync.Once
	text   chan string
}

func (l *late) Read(p []byte) (int, error) {
	l.once.Do(func() { close(l.waited) })
	text, ok := <-l.text
	if !ok {
		return 0, io.EOF
	}
	return copy(p, text), nil
}

// TestTimingsGoToWhoeverAsksForThem as a server does in which the handler is
// mounted.
func TestTimingsGoToWhoeverAsksForThem(t *testing.T) {
	handler := classifier(t, nil)
	var timings serving.Timings
	response := ask(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "given")
		handler.ServeHTTP(w, r.WithContext(serving.WithTimings(r.Context(), &timings)))
	}), "POST", inferPath, example)
	if response.Code != http.StatusOK || timings.Infer <= 0 || response.Header().Get("X-Request-Id") != "given" {
		t.Errorf("%d, %+v, %v", response.Code, timings, response.Header())
	}
}

// TestAnswers keeps what is told of a server and its models.
func TestAnswers(t *testing.T) {
	handler := handlerOver(t, predictortest.NewFake(classifierSignature), openinference.Options{Name: "test", Version: "9.9", MaxBatch: 8})
	mixed := handlerOver(t, newEcho(
		domain.TensorSpec{Name: "text", Datatype: domain.BYTES, Shape: domain.Shape{1, 2}},
		domain.TensorSpec{Name: "half", Datatype: domain.BF16, Shape: domain.Shape{}},
	), openinference.Options{})
	type kept struct {
		Path string
		Body json.RawMessage
	}
	var got []kept
	for _, path := range []string{"/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/m", "/v2/models/m/ready", "/v2/models/m/config", "/v2/models/m/stats"} {
		got = append(got, kept{path, ask(handler, "GET", path, "").Body.Bytes()})
	}
	for _, path := range []string{"/v2/models/m", "/v2/models/m/config"} {
		got = append(got, kept{"mixed " + path, ask(mixed, "GET", path, "").Body.Bytes()})
	}
	got = append(got, kept{"POST " + inferPath, ask(handler, "POST", inferPath, example).Body.Bytes()})
	webtest.Golden(t, "answers.golden.json", got)
}
