package httpapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// A predictor, here a stand-in for an engine, becomes a service.
func Example() {
	predictor := predictortest.NewFake(domain.Signature{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1, 2}}},
		Outputs: []domain.TensorSpec{{Name: "logits", Datatype: domain.FP32, Shape: domain.Shape{-1, 3}}},
	})
	classifier, err := serving.NewClassifier(predictor, serving.Card{Name: "example", Version: "1", Labels: domain.Labels{"cat", "dog", "ship"}}, serving.Options{})
	if err != nil {
		panic(err)
	}
	handler, err := httpapi.New(classifier, httpapi.Options{})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()

	response, err := http.Post(server.URL+"/predict", "application/json", strings.NewReader(`{"input": [1, 40], "top_k": 1}`))
	if err != nil {
		panic(err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct{ Label string }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		panic(err)
	}
	fmt.Println(response.StatusCode, answer.Label)
	// Output: 200 ship
}
