package cluster

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Ways to apply an object: for good, or as far as the server would go.
const (
	forGood = ""
	dryRun  = "&dryRun=All"
)

// manager is who applies, as the server keeps account of who has set which field.
const manager = "a-test"

// answer is the server's.
type answer struct {
	status   int
	warnings []string
	body     []byte
}

func (a answer) object(t *testing.T) (o object) {
	t.Helper()
	if err := json.Unmarshal(a.body, &o); err != nil || a.status >= http.StatusBadRequest {
		t.Fatalf("%d %v: %s", a.status, err, a.body)
	}
	return o
}

// kind is how the server addresses the objects of a kind.
type kind struct {
	plural     string
	namespaced bool
}

// call sends a request.
func (s *server) call(t *testing.T, method, path, contentType string, body any) answer {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header.Values("Warning"), got}
}

// pathOf returns the path of an object's resource, and of those of its kind.
func (s *server) pathOf(t *testing.T, o object, namespace string) (of, all string) {
	t.Helper()
	version := o.text("apiVersion")
	root := "/apis/" + version
	if !strings.Contains(version, "/") {
		root = "/api/" + version
	}
	key := version + " " + o.text("kind")
	if _, known := s.kinds[key]; !known {
		s.learn(t, root, version)
	}
	k, known := s.kinds[key]
	if !known {
		t.Fatalf("the server does not know %s", key)
	}
	if k.namespaced {
		root += "/namespaces/" + namespace
	}
	all = root + "/" + k.plural
	return all + "/" + o.text("metadata", "name"), all
}

// learn asks the server which kinds a version of an API has.
func (s *server) learn(t *testing.T, root, version string) {
	t.Helper()
	var list struct {
		Resources []struct {
			Name, Kind string
			Namespaced bool
		}
	}
	if got := s.call(t, http.MethodGet, root, "", nil); json.Unmarshal(got.body, &list) != nil {
		t.Fatalf("%s: %d %s", root, got.status, got.body)
	}
	for _, r := range list.Resources {
		if !strings.Contains(r.Name, "/") {
			s.kinds[version+" "+r.Kind] = kind{r.Name, r.Namespaced}
		}
	}
}

// apply applies an object, as kubectl apply --server-side --validate=strict does.
func (s *server) apply(t *testing.T, o object, namespace, how string) answer {
	t.Helper()
	of, _ := s.pathOf(t, o, namespace)
	return s.call(t, http.MethodPatch, of+"?fieldManager="+manager+"&fieldValidation=Strict"+how, "application/apply-patch+yaml", o)
}

// create creates an object as far as the server would go.
func (s *server) create(t *testing.T, o object, namespace string) answer {
	t.Helper()
	_, all := s.pathOf(t, o, namespace)
	return s.call(t, http.MethodPost, all+"?fieldValidation=Strict"+dryRun, "application/json", o)
}

// taken fails the test unless the server has taken an object without a warning.
func taken(t *testing.T, what string, got answer) {
	t.Helper()
	if got.status != http.StatusOK && got.status != http.StatusCreated || len(got.warnings) > 0 {
		t.Errorf("%s: %d, warnings %q: %s", what, got.status, got.warnings, got.body)
	}
}

// define brings kinds of other projects to the server, and waits until it serves them.
func (s *server) define(t *testing.T) {
	t.Helper()
	for module, files := range definitions {
		for _, definition := range read(t, download(t, module), files) {
			taken(t, definition.String(), s.apply(t, definition, "", forGood))
			of, _ := s.pathOf(t, definition, "")
			s.await(t, definition.String(), func() bool {
				conditions, _ := s.call(t, http.MethodGet, of, "", nil).object(t).at("status", "conditions").([]any)
				for _, c := range conditions {
					if condition := c.(map[string]any); condition["type"] == "Established" && condition["status"] == "True" {
						return true
					}
				}
				return false
			})
		}
	}
}

// namespace makes a namespace whose pods must be restricted, by Pod Security's word.
func (s *server) namespace(t *testing.T, name string) string {
	t.Helper()
	taken(t, name, s.apply(t, object{
		"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": name, "labels": map[string]any{"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted"}},
	}, "", forGood))
	return name
}
