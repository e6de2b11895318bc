package main

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/cmd/portent/internal/benchresult"
	"github.com/portent-go/portent/domain"
)

// quick are settings that measure little, and all there is to it.
var quick = []string{"--duration", "40ms", "--warmup", "1ms", "--rounds", "2"}

// benched runs portent bench and returns what it says of itself as JSON.
func benched(t *testing.T, args ...string) (*benchresult.Document, result) {
	t.Helper()
	r := portent(t, nil, nil, append(append([]string{"bench", "--output", "json"}, quick...), args...)...)
	var d benchresult.Document
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil && r.err == nil {
		t.Fatalf("%v\n%s%s", err, r.stdout, r.stderr)
	}
	return &d, r
}

func TestBenchMeasuresTheModel(t *testing.T) {
	folder := t.TempDir()
	svg, page, kept := filepath.Join(folder, "a.svg"), filepath.Join(folder, "a.html"), filepath.Join(folder, "a.json")
	d, r := benched(t, "--concurrency", "1,3", "--batch", "1,2", "--svg", svg, "--html", page, "--save", kept)
	if r.err != nil {
		t.Fatal(r.stderr)
	}
	if len(d.Cells) != 4 || d.Schema != "portent.bench/1" || d.Machine.Cores < 1 || d.Interrupted {
		t.Errorf("%+v", d)
	}
	for _, c := range d.Cells {
		if c.Requests < c.Concurrency || c.Throughput <= 0 || c.Failed() != 0 || len(c.Rounds) != 2 || c.Latency.P50 <= 0 ||
			c.Latency.P50 > c.Latency.P90 || c.Latency.P90 > c.Latency.P99 || c.Latency.P99 > c.Latency.Max {
			t.Errorf("%+v", c)
		}
	}
	target := d.Targets[0]
	if target.Model != "cifar10-resnet20" || len(target.SHA256) != 64 || target.Vectors != 4 || target.Server {
		t.Errorf("%+v", target)
	}
	again, err := benchresult.Read(kept)
	if err != nil || len(again.Cells) != 4 {
		t.Errorf("%v %+v", err, again)
	}
	for name, want := range map[string]string{svg: "</svg>", page: "</html>"} {
		if text := string(readFile(t, name)); !strings.Contains(text, want) {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// A server is measured over HTTP and gRPC, and its answers are those of the model's test vectors.
func TestBenchMeasuresAServer(t *testing.T) {
	s := serveModel(t)
	for _, test := range []struct {
		url     string
		args    []string
		vectors int
	}{
		{s.url, nil, 0},
		{s.url + "/v2/models/cifar10-resnet20/versions/1", []string{"--model", modelFolder}, 4},
		{"grpc://" + s.grpc + "/v2/models/cifar10-resnet20", []string{"--rate", "200", "--concurrency", "4"}, 0},
		{"grpc://" + s.grpc, []string{"--remote-model", "cifar10-resnet20", "--model", modelFolder}, 4},
	} {
		d, r := benched(t, append([]string{test.url, "--concurrency", "2", "--batch", "1,4"}, test.args...)...)
		if r.err != nil {
			t.Fatalf("%s: %s", test.url, r.stderr)
		}
		if target := d.Targets[0]; !target.Server || target.Vectors != test.vectors || target.Model != "cifar10-resnet20" || !strings.HasPrefix(target.Engine, "portent") {
			t.Errorf("%s: %+v", test.url, target)
		}
		for _, c := range d.Cells {
			if c.Requests == 0 || c.Failed() != 0 {
				t.Errorf("%s: %+v", test.url, c)
			}
		}
	}
}

func TestBenchOfServersThatCannotBeMeasured(t *testing.T) {
	s := serveModel(t)
	for _, test := range []struct {
		args []string
		want []string
	}{
		{[]string{"http://127.0.0.1:1"}, []string{"http://127.0.0.1:1", "which models", "--remote-model"}},
		{[]string{"grpc://127.0.0.1:1"}, []string{"grpc://127.0.0.1:1", "--remote-model"}},
		{[]string{s.url + "/v2/models/nobody"}, []string{"nobody"}},
		{[]string{s.url + "/predict"}, []string{"/predict", "/v2/models/NAME"}},
		{[]string{strings.Replace(s.url, "//", "//user:secret@", 1)}, []string{"more than an address"}},
		{[]string{"ftp://127.0.0.1:1/v2/models/a"}, []string{"ftp"}},
	} {
		r := portent(t, nil, nil, append([]string{"bench"}, test.args...)...)
		if r.err == nil || strings.Contains(r.stderr, "secret") {
			t.Errorf("%v: %v %s", test.args, r.err, r.stderr)
		}
		for _, want := range test.want {
			if !strings.Contains(r.stderr, want) {
				t.Errorf("%v: %q is not in %q", test.args, want, r.stderr)
			}
		}
	}
}

// faulty is a server of the protocol that answers some requests wrongly, and refuses others.
func faulty(t *testing.T, each func(request int)) *httptest.Server {
	t.Helper()
	var count int
	answers := make(chan struct{}, 1)
	answers <- struct{}{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"name":"faulty","version":"1","extensions":[]}`))
	})
	mux.HandleFunc("POST /v2/repository/index", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`[{"name":"m","version":"1","state":"READY"},{"name":"gone","version":"1","state":"UNAVAILABLE"}]`))
	})
	mux.HandleFunc("GET /v2/models/m", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"name":"m","platform":"x","inputs":[{"name":"x","datatype":"FP32","shape":[-1,2]}],"outputs":[{"name":"y","datatype":"FP32","shape":[-1,1]}]}`))
	})
	mux.HandleFunc("POST /v2/models/m/infer", func(w http.ResponseWriter, _ *http.Request) {
		<-answers
		count++
		n := count
		each(n)
		answers <- struct{}{}
		value := "1"
		switch {
		case n > 8 && n%4 == 0:
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"error":"too many"}`))
			return
		case n > 8 && n%4 == 1:
			value = "2"
		}
		_, _ = w.Write([]byte(`{"model_name":"m","outputs":[{"name":"y","datatype":"FP32","shape":[1,1],"data":[` + value + `]}]}`))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func ignored(int) {}

// Wrong answers and refusals are counted by name, the rest is measured, and the exit status tells.
func TestBenchNamesFailures(t *testing.T) {
	d, r := benched(t, faulty(t, ignored).URL, "--concurrency", "1", "--batch", "1", "--duration", "400ms")
	if statusOf(r.err) != statusFailures {
		t.Fatalf("%v %s", r.err, r.stderr)
	}
	kinds := make(map[string]int)
	for _, f := range d.Cells[0].Failures {
		kinds[f.Kind] += f.Count
	}
	if kinds["invalid"] == 0 || len(kinds) != 2 || d.Cells[0].Requests == 0 {
		t.Errorf("%+v", d.Cells[0])
	}
	if text := d.Cells[0].Failures; !strings.Contains(text[0].Message+text[len(text)-1].Message, "a wrong answer: y[0,0]") {
		t.Errorf("%+v", text)
	}
	table := portent(t, nil, nil, append([]string{"bench", faulty(t, ignored).URL, "--concurrency", "1", "--batch", "1"}, quick...)...)
	if !strings.Contains(table.stdout, "failed (") {
		t.Errorf("%s%s", table.stdout, table.stderr)
	}
}

func TestBenchTakesInputs(t *testing.T) {
	tensor := filepath.Join(modelFolder, "test_data_set_1", "input_0.pb")
	for _, test := range []struct {
		args []string
		sent string
	}{
		{[]string{"--input", tensor, "--batch", "12"}, "--input"},
		{[]string{"--inputs", "random", "--seed", "7", "--batch", "3"}, "random inputs (seed 7)"},
		{[]string{"--inputs", "vectors", "--batch", "40"}, "test vectors"},
	} {
		d, r := benched(t, append(test.args, "--concurrency", "1")...)
		if r.err != nil || !strings.Contains(d.Targets[0].Sent, test.sent) || d.Cells[0].Failed() != 0 {
			t.Errorf("%v: %v %s %+v", test.args, r.err, r.stderr, d.Targets)
		}
	}
}

// Requests differ from each other, so that no cache answers, and a batch holds rows that follow each
// other, from the beginning again at the end: there are 16 rows in the vectors.
func TestBenchSendsDifferentInputs(t *testing.T) {
	s := &benchSettings{concurrency: []int{1}}
	s.workers, s.threads, s.tolerance, s.maxMemory, s.timeout = 1, 1, 1e-4, defaultMaxMemory, time.Minute
	target, err := s.openModel(t.Context(), modelFolder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := target.predictor.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, from := range []string{sendVectors, sendRandom} {
		seen := make(map[string]bool)
		requests, err := target.requests(t.Context(), 2, &sending{from: from, seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range requests {
			for row := range 2 {
				one, err := r.Inputs[0].Rows(row, row+1)
				if err != nil {
					t.Fatal(err)
				}
				seen[string(onnxfile.WriteTensor("", one))] = true
			}
		}
		if len(seen) != 2*len(requests) || len(requests) < 2 {
			t.Errorf("%s: %d different rows in %d requests of 2", from, len(seen), len(requests))
		}
	}
}

func TestBenchRefusesSettings(t *testing.T) {
	bare := filepath.Join(modelFolder, "model.onnx")
	text := filepath.Join(t.TempDir(), "x.npy")
	if err := os.WriteFile(text, []byte("no tensor"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--concurrency", "0"}, "--concurrency"},
		{[]string{"--batch", "8,8"}, "--batch"},
		{[]string{"--rounds", "0"}, "--rounds"},
		{[]string{"--rate", "-1"}, "--rate"},
		{[]string{"--rate", "NaN"}, "--rate"},
		{[]string{"--rate", "1e8"}, "a million"},
		{[]string{"--duration", "0s"}, "--duration"},
		{[]string{"--inputs", "some"}, "auto, random or vectors"},
		{[]string{"--input", "a.npy", "--inputs", "random"}, "--inputs random"},
		{[]string{"--output", "xml"}, "table or json"},
		{[]string{"--svg", "nowhere/a.svg"}, "nowhere"},
		{[]string{"nowhere"}, "no such file"},
		{[]string{"localhost:8000"}, "http://localhost:8000"},
		{[]string{bare, bare}, "given twice"},
		{[]string{bare, "--inputs", "vectors"}, "no test vectors"},
		{[]string{"--input", text}, "numpy.save"},
		{[]string{"--input", "nowhere.npy"}, "nowhere.npy"},
	} {
		r := portent(t, nil, nil, append(append([]string{"bench"}, quick...), test.args...)...)
		if r.err == nil || !strings.Contains(r.stderr, test.want) {
			t.Errorf("%v: %v, %q does not say %q", test.args, r.err, r.stderr, test.want)
		}
	}
}

// What is set for a server is no setting of a measurement that has the same name.
func TestBenchReadsNoVariablesOfServe(t *testing.T) {
	r := portent(t, []string{"PORTENT_BATCH=32", "PORTENT_RATE=5"}, nil, append([]string{"bench", "--output", "json", "--concurrency", "1"}, quick...)...)
	var d benchresult.Document
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil || len(d.Cells) != 2 || d.Settings.Rate != 0 {
		t.Errorf("%v %s %+v", err, r.stderr, d.Settings)
	}
	if r := portent(t, []string{"PORTENT_CONCURRENCY=3"}, nil, "version"); r.err == nil {
		t.Error("PORTENT_CONCURRENCY is taken for a setting")
	}
}

// interruptAfter ends a context when something is written that holds a text.
type interruptAfter struct {
	strings.Builder
	text   string
	cancel context.CancelFunc
}

func (w *interruptAfter) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		w.cancel()
	}
	return w.Builder.Write(p)
}

// What was measured before it was stopped is shown, and what was cut off is not.
func TestBenchShowsWhatWasMeasured(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := faulty(t, func(request int) {
		if request == 30 {
			cancel()
		}
	})
	var stdout, stderr strings.Builder
	err := run(ctx, []string{"bench", server.URL, "--concurrency", "1", "--batch", "1", "--duration", "1h", "--warmup", "0s", "--output", "json"}, nil, nil, &stdout, &stderr)
	var d benchresult.Document
	if parseErr := json.Unmarshal([]byte(stdout.String()), &d); parseErr != nil || statusOf(err) != statusStopped {
		t.Fatalf("%v %v\n%s\n%s", err, parseErr, stdout.String(), stderr.String())
	}
	c := d.Cells[0]
	if total := c.Requests + c.Failed(); !d.Interrupted || len(c.Rounds) != 1 || total < 20 || total > 26 || c.Throughput <= 0 {
		t.Errorf("%+v", d.Cells)
	}
	for _, f := range c.Failures {
		if f.Kind == "canceled" {
			t.Errorf("what was cut off is a failure: %+v", f)
		}
	}
}

// Whoever stops it before anything was measured is told so; the status says that it was stopped.
func TestBenchIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stderr := &interruptAfter{text: "measuring", cancel: cancel}
	var stdout strings.Builder
	err := run(ctx, []string{"bench", "--duration", "1h", "--warmup", "0s"}, nil, nil, &stdout, stderr)
	if statusOf(err) != statusStopped || !strings.Contains(stderr.String(), "stopped before anything") || stdout.Len() != 0 {
		t.Errorf("%v\n%s\n%s", err, stdout.String(), stderr.String())
	}
}

func TestBenchComparesTargets(t *testing.T) {
	r := portent(t, nil, nil, append([]string{"bench", "--concurrency", "1", "--batch", "1", modelFolder, filepath.Join(modelFolder, "model.onnx")}, quick...)...)
	if r.err != nil || !strings.Contains(r.stdout, "too few rounds") || strings.Count(r.stdout, "p99") != 2 {
		t.Errorf("%v\n%s%s", r.err, r.stdout, r.stderr)
	}
}

func TestBenchCompare(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, rate float64) string {
		d := &benchresult.Document{Schema: benchresult.Schema, Targets: []benchresult.Target{{Name: "m"}}}
		c := benchresult.Cell{Concurrency: 1, Batch: 1, Requests: 100, Failures: []benchresult.Failure{}}
		for i := range 10 {
			l := benchresult.Latency{P50: 1 / rate, P90: 1 / rate, P99: 1 / rate}
			c.Rounds = append(c.Rounds, benchresult.Round{Requests: 10, Throughput: rate + float64(i), Complete: true, Latency: l})
		}
		d.Cells = append(d.Cells, c)
		path := filepath.Join(folder, name)
		file, err := os.Create(path)
		if err := errors.Join(err, d.Write(file), file.Close()); err != nil {
			t.Fatal(err)
		}
		return path
	}
	slow, fast := write("slow.json", 100), write("fast.json", 200)
	for _, test := range []struct {
		args   []string
		status int
		want   string
	}{
		{[]string{slow, fast}, 0, "better"},
		{[]string{fast, slow}, statusWorse, "worse"},
		{[]string{fast, slow, "--least", "0.6"}, statusWorse, "worse"}, // the latency is twice as long
		{[]string{slow, slow}, 0, "no difference shown"},
		{[]string{fast, slow, "--output", "json"}, statusWorse, `"schema": "portent.bench.comparison/1"`},
		{[]string{slow}, 1, "1 files were given"},
		{[]string{slow, "nowhere.json"}, 1, "nowhere.json"},
		{[]string{slow, fast, "--alpha", "0"}, 1, "--alpha"},
	} {
		r := portent(t, nil, nil, append([]string{"bench", "compare"}, test.args...)...)
		status := 0
		if r.err != nil {
			status = statusOf(r.err)
		}
		if status != test.status || !strings.Contains(r.stdout+r.stderr, test.want) {
			t.Errorf("%v: status %d, expected %d and %q\n%s%s", test.args, status, test.status, test.want, r.stdout, r.stderr)
		}
	}
}

// Every datatype can be made, the same for a seed, and is what the format can hold.
func TestRandomTensors(t *testing.T) {
	for d := domain.BOOL; d.Valid(); d++ {
		a, err := randomTensor(d, domain.Shape{2, 50}, seeded(1))
		if err != nil || a.Datatype() != d {
			t.Fatalf("%v: %v", d, err)
		}
		b, _ := randomTensor(d, domain.Shape{2, 50}, seeded(1))
		c, _ := randomTensor(d, domain.Shape{2, 50}, seeded(2))
		bytes := func(t domain.Tensor) string { return string(onnxfile.WriteTensor("", t)) }
		if bytes(a) != bytes(b) || bytes(a) == bytes(c) {
			t.Errorf("%v does not follow the seed", d)
		}
		for i := range a.Len() {
			if v, numeric := domain.Number(a, i); numeric && (v < -128 || v > 255 || v != v) {
				t.Errorf("%v holds %v", d, v)
			}
		}
	}
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }
