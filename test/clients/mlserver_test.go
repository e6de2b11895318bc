package clients

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/portent-go/portent/test/servertest"
)

// TestMLServer serves models of MLServer as the program's own, over both forms of
// the protocol, and compares the answers with what MLServer says itself.
func TestMLServer(t *testing.T) {
	m := startMLServer(t)
	for _, endpoint := range []string{"grpc://" + m.grpc, "http://" + m.http} {
		for model, body := range questions {
			t.Run(endpoint[:4]+" "+model, func(t *testing.T) {
				s := serve(t, "--engine", "remote", "--endpoint", endpoint, "--remote-model", model)
				path := "/v2/models/" + model + "/infer"
				want, got := outputs(t, "http://"+m.http+path, body), outputs(t, s.URL+path, body)
				if len(want) == 0 || !reflect.DeepEqual(got, want) {
					t.Errorf("%s answers %v, MLServer %v", endpoint, got, want)
				}
			})
		}
		t.Run(endpoint[:4]+" refused", func(t *testing.T) { refusals(t, endpoint) })
	}
	t.Run("gone", func(t *testing.T) { loses(t, m) })
}

// questions are what the models are asked. All outputs are asked for by name,
// without which MLServer gives some of them only.
var questions = map[string]string{
	"iris": `{"inputs":[{"name":"x","shape":[3,4],"datatype":"FP32","data":[5.1,3.5,1.4,0.2,6,3,5,2,5.9,3,4.2,1.5]}],"outputs":[{"name":"predict"},{"name":"predict_proba"}]}`,
	"echo": `{"inputs":[
		{"name":"BOOL","shape":[1,2],"datatype":"BOOL","data":[true,false]},
		{"name":"INT32","shape":[1,2],"datatype":"INT32","data":[-2147483648,7]},
		{"name":"INT64","shape":[1,2],"datatype":"INT64","data":[-9007199254740993,7]},
		{"name":"UINT8","shape":[1,2],"datatype":"UINT8","data":[0,255]},
		{"name":"FP32","shape":[1,2],"datatype":"FP32","data":[0.1,-1e30]},
		{"name":"FP64","shape":[1,2],"datatype":"FP64","data":[0.1,5e-324]},
		{"name":"BYTES","shape":[1,2],"datatype":"BYTES","data":["a","été"]}]}`,
}

// outputs asks a model and returns what it gives, by name.
func outputs(t *testing.T, url, body string) map[string]string {
	t.Helper()
	var answer struct {
		Outputs []struct {
			Name, Datatype string
			Shape          []int
			Data           []json.RawMessage
		}
	}
	post(t, url, body, &answer)
	found := make(map[string]string)
	for _, out := range answer.Outputs {
		text, err := json.Marshal([]any{out.Datatype, out.Shape, numbers(t, out.Datatype, out.Data)})
		if err != nil {
			t.Fatal(err)
		}
		found[out.Name] = string(text)
	}
	return found
}

// numbers reads elements to their full precision, since 1.0 is written as 1 too.
func numbers(t *testing.T, datatype string, data []json.RawMessage) []any {
	t.Helper()
	read := make([]any, len(data))
	for i, element := range data {
		var err error
		switch datatype {
		case "FP32":
			var number float32
			err = json.Unmarshal(element, &number)
			read[i] = number
		case "FP64":
			var number float64
			err = json.Unmarshal(element, &number)
			read[i] = number
		default:
			read[i] = element
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return read
}

// refusals asks for models that cannot be served.
func refusals(t *testing.T, endpoint string) {
	for model, want := range map[string]string{
		"silent":  "the server does not say what the model takes and gives",
		"unknown": "Model unknown",
	} {
		out, errors, err := try(t, portent, "serve", "--engine", "remote", "--endpoint", endpoint, "--remote-model", model, "--addr", "127.0.0.1:0", "--grpc-addr", "off")
		if err == nil || !strings.Contains(errors, want) || !strings.Contains(errors, endpoint) {
			t.Errorf("%s: %v, want %q\n%s%s", model, err, want, out, errors)
			continue
		}
		t.Logf("ok   %s: %s", model, strings.TrimSpace(errors))
	}
}

// loses stops MLServer while its model is served.
func loses(t *testing.T, m *mlserver) {
	s := serve(t, "--engine", "remote", "--endpoint", "grpc://"+m.grpc, "--endpoint", "http://"+m.http, "--remote-model", "iris")
	path := s.URL + "/v2/models/iris/infer"
	post(t, path, questions["iris"], nil)
	m.stop()
	status, text := ask(t, http.MethodPost, path, questions["iris"])
	if status != http.StatusServiceUnavailable || strings.Contains(string(text), m.http) || strings.Contains(string(text), m.grpc) {
		t.Errorf("without MLServer: %d %s", status, text)
	}
	t.Logf("ok   without MLServer: %d %s", status, text)
}

// mlserver is a running MLServer.
type mlserver struct {
	http, grpc string // addresses
	process    *exec.Cmd
	log        *servertest.Log
	ended      chan struct{}
}

// startMLServer starts MLServer with the models of mlserver_models.py and waits
// until they are ready.
func startMLServer(t *testing.T) *mlserver {
	t.Helper()
	interpreter := python(t, mlserverPython)
	m := &mlserver{http: servertest.FreeAddress(t), grpc: servertest.FreeAddress(t), log: new(servertest.Log), ended: make(chan struct{})}
	folder := filepath.Join(t.TempDir(), "models")
	script := beside(t, "mlserver_models.py")
	run(t, interpreter, script, folder, m.http[strings.LastIndexByte(m.http, ':')+1:], m.grpc[strings.LastIndexByte(m.grpc, ':')+1:])
	m.process = exec.Command(filepath.Join(filepath.Dir(interpreter), "mlserver"), "start", folder)
	m.process.Stdout, m.process.Stderr, m.process.Dir = m.log, m.log, t.TempDir()
	m.process.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH="+filepath.Dir(script))
	if err := m.process.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = m.process.Wait()
		close(m.ended)
	}()
	t.Cleanup(func() {
		m.stop()
		if t.Failed() {
			t.Logf("MLServer's log:\n%s", m.log)
		}
	})
	m.wait(t)
	return m
}

// wait asks until all models are ready or MLServer has ended.
func (m *mlserver) wait(t *testing.T) {
	t.Helper()
	const startsWithin = time.Minute
	deadline := time.After(startsWithin)
	for tick := time.NewTicker(100 * time.Millisecond); ; {
		if response, err := http.Get("http://" + m.http + "/v2/health/ready"); err == nil {
			_ = response.Body.Close()
			if connection, err := net.Dial("tcp", m.grpc); err == nil && response.StatusCode == http.StatusOK {
				_ = connection.Close()
				return
			}
		}
		select {
		case <-m.ended:
			t.Fatal("MLServer ended")
		case <-deadline:
			t.Fatalf("MLServer is not ready within %v", startsWithin)
		case <-tick.C:
		}
	}
}

// stop ends MLServer, which takes its time over it, if it still runs.
func (m *mlserver) stop() {
	_ = m.process.Process.Signal(syscall.SIGKILL)
	<-m.ended
}
