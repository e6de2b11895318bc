package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/domain/vision"
	"github.com/portent-go/portent/ports"
	"github.com/portent-go/portent/ports/predictortest"
)

// fake says how the predictor under a handler behaves.
type fake struct {
	input domain.TensorSpec               // default: pixels
	hook  func(ctx context.Context) error // comes before each prediction
	idle  bool                            // compute nothing
}

var pixels = domain.TensorSpec{Name: "pixel_values", Datatype: domain.FP32, Shape: domain.Shape{-1, 3, 32, 32}}

const classes = 10

// predictor returns the predictor that f describes.
func (f *fake) predictor() ports.Predictor {
	if f.input.Name == "" {
		f.input = pixels
	}
	p := predictortest.NewFake(signatureOf(f.input))
	p.Hook = f.hook
	if f.idle {
		return idle{p}
	}
	return p
}

// signatureOf returns the signature of a classifier that takes the input.
func signatureOf(input domain.TensorSpec) domain.Signature {
	return domain.Signature{
		Inputs:  []domain.TensorSpec{input},
		Outputs: []domain.TensorSpec{{Name: "logits", Datatype: domain.FP32, Shape: domain.Shape{-1, classes}}},
	}
}

// idle answers with zeros, without looking at the input.
type idle struct{ *predictortest.Fake }

func (idle) Predict(_ context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	output, err := domain.MakeTensor(domain.FP32, domain.Shape{inputs[0].Shape()[0], classes})
	return []domain.Tensor{output}, err
}

var labels = domain.Labels{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}

// preprocessor prepares pictures for pixels.
func preprocessor() *vision.Preprocessor {
	return &vision.Preprocessor{Resize: vision.Exactly(32, 32), Resample: vision.Bilinear, Rescale: 1.0 / 255}
}

var emptyOptions serving.Options

func card() serving.Card {
	return serving.Card{Name: "fake-model", Version: "1", SHA256: "cafe", Labels: labels, Preprocessor: preprocessor()}
}

// classifierOver returns a classifier over a fake.
func classifierOver(t testing.TB, f *fake, card serving.Card, options serving.Options) *serving.Classifier {
	t.Helper()
	classifier, err := serving.NewClassifier(f.predictor(), card, options)
	if err != nil {
		t.Fatal(err)
	}
	return classifier
}

func handlerOver(t testing.TB, f *fake, options httpapi.Options) *httpapi.Handler {
	t.Helper()
	return handlerWith(t, f, card(), options)
}

func handlerWith(t testing.TB, f *fake, card serving.Card, options httpapi.Options) *httpapi.Handler {
	t.Helper()
	handler, err := httpapi.New(classifierOver(t, f, card, emptyOptions), options)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// ask sends one request to a handler.
func ask(handler http.Handler, method, path, contentType string, body string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

// answer is a prediction as a client reads it.
type answer struct {
	PredictedClass int       `json:"predicted_class"`
	Label          string    `json:"label"`
	Probability    float32   `json:"probability"`
	Probabilities  []float32 `json:"probabilities"`
	Top            []struct {
		Class       int
		Label       string
		Probability float32
	}
	Model    map[string]string
	ID       string
	Warnings []string
}

// failure is an error as a client reads it.
type failure struct {
	Error, Code, Path, Expected, Got, Hint string
	RequestID                              string `json:"request_id"`
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

// numbers returns the values of a picture's tensor: three planes of a ramp in
// the precision of a byte.
func numbers() []float32 {
	values := make([]float32, 3*32*32)
	for i := range values {
		values[i] = float32(i*7%256) / 255
	}
	return values
}

// nestedJSON writes values as a nested array of the shape.
func nestedJSON(values []float32, shape ...int) string {
	if len(shape) == 0 {
		text, _ := json.Marshal(values[0])
		return string(text)
	}
	step := len(values) / shape[0]
	parts := make([]string, shape[0])
	for i := range parts {
		parts[i] = nestedJSON(values[i*step:(i+1)*step], shape[1:]...)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func binary32(values []float32) string {
	body := make([]byte, 0, 4*len(values))
	for _, v := range values {
		bits := math.Float32bits(v)
		body = append(body, byte(bits), byte(bits>>8), byte(bits>>16), byte(bits>>24))
	}
	return string(body)
}

// picturePNG returns a picture's file.
func picturePNG(width, height int) string {
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.SetNRGBA(x, y, color.NRGBA{R: uint8(x * 5), G: uint8(y * 3), B: uint8(x * y), A: 255})
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		panic(err)
	}
	return file.String()
}
