package main

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAModelIsServedByAnotherName: whoever puts a model into a folder of a fixed
// name, as Kubernetes does, says what it is called.
func TestAModelIsServedByAnotherName(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "models")
	network := readFile(t, modelFolder, "model.onnx")
	if err := errors.Join(os.Mkdir(directory, 0o700), os.WriteFile(filepath.Join(directory, "resnet20-v2.onnx"), network, 0o600)); err != nil {
		t.Fatal(err)
	}
	s := serveModel(t, "--model", directory, "--model-name", "cats-and-dogs")
	if status, body := s.get(t, "/v2/models/cats-and-dogs/ready"); status != http.StatusOK {
		t.Errorf("ready by its name: %d: %s", status, body)
	}
	if status, body := s.get(t, "/v2/models/models/ready"); status != http.StatusNotFound {
		t.Errorf("ready by its folder's name: %d: %s", status, body)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
}

func TestNamesOfModelsAreChecked(t *testing.T) {
	for _, args := range [][]string{
		{"--model-name", "a/b"}, {"--model-name", ".hidden"}, {"--model-name", "two words"}, {"--model-name", "a%2fb"},
		{"--model-name", "one", "--models", t.TempDir()},
	} {
		got := portent(t, nil, nil, append([]string{"serve", "--addr", "127.0.0.1:0", "--grpc-addr", "off"}, args...)...)
		if got.err == nil || !strings.Contains(got.stderr, "model-name") {
			t.Errorf("%q: %v", args, got.err)
		}
	}
}
