package openinference_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain/serving"
)

const example = `{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}`

// addressed puts the test's model into a route's path.
func addressed(path string) string {
	return strings.NewReplacer("{model}", "m", "{version}", "1").Replace(path)
}

func TestEveryPathWithItsMethods(t *testing.T) {
	handler := classifier(t, nil)
	for _, route := range openinference.Routes() {
		method, path, _ := strings.Cut(route, " ")
		allow := "GET, HEAD, OPTIONS"
		if method == http.MethodPost {
			allow = "POST, OPTIONS"
		}
		path = addressed(path)
		for _, path := range []string{path, path + "/", path + "?a=b"} {
			body := ""
			if strings.Contains(path, "/infer") {
				body = example
			}
			want := http.StatusOK
			if strings.Contains(path, "load") {
				want = http.StatusBadRequest // of this repository nothing can be unloaded
			}
			if response := ask(handler, method, path, body); response.Code != want || !json.Valid(response.Body.Bytes()) || response.Header().Get("Content-Type") != "application/json" || response.Header().Get("X-Request-Id") == "" {
				t.Errorf("%s %s: %d %v %s", method, path, response.Code, response.Header(), response.Body)
			}
			if response := ask(handler, "OPTIONS", path, ""); response.Code != http.StatusNoContent || response.Header().Get("Allow") != allow {
				t.Errorf("OPTIONS %s: %d %v", path, response.Code, response.Header())
			}
			for _, wrong := range []string{"PUT", "DELETE", "PATCH", "BREW", "HEAD", "GET", "POST"} {
				if strings.Contains(allow, wrong) {
					continue
				}
				response := ask(handler, wrong, path, "")
				if got := decodeStrictly[failure](t, response.Body); response.Code != http.StatusMethodNotAllowed || response.Header().Get("Allow") != allow || got.Code != "method_not_allowed" {
					t.Errorf("%s %s: %d %v", wrong, path, response.Code, response.Header())
				}
			}
			if method == http.MethodGet {
				if response := ask(handler, "HEAD", path, ""); response.Code != http.StatusOK {
					t.Errorf("HEAD %s: %d", path, response.Code)
				}
			}
		}
	}
	for _, path := range []string{"/v2/nothing", "/v2/models", "/v2/models/m/nothing", "/v2/models/m/versions", "/v2/models/m/versions/1/nothing", "/v2/health", "/v3", "/", "/v2/models/m/infer/x"} {
		response := ask(handler, "GET", path, "")
		if got := decodeStrictly[failure](t, response.Body); response.Code != http.StatusNotFound || got.Code != "not_found" || !strings.Contains(got.Hint, "/v2/models/NAME") {
			t.Errorf("%s: %d %+v", path, response.Code, got)
		}
	}
}

func TestNamesInPathsAreUnescaped(t *testing.T) {
	repository := serving.Single(served(t, "a/b c", "1+2", newEcho(classifierSignature.Inputs...), serving.Options{}))
	closeAfter(t, repository)
	handler := openinference.New(repository, openinference.Options{})
	for _, path := range []string{"/v2/models/a%2Fb%20c", "/v2/models/a%2Fb%20c/", "/v2/models/a%2fb%20c/versions/1+2"} {
		if response := ask(handler, "GET", path, ""); response.Code != http.StatusOK || !strings.Contains(response.Body.String(), `"name":"a/b c"`) {
			t.Errorf("%s: %d %s", path, response.Code, response.Body)
		}
	}
}

func TestUnknownModelsAndVersions(t *testing.T) {
	handler := classifier(t, nil)
	for _, route := range openinference.Routes() {
		method, path, _ := strings.Cut(route, " ")
		if !strings.Contains(path, "/models/{model}") || strings.Contains(path, "load") {
			continue
		}
		wrong := []string{strings.NewReplacer("{model}", "other", "{version}", "1").Replace(path)}
		if strings.Contains(path, "{version}") {
			wrong = append(wrong, strings.NewReplacer("{model}", "m", "{version}", "9").Replace(path))
		}
		for _, path := range wrong {
			response := ask(handler, method, path, example)
			if got := decodeStrictly[failure](t, response.Body); response.Code != http.StatusNotFound || got.Code != "not_found" || !strings.Contains(got.Error, "is not served here") {
				t.Errorf("%s: %d %+v", path, response.Code, got)
			}
		}
	}
}

// TestRoutesAndDocumentsAgree compares the routes to the generated documents, once
// they are completed.
func TestRoutesAndDocumentsAgree(t *testing.T) {
	for name, doc := range documents(t) {
		paths, _ := doc.complete(classifier(t, nil))
		var documented []string
		ids := map[string]bool{}
		for path, item := range paths {
			for method, operation := range item.(object) {
				id := operation.(object)["operationId"].(string)
				if ids[id] {
					t.Errorf("%s: two operations are called %s", name, id)
				}
				ids[id] = true
				for _, parameter := range []string{"model", "version"} {
					if named := pathParameter(operation, parameter) != nil; named != strings.Contains(path, "{"+parameter+"}") {
						t.Errorf("%s: %s %s has parameters %v", name, method, path, operation.(object)["parameters"])
					}
				}
				if strings.HasPrefix(path, "/v2") {
					documented = append(documented, strings.ToUpper(method)+" "+path)
				}
			}
		}
		routes := openinference.Routes()
		slices.Sort(routes)
		slices.Sort(documented)
		if !slices.Equal(routes, documented) {
			t.Errorf("%s: routes     %q\ndocumented %q", name, routes, documented)
		}
	}
}
