package openinference_test

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports"
	"github.com/portent-go/portent/ports/predictortest"
)

var labels = domain.Labels{"ant", "bee", "cow"}

// classifierSignature is that of a model of two numbers and three classes.
var classifierSignature = domain.Signature{
	Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1, 2}}},
	Outputs: []domain.TensorSpec{{Name: "logits", Datatype: domain.FP32, Shape: domain.Shape{-1, 3}}},
}

// echo is a Predictor that answers with its inputs, in the order of the outputs.
type echo struct {
	*predictortest.Fake
	signature domain.Signature
}

func newEcho(specs ...domain.TensorSpec) echo {
	outputs := make([]domain.TensorSpec, len(specs))
	for i, spec := range specs {
		outputs[i] = domain.TensorSpec{Name: spec.Name + "_out", Datatype: spec.Datatype, Shape: spec.Shape}
	}
	return echo{predictortest.NewFake(), domain.Signature{Inputs: specs, Outputs: outputs}}
}

func (e echo) Signature() domain.Signature { return e.signature }

func (e echo) Predict(_ context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	outputs := make([]domain.Tensor, len(inputs))
	for i, input := range inputs {
		outputs[i] = input.Clone()
	}
	return outputs, nil
}

// served makes a Predictor one that can be asked.
func served(t testing.TB, name, version string, predictor ports.Predictor, options serving.Options) *serving.Served {
	t.Helper()
	s := &serving.Served{
		Name: name, Version: version, Model: serving.NewModel(predictor, options), Stats: new(serving.Statistics),
		Card: serving.Card{Name: name, Version: version, SHA256: "cafe", Labels: labels},
	}
	if classifier, err := serving.NewClassifier(s.Model, s.Card, options); err == nil {
		s.Classifier = classifier
	}
	return s
}

// closeAfter closes a repository when the test is over.
func closeAfter(t testing.TB, repository *serving.Repository) {
	t.Helper()
	t.Cleanup(func() {
		if err := repository.Close(); err != nil {
			t.Error(err)
		}
	})
}

// handlerOver returns a handler of one model.
func handlerOver(t testing.TB, predictor ports.Predictor, options openinference.Options) *openinference.Handler {
	t.Helper()
	repository := serving.Single(served(t, "m", "1", predictor, serving.Options{}))
	closeAfter(t, repository)
	return openinference.New(repository, options)
}

// classifier returns a handler of a classifier whose predictions do what the hook
// does first.
func classifier(t testing.TB, hook func(context.Context) error) *openinference.Handler {
	t.Helper()
	fake := predictortest.NewFake(classifierSignature)
	fake.Hook = hook
	return handlerOver(t, fake, openinference.Options{})
}

// ask sends one request to a handler.
func ask(handler http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	return askRequest(handler, request)
}

func askRequest(handler http.Handler, request *http.Request) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

const (
	inferPath  = "/v2/models/m/infer"
	headerSize = "Inference-Header-Content-Length"
)

// failure is an error as a client reads it.
type failure struct {
	Error, Code, Path, Expected, Got, Hint string
	RequestID                              string `json:"request_id"`
}

// answer is a prediction as a client reads it.
type answer struct {
	ModelName    string `json:"model_name"`
	ModelVersion string `json:"model_version"`
	ID           string
	Outputs      []output
}

type output struct {
	Name, Datatype string
	Shape          []int
	Data           []any
	Parameters     map[string]int
}

func decodeStrictly[T any](t testing.TB, body io.Reader) T {
	t.Helper()
	var v T
	decoder := json.NewDecoder(body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		t.Fatalf("the answer is not what was announced: %v", err)
	}
	return v
}

// binary32 returns numbers in raw form.
func binary32(values ...float32) string {
	body := make([]byte, 0, 4*len(values))
	for _, v := range values {
		bits := math.Float32bits(v)
		body = append(body, byte(bits), byte(bits>>8), byte(bits>>16), byte(bits>>24))
	}
	return string(body)
}
