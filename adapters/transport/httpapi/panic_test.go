package httpapi_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain/serving"
)

// trap is a body, or a writer, that panics when it is used.
type trap struct {
	http.ResponseWriter
	cause any
}

func (t trap) Read([]byte) (int, error)  { panic(t.cause) }
func (t trap) Write([]byte) (int, error) { panic(t.cause) }

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	var log bytes.Buffer
	handler := handlerOver(t, &fake{}, httpapi.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	request := httptest.NewRequest(http.MethodPost, "/predict", io.MultiReader(trap{cause: "the secret cause"}))
	request.Header.Set("Content-Type", jsonType)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	got := decodeStrictly[failure](t, recorder.Body)
	if recorder.Code != 500 || got.Code != "internal" || strings.Contains(got.Error, "secret") {
		t.Errorf("%d %+v", recorder.Code, got)
	}
	for _, part := range []string{"the secret cause", got.RequestID, "trap.Read", "status=500"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log does not say %q: %s", part, &log)
		}
	}
	if response := ask(handler, "POST", "/predict", "image/png", picturePNG(9, 9)); response.Code != 200 {
		t.Errorf("afterwards: %d %s", response.Code, response.Body)
	}
}

// TestAPanicIsCounted, as all requests for predictions are.
func TestAPanicIsCounted(t *testing.T) {
	served := &serving.Served{Name: "m", Version: "1", Classifier: classifierOver(t, &fake{}, card(), emptyOptions), Stats: new(serving.Statistics)}
	served.Model = served.Classifier.Model()
	handler, err := httpapi.NewForRepository(serving.Single(served), httpapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/predict", io.MultiReader(trap{cause: "cause"}))
	request.Header.Set("Content-Type", jsonType)
	handler.ServeHTTP(httptest.NewRecorder(), request)
	if got := served.Stats.Snapshot(); got.Fail.Count != 1 || got.Success.Count != 0 {
		t.Errorf("%+v", got)
	}
}

// TestAPanicAmidAnAnswerBreaksTheConnection since the client would take what it
// has got for the whole.
func TestAPanicAmidAnAnswerBreaksTheConnection(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	for name, cause := range map[string]any{"a panic": "cause", "an abort": http.ErrAbortHandler} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
					t.Errorf("the handler ended with %v, want %v", err, http.ErrAbortHandler)
				}
			}()
			handler.ServeHTTP(trap{httptest.NewRecorder(), cause}, httptest.NewRequest(http.MethodGet, "/healthz", nil))
		})
	}
}
