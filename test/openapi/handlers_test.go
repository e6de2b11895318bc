package openapi

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/domain/vision"
	"github.com/portent-go/portent/ports/predictortest"
)

const typeJSON = "application/json"

// model is what the documents depend on.
type model struct {
	datatype domain.Datatype
	shape    domain.Shape // of the input, with its batch axis
	pictures bool
	labels   bool
}

var models = map[string]model{
	"pictures":       {domain.FP32, domain.Shape{-1, 3, 32, 32}, true, true},
	"without labels": {domain.FP32, domain.Shape{-1, 3, 32, 32}, true, false},
	"tensors":        {domain.FP32, domain.Shape{-1, 3, 32, 32}, false, true},
	"one axis":       {domain.FP64, domain.Shape{-1, 4}, false, true},
	"integers":       {domain.INT64, domain.Shape{-1, 4}, false, false},
	"dynamic":        {domain.FP32, domain.Shape{-1, -1, 2}, false, true},
	"dynamic inside": {domain.FP32, domain.Shape{-1, 2, -1}, false, true},
	"booleans":       {domain.BOOL, domain.Shape{-1, 2}, false, true},
	"strings":        {domain.BYTES, domain.Shape{-1, 2}, false, true},
}

// handler serves the model over a stand-in for an engine.
func (m model) handler(t *testing.T, more ...func(*httpapi.Options)) http.Handler {
	t.Helper()
	card := serving.Card{Name: "a-model", Version: "1", SHA256: "cafe"}
	if m.labels {
		card.Labels = domain.Labels{"cat", "dog", "ship"}
	}
	if m.pictures {
		card.Preprocessor = &vision.Preprocessor{Resize: vision.Exactly(32, 32), Resample: vision.Bilinear, Rescale: 1.0 / 255}
	}
	predictor := predictortest.NewFake(domain.Signature{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: m.datatype, Shape: m.shape}},
		Outputs: []domain.TensorSpec{{Name: "logits", Datatype: domain.FP32, Shape: domain.Shape{-1, 3}}},
	})
	classifier, err := serving.NewClassifier(predictor, card, serving.Options{})
	if err != nil {
		t.Fatal(err)
	}
	inference := openinference.New(serving.Single(&serving.Served{
		Name: card.Name, Version: card.Version, Card: card, Model: classifier.Model(), Classifier: classifier, Stats: new(serving.Statistics),
	}), openinference.Options{})
	options := httpapi.Options{Version: "1.2", Mounts: []httpapi.Mount{{Path: "/v2", Handler: inference, Describe: inference.Describe}}}
	for _, set := range more {
		set(&options)
	}
	handler, err := httpapi.New(classifier, options)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// ask sends one request and returns the answer's status and body.
func ask(t *testing.T, handler http.Handler, method, path, body string) (int, []byte) {
	t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("Content-Type", typeJSON)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	answer, err := io.ReadAll(recorder.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return recorder.Code, answer
}
