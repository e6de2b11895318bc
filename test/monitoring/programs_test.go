//go:build monitoring

package monitoring

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/portent-go/portent/test/servertest"
)

// program is a process that serves.
type program struct {
	url    string
	traces *traces // that it has sent
}

// startPortent builds the program and starts it, with a collector for its spans.
func startPortent(t *testing.T) *program {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "portent")
	if out, err := exec.Command("go", "build", "-o", binary, "../../cmd/portent").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	received := new(traces)
	listener := httptest.NewServer(received)
	t.Cleanup(listener.Close)
	command := exec.Command(binary, "serve", "--addr", "127.0.0.1:0", "--grpc-addr", "off")
	command.Env = append(os.Environ(), "OTEL_EXPORTER_OTLP_ENDPOINT="+listener.URL, "OTEL_BSP_SCHEDULE_DELAY=200")
	return &program{url: servertest.Start(t, command).URL, traces: received}
}

// predict asks the server for a prediction of a sample.
func (p *program) predict(t *testing.T) {
	t.Helper()
	picture, err := os.ReadFile("../../model/samples/cat.png")
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(p.url+"/predict", "image/png", bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("status %d", response.StatusCode)
	}
}

// startPrometheus starts a Prometheus that scrapes an address every second and
// knows the alerts.
func startPrometheus(t *testing.T, target string) *program {
	t.Helper()
	alerts, err := filepath.Abs("../../deploy/monitoring/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	config := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [%q]\nscrape_configs:\n  - job_name: portent\n    static_configs: [{targets: [%q]}]\n", alerts, target)
	if err := os.WriteFile(filepath.Join(folder, "prometheus.yml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	address := servertest.FreeAddress(t)
	command := exec.Command("prometheus", "--config.file="+filepath.Join(folder, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(folder, "data"),
		"--web.listen-address="+address, "--enable-feature=exemplar-storage", "--log.level=warn")
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
	})
	p := &program{url: "http://" + address}
	until(t, "Prometheus that is ready", func() bool {
		response, err := http.Get(p.url + "/-/ready")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return p
}

// traces is a collector of spans, over HTTP, that remembers whose they are.
type traces struct {
	mu  sync.Mutex
	ids map[string]bool
}

// ServeHTTP receives spans.
func (c *traces) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var request collector.ExportTraceServiceRequest
	if err == nil {
		err = proto.Unmarshal(body, &request)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ids == nil {
		c.ids = make(map[string]bool)
	}
	for _, resource := range request.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			for _, span := range scope.GetSpans() {
				c.ids[hex.EncodeToString(span.GetTraceId())] = true
			}
		}
	}
}

// has reports whether spans of a trace have been received.
func (c *traces) has(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ids[id]
}
