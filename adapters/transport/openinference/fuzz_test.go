package openinference_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain"
)

// FuzzInfer sends anything as a request's body, header and compression.
func FuzzInfer(f *testing.F) {
	handler := handlerOver(f, newEcho(domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1, 2}}), openinference.Options{MaxBody: 1 << 16})
	for _, a := range refusals() {
		if a.path == "" && len(a.body) < 1000 && len(a.headers) <= 2 {
			size := ""
			if len(a.headers) == 2 && a.headers[0] == headerSize {
				size = a.headers[1]
			}
			f.Add(a.body, size, "")
		}
	}
	f.Add(example, "", "gzip")
	f.Add(zipped(f, example), "", "gzip")
	f.Add(deflated(f, example), "", "deflate")
	f.Fuzz(func(t *testing.T, body, size, coding string) {
		var headers []string
		if size != "" {
			headers = append(headers, headerSize, size)
		}
		if coding != "" {
			headers = append(headers, "Content-Encoding", coding)
		}
		response := ask(handler, "POST", inferPath, body, headers...)
		text := response.Body.String()
		if response.Code == http.StatusOK {
			documentSize := len(text)
			if given := response.Header().Get(headerSize); given != "" {
				documentSize, _ = strconv.Atoi(given)
			}
			if document := text[:documentSize]; !json.Valid([]byte(document)) || !utf8.ValidString(document) || !strings.Contains(document, `"outputs"`) {
				t.Fatalf("the answer is %q", text)
			}
			return
		}
		var got failure
		if err := json.Unmarshal([]byte(text), &got); err != nil || got.Error == "" || response.Code < 400 || response.Code >= 500 || !utf8.ValidString(text) {
			t.Fatalf("%d %q", response.Code, text)
		}
	})
}

// FuzzPath sends anything as a path.
func FuzzPath(f *testing.F) {
	handler := classifier(f, nil)
	for _, route := range openinference.Routes() {
		method, path, _ := strings.Cut(route, " ")
		f.Add(method, strings.TrimPrefix(addressed(path), "/v2"))
	}
	f.Add("GET", "/models/%2e%2e/config")
	f.Add("GET", "//models///m/")
	f.Fuzz(func(t *testing.T, method, path string) {
		request, err := http.NewRequest(method, "http://host/v2"+path, strings.NewReader(example))
		if err != nil {
			return
		}
		response := askRequest(handler, request)
		if response.Code >= 500 || response.Code < 200 {
			t.Fatalf("%s %q: %d %s", method, path, response.Code, response.Body)
		}
	})
}
