package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/tlsfiles/tlstest"
)

// TestDocumentsTellWhatIsClosed asks for each path of the document without a token:
// what is refused says so there, and that a token is needed, and nothing else does.
func TestDocumentsTellWhatIsClosed(t *testing.T) {
	const token = "a-token-that-is-long-enough"
	s := serveModel(t, "--grpc-addr", "off", "--token-file", tlstest.Write(t, t.TempDir(), "tokens", []byte(token+"\n")))
	_, text := ask(t, nil, s.url+"/openapi.json", nil, "X-API-Key", token)
	var document struct {
		Paths map[string]map[string]struct {
			Responses map[string]any
			Security  []any
		}
	}
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	operations := 0
	for path, item := range document.Paths {
		for method, operation := range item {
			operations++
			request, err := http.NewRequestWithContext(t.Context(), strings.ToUpper(method), s.url+strings.NewReplacer("{", "", "}", "").Replace(path), http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			closed := response.StatusCode == http.StatusUnauthorized
			_, told := operation.Responses["401"]
			if closed != told || closed != (len(operation.Security) > 0) {
				t.Errorf("%s %s: %s without a token; 401 is documented: %v, a token is asked for: %v", method, path, response.Status, told, len(operation.Security) > 0)
			}
		}
	}
	if operations < 20 {
		t.Errorf("%d operations", operations)
	}
	s.stop()
	if err := <-s.done; err != nil {
		t.Error(err)
	}
}
