package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

// scaler writes a model from x [-1,4] to y, which it multiplies by a number, into a
// folder of its own.
func scaler(t *testing.T, folder string, factor float32) {
	t.Helper()
	number, err := domain.NewTensor(domain.Shape{}, []float32{factor})
	if err != nil {
		t.Fatal(err)
	}
	shape := domain.Shape{domain.Dynamic, 4}
	m := onnxtest.NewModel(17).Input("x", domain.FP32, shape).Output("y", domain.FP32, shape).
		Initializer("factor", number).Node("Mul", []string{"x", "factor"}, []string{"y"})
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	// Written beside and moved, as whoever replaces a model under a server should.
	beside := filepath.Join(folder, ".model.onnx")
	if err := os.WriteFile(beside, m.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(beside, filepath.Join(folder, "model.onnx")); err != nil {
		t.Fatal(err)
	}
}

// scaled asks a model for what becomes of ones, and returns the first number.
func (s *server) scaled(t *testing.T, path string) (status int, number float64) {
	t.Helper()
	status, body := s.post(t, path, "application/json", []byte(`{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,1,1,1]}]}`))
	var answer struct {
		Outputs []struct{ Data []float64 }
	}
	if status == http.StatusOK {
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		number = answer.Outputs[0].Data[0]
	}
	return status, number
}

func TestAFolderOfModelsIsServed(t *testing.T) {
	folder := t.TempDir()
	scaler(t, filepath.Join(folder, "twice"), 2)
	scaler(t, filepath.Join(folder, "many", "3"), 3)
	scaler(t, filepath.Join(folder, "many", "5"), 5)
	if err := os.MkdirAll(filepath.Join(folder, "broken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "broken", "model.onnx"), []byte("no model"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serveModel(t, "--models", folder, "--default-model", "twice")
	for path, want := range map[string]float64{
		"/v2/models/twice/infer": 2, "/v2/models/twice/versions/1/infer": 2, "/v2/models/many/infer": 5, "/v2/models/many/versions/3/infer": 3,
	} {
		if status, got := s.scaled(t, path); status != http.StatusOK || got != want {
			t.Errorf("%s: status %d, %v, expected %v", path, status, got, want)
		}
	}
	if status, _ := s.scaled(t, "/v2/models/broken/infer"); status != http.StatusNotFound && status != http.StatusServiceUnavailable {
		t.Errorf("a model that could not be loaded: status %d", status)
	}
	status, index := s.post(t, "/v2/repository/index", "application/json", []byte("{}"))
	if status != http.StatusOK || !strings.Contains(index, `"broken"`) || !strings.Contains(index, `"UNAVAILABLE"`) {
		t.Errorf("status %d: %s", status, index)
	}
	if status, body := s.post(t, "/models/many/predict", "application/json", []byte(`{"input":[1,2,3,4]}`)); status != http.StatusOK || !strings.Contains(body, `"predicted_class":3`) {
		t.Errorf("status %d: %s", status, body)
	}
	scaler(t, filepath.Join(folder, "twice"), 20)
	if status, body := s.post(t, "/v2/repository/models/twice/load", "application/json", nil); status != http.StatusOK {
		t.Errorf("status %d: %s", status, body)
	}
	if _, got := s.scaled(t, "/v2/models/twice/infer"); got != 20 {
		t.Errorf("after it was loaded anew: %v", got)
	}
	if status, body := s.post(t, "/v2/repository/models/many/unload", "application/json", nil); status != http.StatusOK {
		t.Errorf("status %d: %s", status, body)
	}
	if status, _ := s.scaled(t, "/v2/models/many/infer"); status != http.StatusNotFound {
		t.Errorf("after it was unloaded: status %d", status)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
}

// TestAFolderIsWatched asks until the model that was put into the folder answers.
func TestAFolderIsWatched(t *testing.T) {
	folder := t.TempDir()
	scaler(t, filepath.Join(folder, "a"), 2)
	s := serveModel(t, "--models", folder, "--poll", "5ms")
	scaler(t, filepath.Join(folder, "b"), 7)
	deadline := time.Now().Add(time.Minute)
	for {
		status, got := s.scaled(t, "/v2/models/b/infer")
		if status == http.StatusOK && got == 7 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("status %d, %v", status, got)
		}
	}
}

// TestAServerInFrontOfServers closes the loop: our own servers are the engine of
// another, over each form of the protocol.
func TestAServerInFrontOfServers(t *testing.T) {
	one, two := serveModel(t), serveModel(t)
	picture, err := os.ReadFile(filepath.Join(modelFolder, "samples", "ship.png"))
	if err != nil {
		t.Fatal(err)
	}
	_, direct := one.post(t, "/predict", "image/png", picture)
	for name, endpoints := range map[string][]string{
		"grpc": {"grpc://" + one.grpc, "grpc://" + two.grpc}, "http": {one.url, two.url}, "both": {one.url, "grpc://" + two.grpc},
	} {
		t.Run(name, func(t *testing.T) {
			front := serveModel(t, "--engine", "remote", "--endpoint", strings.Join(endpoints, ","), "--remote-model", "cifar10-resnet20", "--model", modelFolder, "--batch", "4")
			for range 4 {
				status, body := front.post(t, "/predict", "image/png", picture)
				if want, got := parse(t, http.StatusOK, direct), parse(t, status, body); fmt.Sprint(want) != fmt.Sprint(got) {
					t.Errorf("%v directly, %v through the front", want, got)
				}
			}
		})
	}
}

func TestServersCanBeSwitchedOff(t *testing.T) {
	s := serveModel(t, "--grpc-addr", "off")
	if s.grpc != "" {
		t.Errorf("gRPC on %s", s.grpc)
	}
	for _, args := range [][]string{
		{"serve", "--addr", "off", "--grpc-addr", "off"}, {"serve", "--engine", "steam"}, {"serve", "--model", "a", "--models", "b"}, {"serve", "--engine", "remote", "--grpc-addr", "off"},
		{"serve", "--models", t.TempDir()}, {"serve", "--models", filepath.Join(t.TempDir(), "nowhere")},
	} {
		if r := portent(t, nil, nil, args...); r.err == nil || r.stderr == "" {
			t.Errorf("%q: %v %q", args, r.err, r.stderr)
		}
	}
}
