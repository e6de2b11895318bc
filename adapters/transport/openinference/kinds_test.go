package openinference_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// statuses is the table of errors, written down a second time.
var statuses = map[domain.Kind]struct {
	status int
	code   string
}{
	domain.Internal: {500, "internal"}, domain.Invalid: {400, "invalid_input"}, domain.NotFound: {404, "not_found"},
	domain.Unsupported: {400, "unsupported"}, domain.Overloaded: {503, "overloaded"}, domain.Unavailable: {503, "unavailable"},
	domain.Timeout: {504, "timeout"}, domain.Canceled: {499, "canceled"},
	domain.Unauthenticated: {401, "unauthenticated"}, domain.RateLimited: {429, "rate_limited"},
}

func TestEveryKindOfErrorHasItsStatus(t *testing.T) {
	for _, kind := range domain.Kinds() {
		want, ok := statuses[kind]
		if !ok {
			t.Errorf("kind %v is not in the table", kind)
			continue
		}
		handler := classifier(t, func(context.Context) error {
			return &domain.Error{Kind: kind, Field: "x", Msg: "is secret", Hint: "hint", RetryAfter: 1500 * time.Millisecond}
		})
		response := ask(handler, "POST", inferPath, example)
		got := decodeStrictly[failure](t, response.Body)
		if response.Code != want.status || got.Code != want.code || got.RequestID == "" {
			t.Errorf("%v: %d %+v, want %+v", kind, response.Code, got, want)
		}
		if retry := response.Header().Get("Retry-After"); (retry == "2") != (want.status == 503 || want.status == 429) {
			t.Errorf("%v: Retry-After is %q", kind, retry)
		}
		if told := strings.Contains(got.Error+got.Hint, "secret"); told != (kind != domain.Internal) {
			t.Errorf("%v: the error says %q", kind, got.Error)
		}
	}
}

// TestInternalErrorsAreForTheLog looks for the cause in the log and only there,
// under the same id.
func TestInternalErrorsAreForTheLog(t *testing.T) {
	for name, hook := range map[string]func(context.Context) error{
		"error": func(context.Context) error { return errors.New("the secret cause") },
		"panic": func(context.Context) error { panic("the secret cause") },
	} {
		var log bytes.Buffer
		fake := predictortest.NewFake(classifierSignature)
		fake.Hook = hook
		handler := handlerOver(t, fake, openinference.Options{Logger: slog.New(slog.NewJSONHandler(&log, nil))})
		response := ask(handler, "POST", inferPath, example)
		body := response.Body.String()
		got := decodeStrictly[failure](t, response.Body)
		if response.Code != http.StatusInternalServerError || strings.Contains(body, "secret") || got.RequestID == "" {
			t.Errorf("%s: %d %s", name, response.Code, body)
		}
		if !strings.Contains(log.String(), "the secret cause") || !strings.Contains(log.String(), got.RequestID) {
			t.Errorf("%s: the log says %s", name, &log)
		}
		log.Reset()
		if ask(handler, "POST", inferPath, "{"); log.Len() > 0 {
			t.Errorf("what a client does wrong is logged: %s", &log)
		}
	}
}

// trap is a body that panics when it is read.
type trap struct{}

func (trap) Read([]byte) (int, error) { panic("a trap") }

// TestAPanicIsCounted, as all requests are. It goes on to the server beneath.
func TestAPanicIsCounted(t *testing.T) {
	model := served(t, "m", "1", predictortest.NewFake(classifierSignature), serving.Options{})
	repository := serving.Single(model)
	closeAfter(t, repository)
	func() {
		defer func() {
			if cause := recover(); cause != "a trap" {
				t.Errorf("it ended with %v", cause)
			}
		}()
		openinference.New(repository, openinference.Options{}).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, inferPath, io.MultiReader(trap{})))
	}()
	if got := model.Stats.Snapshot(); got.Fail.Count != 1 || got.Success.Count != 0 {
		t.Errorf("%+v", got)
	}
}

func TestReadiness(t *testing.T) {
	vector := serving.Vector{Name: "v"}
	model := served(t, "m", "1", predictortest.NewFake(classifierSignature), serving.Options{Vectors: []serving.Vector{vector}})
	repository := serving.Single(model)
	closeAfter(t, repository)
	handler := openinference.New(repository, openinference.Options{})
	for path, part := range map[string]string{"/v2/health/ready": `"live":true,"ready":false`, "/v2/models/m/ready": `"name":"m","ready":false`} {
		response := ask(handler, "GET", path, "")
		if body := response.Body.String(); response.Code != http.StatusServiceUnavailable || !strings.Contains(body, part) || !strings.Contains(body, "has not been verified") || response.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", path, response.Code, body)
		}
	}
	if response := ask(handler, "POST", inferPath, example); response.Code != http.StatusServiceUnavailable {
		t.Errorf("a prediction: %d %s", response.Code, response.Body)
	}
	if response := ask(handler, "GET", "/v2/health/live", ""); response.Code != http.StatusOK || response.Body.String() != "{\"live\":true}\n" {
		t.Errorf("alive: %d %s", response.Code, response.Body)
	}
}
