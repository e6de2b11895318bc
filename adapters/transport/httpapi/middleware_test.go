package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain/serving"
)

func TestRequestIDs(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	for given, taken := range map[string]bool{
		"abc-123": true, strings.Repeat("x", 128): true, "": false, strings.Repeat("x", 129): false, "a b": false, "a\x01b": false, "é": false,
	} {
		response := ask(handler, "GET", "/nowhere", "", "", "X-Request-Id", given)
		got := response.Header().Get("X-Request-Id")
		if (got == given) != taken || got == "" {
			t.Errorf("given %q: got %q", given, got)
		}
		if inBody := decodeStrictly[failure](t, response.Body).RequestID; inBody != got {
			t.Errorf("given %q: %q in the body, %q in the header", given, inBody, got)
		}
	}
	first, second := ask(handler, "GET", "/healthz", "", ""), ask(handler, "GET", "/healthz", "", "")
	if first.Header().Get("X-Request-Id") == second.Header().Get("X-Request-Id") {
		t.Error("two requests have one id")
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	for _, path := range []string{"/", "/healthz", "/readyz", "/openapi.json", "/swagger/index.html", "/swagger/doc.json", "/swagger/swagger-ui.css", "/docs", "/nowhere"} {
		header := ask(handler, "GET", path, "", "").Header()
		if header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", path, header)
		}
		for _, unwanted := range []string{"Server", "X-Powered-By"} {
			if header.Get(unwanted) != "" {
				t.Errorf("%s: %s: %s", path, unwanted, header.Get(unwanted))
			}
		}
	}
}

func TestHEADandOPTIONS(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	for path, allow := range map[string]string{"/predict": "POST, OPTIONS", "/": "GET, HEAD, OPTIONS", "/swagger/index.html": "GET, HEAD, OPTIONS"} {
		response := ask(handler, "OPTIONS", path, "", "")
		if response.Code != http.StatusNoContent || response.Header().Get("Allow") != allow || response.Body.Len() != 0 {
			t.Errorf("OPTIONS %s: %d %v", path, response.Code, response.Header())
		}
	}
	for _, path := range []string{"/", "/healthz", "/openapi.json", "/swagger/index.html", "/swagger/swagger-ui-bundle.js"} {
		if response := ask(handler, "HEAD", path, "", ""); response.Code != http.StatusOK {
			t.Errorf("HEAD %s: %d", path, response.Code)
		}
	}
	for _, method := range []string{"PUT", "DELETE", "PATCH", "TRACE", "BREW"} {
		if response := ask(handler, method, "/predict", jsonType, "{}"); response.Code != http.StatusMethodNotAllowed || response.Header().Get("Allow") != "POST, OPTIONS" {
			t.Errorf("%s: %d %v", method, response.Code, response.Header())
		}
	}
}

func TestOneLineOfLogARequest(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	handler := handlerOver(t, &fake{}, httpapi.Options{Logger: logger})
	response := ask(handler, "POST", "/predict?id=x", "application/octet-stream", binary32(numbers()), "X-Request-Id", "r1")
	var line struct {
		Level, Msg, Method, Path        string
		Status, Bytes                   int
		Duration, Decode, Infer, Encode int64
		RequestID                       string `json:"request_id"`
	}
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("not one line of JSON: %v: %s", err, &log)
	}
	if line.Level != "DEBUG" || line.Method != http.MethodPost || line.Path != "/predict" || line.Status != 200 || line.Bytes != response.Body.Len() || line.RequestID != "r1" {
		t.Errorf("the line is %s", &log)
	}
	if line.Duration <= 0 || line.Decode <= 0 || line.Infer <= 0 || line.Encode <= 0 {
		t.Errorf("times are missing: %s", &log)
	}
	log.Reset()
	ask(handler, "POST", "/predict", jsonType, "{", "X-Request-Id", "r2")
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "ends too early") || !strings.Contains(text, `"status":400`) {
		t.Errorf("the log says %s", text)
	}
}

func TestHealthFollowsTheModel(t *testing.T) {
	classifier := classifierOver(t, &fake{}, card(), emptyOptions)
	handler, err := httpapi.New(classifier, httpapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if response := ask(handler, "GET", "/readyz", "", ""); response.Code != 200 || response.Header().Get("Connection") != "" {
		t.Errorf("before draining: %d %v", response.Code, response.Header())
	}
	classifier.Model().Drain()
	response := ask(handler, "GET", "/readyz", "", "")
	if got := decodeStrictly[failure](t, response.Body); response.Code != 503 || !strings.Contains(got.Error, "shut down") || response.Header().Get("Retry-After") == "" {
		t.Errorf("draining: %d %+v", response.Code, got)
	}
	if response := ask(handler, "GET", "/healthz", "", ""); response.Code != 200 || response.Header().Get("Connection") != "close" {
		t.Errorf("draining, alive: %d %v", response.Code, response.Header())
	}
	if response := ask(handler, "POST", "/predict", "application/octet-stream", binary32(numbers())); response.Code != 200 {
		t.Errorf("draining, what is accepted is answered: %d %s", response.Code, response.Body)
	}
	if err := classifier.Model().Close(); err != nil {
		t.Fatal(err)
	}
	if response := ask(handler, "POST", "/predict", "application/octet-stream", binary32(numbers())); response.Code != 503 {
		t.Errorf("closed: %d %s", response.Code, response.Body)
	}
}

// TestAnswersAskToCloseFromThenOn: what counts is when the answer begins, not when the
// request has come.
func TestAnswersAskToCloseFromThenOn(t *testing.T) {
	var classifier *serving.Classifier
	classifier = classifierOver(t, &fake{hook: func(context.Context) error {
		classifier.Model().Drain()
		return nil
	}}, card(), emptyOptions)
	handler, err := httpapi.New(classifier, httpapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if response := ask(handler, "POST", "/predict", "application/octet-stream", binary32(numbers())); response.Code != 200 || response.Header().Get("Connection") != "close" {
		t.Errorf("%d %v", response.Code, response.Header())
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, options := range []httpapi.Options{{MaxBody: -1}, {MaxBatch: -1}, {MaxPixels: -1}, {ExamplePicture: []byte("no picture")}} {
		if _, err := httpapi.New(classifierOver(t, &fake{}, card(), emptyOptions), options); err == nil {
			t.Errorf("%+v: accepted", options)
		}
	}
}
