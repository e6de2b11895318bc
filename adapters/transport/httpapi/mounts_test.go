package httpapi_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain/serving"
)

// mounted returns a handler that has another beside it.
func mounted(t testing.TB, handle http.HandlerFunc, options httpapi.Options) *httpapi.Handler {
	t.Helper()
	options.Mounts = []httpapi.Mount{{Path: "/v2", Handler: handle}}
	return handlerOver(t, &fake{}, options)
}

func TestAMountGetsItsPathsAndNoOthers(t *testing.T) {
	handler := mounted(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.Method+" "+r.URL.EscapedPath())
	}, httpapi.Options{})
	for _, path := range []string{"/v2", "/v2/", "/v2/models/a%2Fb", "/v2/x"} {
		for _, method := range []string{"GET", "POST", "OPTIONS", "BREW"} {
			response := ask(handler, method, path, "", "")
			if response.Code != http.StatusOK || response.Body.String() != method+" "+path {
				t.Errorf("%s %s: %d %s", method, path, response.Code, response.Body)
			}
		}
	}
	for path, status := range map[string]int{"/v2x": 404, "/v3": 404, "/healthz": 200, "/": 200} {
		if response := ask(handler, "GET", path, "", ""); response.Code != status {
			t.Errorf("%s: %d", path, response.Code)
		}
	}
}

func TestAMountIsWrapped(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	handler := mounted(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v2/panic" {
			panic("the secret cause")
		}
		serving.TimingsFrom(r.Context()).Infer = 7
		_, _ = io.WriteString(w, w.Header().Get("X-Request-Id"))
	}, httpapi.Options{Logger: logger})
	response := ask(handler, "GET", "/v2/x", "", "", "X-Request-Id", "r1")
	if response.Body.String() != "r1" || response.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s %v", response.Body, response.Header())
	}
	if text := log.String(); !strings.Contains(text, "request_id=r1") || !strings.Contains(text, "path=/v2/x") || !strings.Contains(text, "infer=7ns") || strings.Contains(text, "encode") {
		t.Errorf("the log says %s", text)
	}
	response = ask(handler, "GET", "/v2/panic", "", "")
	if got := decodeStrictly[failure](t, response.Body); response.Code != 500 || got.Code != "internal" || !strings.Contains(log.String(), "the secret cause") {
		t.Errorf("%d %+v", response.Code, got)
	}
}

// TestTheDocumentShowsWhatIsMounted and nothing else.
func TestTheDocumentShowsWhatIsMounted(t *testing.T) {
	without := readOpenAPI(t, handlerOver(t, &fake{}, httpapi.Options{}))
	for path := range without.Paths {
		if strings.HasPrefix(path, "/v2") {
			t.Errorf("%s is documented, and nothing is mounted", path)
		}
	}
	for _, name := range []string{"InferenceRequest", "StatisticDuration", "ServerLive"} {
		if _, ok := without.Components.Schemas[name]; ok {
			t.Errorf("%s is defined, and nothing refers to it", name)
		}
	}
	handler := handlerOver(t, &fake{}, httpapi.Options{Mounts: []httpapi.Mount{{
		Path: "/v2", Handler: http.NotFoundHandler(),
		Describe: func(paths, schemas map[string]any) {
			paths["/v2/more"] = paths["/v2"]
			schemas["Extra"] = map[string]any{"type": "object"}
		},
	}}})
	with := readOpenAPI(t, handler)
	for _, path := range []string{"/v2/models/{model}/infer", "/v2/more", "/predict"} {
		if with.Paths[path] == nil {
			t.Errorf("%s is not documented", path)
		}
	}
	for _, name := range []string{"InferenceTensor", "Extra", "PredictRequest"} {
		if _, ok := with.Components.Schemas[name]; !ok {
			t.Errorf("%s is not defined", name)
		}
	}
}

func TestMountsAreChecked(t *testing.T) {
	for _, mount := range []httpapi.Mount{{Path: "", Handler: http.NotFoundHandler()}, {Path: "/", Handler: http.NotFoundHandler()}, {Path: "v2", Handler: http.NotFoundHandler()}, {Path: "/v2/", Handler: http.NotFoundHandler()}, {Path: "/v2"}} {
		if _, err := httpapi.New(classifierOver(t, &fake{}, card(), emptyOptions), httpapi.Options{Mounts: []httpapi.Mount{mount}}); err == nil {
			t.Errorf("%+v: accepted", mount)
		}
	}
}
