package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// served is the part of an answer that is compared.
type served struct {
	Label         string    `json:"label"`
	Probability   float32   `json:"probability"`
	Probabilities []float32 `json:"probabilities"`
}

func parse(t *testing.T, status int, body string) (s served) {
	t.Helper()
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// door is a way to send a picture: a content type and a body.
type door struct {
	name, contentType string
	body              []byte
}

// doors returns every way in for one picture and the tensor that it becomes.
func doors(t *testing.T, picture []byte, tensor domain.Tensor) []door {
	t.Helper()
	values, ok := domain.Data[float32](tensor)
	if !ok || len(values) != 3*32*32 {
		t.Fatalf("%v %v", tensor.Datatype(), tensor.Shape())
	}
	var nested [3][32][32]float32
	raw := make([]byte, 0, 4*len(values))
	for i, v := range values {
		nested[i/1024][i/32%32][i%32] = v
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	marshal := func(v any) []byte {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	form, formType := multipartOf(t, picture)
	const typeJSON = "application/json"
	return []door{
		{"form", formType, form},
		{"picture", "image/png", picture},
		{"base64", typeJSON, marshal(map[string]any{"image": base64.StdEncoding.EncodeToString(picture)})},
		{"nested", typeJSON, marshal(map[string]any{"input": nested})},
		{"nested with a batch axis", typeJSON, marshal(map[string]any{"input": []any{nested}})},
		{"flat", typeJSON, marshal(map[string]any{"input": values})},
		{"flat with a shape", typeJSON, marshal(map[string]any{"input": values, "shape": []int{3, 32, 32}})},
		{"binary", "application/octet-stream", raw},
	}
}

func multipartOf(t *testing.T, picture []byte) ([]byte, string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("image", "picture.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(picture); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return body.Bytes(), form.FormDataContentType()
}

// vector returns the tensors of a test data set.
func vector(t *testing.T, number int) (input, output domain.Tensor) {
	t.Helper()
	for name, to := range map[string]*domain.Tensor{"input_0.pb": &input, "output_0.pb": &output} {
		_, tensor, err := onnxfile.ReadTensor(readFile(t, modelFolder, fmt.Sprintf("test_data_set_%d", number), name))
		if err != nil {
			t.Fatal(err)
		}
		*to = tensor
	}
	return input, output
}

// samples returns the sample pictures' files, in the order of test data set 1.
func samples(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(modelFolder, "samples", "*.png"))
	if err != nil || len(files) != 10 {
		t.Fatalf("%d samples, %v", len(files), err)
	}
	return files
}

// TestDoorsAgree sends each sample through each door: the bits are the same, and
// the logits behind them PyTorch's.
func TestDoorsAgree(t *testing.T) {
	s := serveModel(t)
	tensors, logits := vector(t, 1)
	expected := expected(t)
	for i, path := range samples(t) {
		name := filepath.Base(path)
		tensor, err := tensors.Rows(i, i+1)
		if err != nil {
			t.Fatal(err)
		}
		var first served
		for j, door := range doors(t, readFile(t, path), tensor) {
			status, body := s.post(t, "/predict", door.contentType, door.body)
			answer := parse(t, status, body)
			if j == 0 {
				first = answer
			}
			if answer.Label != expected.Recognised[name] || !slices.Equal(answer.Probabilities, first.Probabilities) {
				t.Errorf("%s through the door %s: %+v, through the first: %+v", name, door.name, answer, first)
			}
		}
		comparePyTorch(t, name, first.Probabilities, logits, i)
	}
}

// comparePyTorch compares probabilities with the softmax of a row of logits.
func comparePyTorch(t *testing.T, name string, got []float32, logits domain.Tensor, row int) {
	t.Helper()
	all, _ := domain.Data[float32](logits)
	want := domain.Softmax(all[10*row : 10*row+10])
	for class := range want {
		if math.Abs(float64(got[class]-want[class])) > 1e-4 {
			t.Errorf("%s: class %d has probability %v, PyTorch's %v", name, class, got[class], want[class])
		}
	}
}

func TestBatchAgreesWithSingles(t *testing.T) {
	s := serveModel(t)
	tensors, logits := vector(t, 2)
	values, _ := domain.Data[float32](tensors)
	rows := tensors.Shape()[0]
	inputs := make([][]float32, rows)
	for i := range inputs {
		inputs[i] = values[i*3072 : (i+1)*3072]
	}
	body, err := json.Marshal(map[string]any{"inputs": inputs})
	if err != nil {
		t.Fatal(err)
	}
	status, text := s.post(t, "/predict/batch", "application/json", body)
	var batch struct{ Predictions []served }
	if err := json.Unmarshal([]byte(text), &batch); err != nil || status != http.StatusOK || len(batch.Predictions) != rows {
		t.Fatalf("%d %v: %.300s", status, err, text)
	}
	for i, input := range inputs {
		body, err := json.Marshal(map[string]any{"input": input})
		if err != nil {
			t.Fatal(err)
		}
		status, text := s.post(t, "/predict", "application/json", body)
		if alone := parse(t, status, text); !slices.Equal(alone.Probabilities, batch.Predictions[i].Probabilities) {
			t.Errorf("row %d is %v alone, %v in the batch", i, alone.Probabilities, batch.Predictions[i].Probabilities)
		}
		comparePyTorch(t, fmt.Sprintf("row %d", i), batch.Predictions[i].Probabilities, logits, i)
	}
}

// TestManyClientsGetTheBitsOfOne has sixteen clients send different pictures
// through different doors at once.
func TestManyClientsGetTheBitsOfOne(t *testing.T) {
	s := serveModel(t)
	files := samples(t)
	want := make([]string, len(files))
	pictures := make([][]byte, len(files))
	for i, path := range files {
		pictures[i] = readFile(t, path)
		status, body := s.post(t, "/predict", "image/png", pictures[i])
		want[i] = fmt.Sprint(parse(t, status, body))
	}
	rounds := 6
	if testing.Short() {
		rounds = 1
	}
	var clients sync.WaitGroup
	for client := range 16 {
		clients.Go(func() {
			for round := range rounds {
				i := (client + round) % len(files)
				response, err := http.Post(s.url+"/predict", "image/png", bytes.NewReader(pictures[i]))
				if err != nil {
					t.Error(err)
					return
				}
				var answer served
				err = json.NewDecoder(response.Body).Decode(&answer)
				response.Body.Close()
				if got := fmt.Sprint(answer); err != nil || got != want[i] {
					t.Errorf("client %d, round %d: %v %s, alone %s", client, round, err, got, want[i])
					return
				}
			}
		})
	}
	clients.Wait()
}

func TestServerLivesAndDrains(t *testing.T) {
	s := serveModel(t)
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/openapi.json": "cifar10-resnet20", "/": "<!doctype html>", "/models": "cifar10-resnet20", "/models/cifar10-resnet20": "passed, 4 vectors", "/models/cifar10-resnet20/samples/ship.png": "PNG", "/swagger/index.html": "swagger"} {
		if status, body := s.get(t, path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("GET %s: %d %.200s", path, status, body)
		}
	}
	if r := portent(t, nil, nil, "health", "--addr", strings.TrimPrefix(s.url, "http://")); r.err != nil {
		t.Errorf("health: %v %s", r.err, r.stderr)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Errorf("after the signal: %v\n%s", err, s.stderr)
	}
	if !strings.Contains(s.stderr.String(), "draining") {
		t.Errorf("the log does not tell of the drain:\n%s", s.stderr)
	}
	if r := portent(t, nil, nil, "health", "--addr", strings.TrimPrefix(s.url, "http://")); r.err == nil {
		t.Error("a server that has stopped is healthy")
	}
}

// modelWith copies the model's folder with one file changed.
func modelWith(t *testing.T, name string, change func([]byte) []byte) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "test_data_set_0"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"model.onnx", "config.json", "preprocessor_config.json", "test_data_set_0/input_0.pb", "test_data_set_0/output_0.pb"} {
		data := readFile(t, modelFolder, file)
		if file == name {
			data = change(data)
		}
		if err := os.WriteFile(filepath.Join(folder, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestRefusesModels serves models that must not be served: each is refused with
// a message that says which model and why.
func TestRefusesModels(t *testing.T) {
	for _, test := range []struct {
		name, file string
		change     func([]byte) []byte
		want       []string
	}{
		{"unknown operator", "model.onnx", func(b []byte) []byte {
			// Field 4 of a node is its operator.
			return bytes.Replace(b, []byte("\x22\x11GlobalAveragePool"), []byte("\x22\x11GlobalAveragePoof"), 1)
		}, []string{"GlobalAveragePoof", "not supported"}},
		{"truncated", "model.onnx", func(b []byte) []byte { return b[:len(b)/2] }, []string{"truncated"}},
		{"not ONNX", "model.onnx", func([]byte) []byte { return []byte("PK\x03\x04 archive") }, []string{"TorchScript"}},
		{"other weights", "test_data_set_0/output_0.pb", func(b []byte) []byte { b[len(b)-2] ^= 0x40; return b }, []string{"test_data_set_0", "does not match", "off by"}},
		{"labels that do not fit", "config.json", func([]byte) []byte { return []byte(`{"id2label": {"0": "a", "1": "b"}}`) }, []string{"2 labels", "10 classes"}},
		{"pictures that do not fit", "preprocessor_config.json", func([]byte) []byte { return []byte(`{"size": 64}`) }, []string{"[1,3,64,64]", "[-1,3,32,32]"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := modelWith(t, test.file, test.change)
			for _, command := range []string{"serve", "verify"} {
				args := []string{command, "--model", folder}
				if command == "serve" {
					args = append(args, "--addr", "127.0.0.1:0")
				}
				r := portent(t, nil, nil, args...)
				if r.err == nil {
					t.Fatalf("%s accepted it", command)
				}
				for _, want := range append(test.want, folder) {
					if !strings.Contains(r.stderr, want) {
						t.Errorf("%s: %q does not say %q", command, r.stderr, want)
					}
				}
			}
		})
	}
}

func TestServesABareFile(t *testing.T) {
	s := serveModel(t, "--model", filepath.Join(modelFolder, "model.onnx"))
	tensors, _ := vector(t, 0)
	for _, door := range doors(t, readFile(t, modelFolder, "samples", "ship.png"), tensors) {
		status, body := s.post(t, "/predict", door.contentType, door.body)
		if tensor := strings.HasPrefix(door.name, "nested") || strings.HasPrefix(door.name, "flat") || door.name == "binary"; tensor == (status != http.StatusOK) {
			t.Errorf("%s: %d %s", door.name, status, body)
		} else if tensor && !strings.Contains(body, fmt.Sprintf(`"label":"%d"`, 0)) && parse(t, status, body).Label == "airplane" {
			t.Errorf("%s: a model without labels says %s", door.name, body)
		}
	}
}
