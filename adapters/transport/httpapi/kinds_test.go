package httpapi_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
)

// statuses is the table of errors, written down a second time.
var statuses = map[domain.Kind]struct {
	status int
	code   string
}{
	domain.Internal: {500, "internal"}, domain.Invalid: {422, "invalid_input"}, domain.NotFound: {404, "not_found"},
	domain.Unsupported: {422, "unsupported"}, domain.Overloaded: {503, "overloaded"}, domain.Unavailable: {503, "unavailable"},
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
		broken := &fake{hook: func(context.Context) error {
			return &domain.Error{Kind: kind, Field: "pixel_values", Msg: "is secret", Hint: "hint", RetryAfter: 1500 * time.Millisecond}
		}}
		handler := handlerOver(t, broken, httpapi.Options{})
		for _, path := range []string{"/predict", "/predict/batch"} {
			response := ask(handler, "POST", path, "application/octet-stream", binary32(numbers()), "X-Request-Id", "r1")
			got := decodeStrictly[failure](t, response.Body)
			if response.Code != want.status || got.Code != want.code || got.RequestID != "r1" {
				t.Errorf("%v at %s: %d %+v, want %+v", kind, path, response.Code, got, want)
			}
			if retry := response.Header().Get("Retry-After"); (retry == "2") != (want.status == 503 || want.status == 429) {
				t.Errorf("%v: Retry-After is %q", kind, retry)
			}
			if told := strings.Contains(got.Error+got.Hint, "secret"); told != (kind != domain.Internal) {
				t.Errorf("%v: the error says %q", kind, got.Error)
			}
		}
	}
}

func TestRetryAfterIsAtLeastASecond(t *testing.T) {
	handler := handlerOver(t, &fake{hook: func(context.Context) error { return domain.Errorf(domain.Overloaded, "full") }}, httpapi.Options{})
	response := ask(handler, "POST", "/predict", "application/octet-stream", binary32(numbers()))
	if got := response.Header().Get("Retry-After"); got != "1" {
		t.Errorf("Retry-After is %q", got)
	}
}

// TestInternalErrorsAreForTheLog looks for the cause in the log and only there,
// under the same id.
func TestInternalErrorsAreForTheLog(t *testing.T) {
	for name, hook := range map[string]func(context.Context) error{
		"error":          func(context.Context) error { return errors.New("the secret cause") },
		"panic":          func(context.Context) error { panic("the secret cause") },
		"internal error": func(context.Context) error { return domain.Errorf(domain.Internal, "the secret cause") },
	} {
		var log bytes.Buffer
		handler := handlerOver(t, &fake{hook: hook}, httpapi.Options{Logger: slog.New(slog.NewJSONHandler(&log, nil))})
		response := ask(handler, "POST", "/predict", "application/octet-stream", binary32(numbers()))
		body := response.Body.String()
		got := decodeStrictly[failure](t, response.Body)
		if response.Code != http.StatusInternalServerError || strings.Contains(body, "secret") || got.RequestID == "" {
			t.Errorf("%s: %d %s", name, response.Code, body)
		}
		if !strings.Contains(log.String(), "the secret cause") || !strings.Contains(log.String(), got.RequestID) {
			t.Errorf("%s: the log says %s", name, &log)
		}
	}
}
