package httpapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/transport/httpapi"
)

// TestCallersSayHowLongTheyWait looks at the deadline that reaches a handler.
func TestCallersSayHowLongTheyWait(t *testing.T) {
	var left time.Duration
	var limited bool
	handler := mounted(t, func(_ http.ResponseWriter, r *http.Request) {
		deadline, ok := r.Context().Deadline()
		left, limited = time.Until(deadline), ok
	}, httpapi.Options{})
	for header, most := range map[string]time.Duration{"": 0, "0.5": 500 * time.Millisecond, "30": 30 * time.Second, "1e300": 24 * time.Hour} {
		request := httptest.NewRequest(http.MethodGet, "/v2", nil)
		if header != "" {
			request.Header.Set("X-Request-Timeout", header)
		}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusOK || limited != (most > 0) || left > most {
			t.Errorf("%q: status %d, %v left, expected at most %v", header, recorder.Code, left, most)
		}
	}
	for _, header := range []string{"0", "-1", "soon", "NaN", "Inf", "1s"} {
		request := httptest.NewRequest(http.MethodPost, "/predict", strings.NewReader("{}"))
		request.Header.Set("X-Request-Timeout", header)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusBadRequest || !strings.Contains(recorder.Body.String(), "a number of seconds") {
			t.Errorf("%q: status %d %s", header, recorder.Code, recorder.Body)
		}
	}
}

// TestACallersDeadlineIsATimeout has the engine wait until it is over.
func TestACallersDeadlineIsATimeout(t *testing.T) {
	handler := handlerOver(t, &fake{hook: func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}}, httpapi.Options{})
	request := httptest.NewRequest(http.MethodPost, "/predict", strings.NewReader(picturePNG(8, 8)))
	request.Header.Set("Content-Type", "image/png")
	request.Header.Set("X-Request-Timeout", "0.01")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	if recorder.Code != http.StatusGatewayTimeout || !strings.Contains(recorder.Body.String(), `"code":"timeout"`) {
		t.Errorf("status %d %s", recorder.Code, recorder.Body)
	}
}
