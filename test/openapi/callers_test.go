package openapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/portent-go/portent/adapters/transport/guard"
	"github.com/portent-go/portent/adapters/transport/httpapi"
)

// guarded serves a model behind a guard, and says so in its documents.
func guarded(t *testing.T, asked httpapi.Asked) http.Handler {
	t.Helper()
	options := guard.Options{Certificate: asked.Certificate}
	if asked.Token {
		file := filepath.Join(t.TempDir(), "tokens")
		if err := os.WriteFile(file, []byte("known"), 0o600); err != nil {
			t.Fatal(err)
		}
		var err error
		if options.Tokens, err = guard.OpenTokens(file); err != nil {
			t.Fatal(err)
		}
	}
	if asked.Share {
		options.Rate = 1e-6
	}
	g, err := guard.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return models["one axis"].handler(t, func(o *httpapi.Options) {
		o.Middleware, o.Asked = []func(http.Handler) http.Handler{g.HTTP}, asked
	})
}

// TestWhatIsAskedOfCallersIsDocumented compares what each operation answers to a
// stranger with what the document says, for each way to start the server.
func TestWhatIsAskedOfCallersIsDocumented(t *testing.T) {
	for _, asked := range []httpapi.Asked{{}, {Token: true}, {Certificate: true}, {Share: true}, {Token: true, Certificate: true, Share: true}} {
		// The document is that of a server which is not closed to the test.
		open := models["one axis"].handler(t, func(o *httpapi.Options) { o.Asked = asked })
		doc, swagger := validOpenAPI(t, open), validSwagger(t, open)
		for _, d := range []*openapi3.T{doc, swagger} {
			if schemes := len(d.Components.SecuritySchemes); (schemes == 2) != asked.Token || (schemes == 0) == asked.Token {
				t.Errorf("%+v: %d security schemes", asked, schemes)
			}
			if strings.Contains(d.Info.Description, "certificate") != asked.Certificate {
				t.Errorf("%+v: %s", asked, d.Info.Description)
			}
		}
		handler := guarded(t, asked)
		strange(handler, "GET", "/v2") // uses up the share, if there is one
		closed := 0
		for path, item := range doc.Paths.Map() {
			for method, operation := range item.Operations() {
				response := strange(handler, method, addressed.Replace(path))
				if status := response.Code; status == http.StatusUnauthorized || status == http.StatusTooManyRequests {
					closed++
					asDocumented(t, method+" "+path, operation, response)
				} else if says(operation, "401") || says(operation, "429") || operation.Security != nil {
					t.Errorf("%+v: the document closes %s %s, which answers with %d", asked, method, path, response.Code)
				}
				if ofToken := operation.Security != nil && len(*operation.Security) == 2; ofToken != (asked.Token && says(operation, "401")) {
					t.Errorf("%+v: %s %s asks for %v", asked, method, path, operation.Security)
				}
			}
		}
		if (closed == 0) != (asked == httpapi.Asked{}) {
			t.Errorf("%+v: %d operations are closed", asked, closed)
		}
	}
}

// strange asks without a token, as one caller.
func strange(handler http.Handler, method, path string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, path, nil))
	return recorder
}

func says(operation *openapi3.Operation, status string) bool {
	return operation.Responses.Value(status) != nil
}

// asDocumented looks for a refusal's status, its header and its body.
func asDocumented(t *testing.T, what string, operation *openapi3.Operation, got *httptest.ResponseRecorder) {
	t.Helper()
	header := map[int]string{http.StatusUnauthorized: "WWW-Authenticate", http.StatusTooManyRequests: "Retry-After"}[got.Code]
	response := operation.Responses.Status(got.Code)
	switch {
	case response == nil:
		t.Errorf("%s: status %d is not documented", what, got.Code)
		return
	case response.Value.Headers[header] == nil || got.Header().Get(header) == "":
		t.Errorf("%s: %s is documented: %v, sent: %q", what, header, response.Value.Headers[header] != nil, got.Header().Get(header))
	}
	var body any
	if err := json.Unmarshal(got.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	conforms(t, what, response.Value.Content[typeJSON].Schema, body)
}
