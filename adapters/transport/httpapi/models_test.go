package httpapi_test

import (
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portent-go/portent/adapters/transport/httpapi"
)

// modelCard is a model's card as a client reads it.
type modelCard struct {
	Name, Version, State, SHA256, License, Engine, Device, Producer string
	SelfTest                                                        string `json:"self_test"`
	Opsets, Labels, Takes, Samples                                  []string
	Inputs, Outputs                                                 []struct {
		Name, Datatype string
		Shape          []int
	}
	Predict, Preprocess, Infer string
	MaxBody                    int64 `json:"max_body"`
}

func cardOf(t *testing.T, handler http.Handler, name string) modelCard {
	t.Helper()
	response := ask(handler, "GET", "/models/"+name, "", "")
	if response.Code != http.StatusOK {
		t.Fatalf("%d %s", response.Code, response.Body)
	}
	return decodeStrictly[modelCard](t, response.Body)
}

func TestTheCardTellsWhatTheModelIs(t *testing.T) {
	about := card()
	about.License = "Apache-2.0"
	handler := handlerWith(t, &fake{}, about, httpapi.Options{
		SelfTest: "passed", MaxBody: 1 << 20, Mounts: []httpapi.Mount{{Path: "/v2", Handler: http.NotFoundHandler()}},
	})
	c := cardOf(t, handler, "fake-model")
	if c.Name != "fake-model" || c.Version != "1" || c.State != "ready" || c.SHA256 != "cafe" || c.License != "Apache-2.0" || c.SelfTest != "passed" || c.MaxBody != 1<<20 {
		t.Errorf("%+v", c)
	}
	if c.Predict != "/predict" || c.Preprocess != "/preprocess" || c.Infer != "/v2/models/fake-model/infer" || !slices.Contains(c.Takes, "image/png") || !slices.Equal(c.Labels, labels) {
		t.Errorf("%+v", c)
	}
	if len(c.Inputs) != 1 || c.Inputs[0].Datatype != "FP32" || !slices.Equal(c.Inputs[0].Shape, []int{-1, 3, 32, 32}) || len(c.Outputs) != 1 {
		t.Errorf("%+v", c)
	}
	if bare := cardOf(t, handlerOver(t, &fake{}, httpapi.Options{}), "fake-model"); bare.Infer != "" || bare.Samples != nil || !strings.Contains(bare.SelfTest, "without test vectors") {
		t.Errorf("%+v", bare)
	}
	if response := ask(handler, "GET", "/models/other", "", ""); response.Code != http.StatusNotFound || decodeStrictly[failure](t, response.Body).Expected != "one of fake-model" {
		t.Errorf("%d", response.Code)
	}
}

// TestOtherModelsAreAskedByName reads where from their cards.
func TestOtherModelsAreAskedByName(t *testing.T) {
	_, handler := repositoryOf(t, shelf{"a": pictures(t), "b c": pictures(t)}, httpapi.Options{}, "a", "b c")
	for name, want := range map[string]string{"a": "/predict", "b%20c": "/models/b%20c/predict"} {
		c := cardOf(t, handler, name)
		if c.Predict != want {
			t.Errorf("%s is asked at %s", name, c.Predict)
		}
		for _, path := range []string{c.Predict, c.Preprocess} {
			if response := ask(handler, "POST", path, "image/png", picturePNG(8, 8)); response.Code != http.StatusOK {
				t.Errorf("%s: %d %s", path, response.Code, response.Body)
			}
		}
	}
}

func TestSamplesAreShownAndNothingElse(t *testing.T) {
	folder := fstest.MapFS{
		"b.png": {Data: []byte(picturePNG(4, 4))}, "a b#?.JPG": {Data: []byte("jpeg")}, "notes.txt": {Data: []byte("secret")},
		"large.png": {Data: make([]byte, 2000)}, "link.png": {Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}, "more/c.png": {Data: []byte("png")},
	}
	asked := ""
	handler := handlerOver(t, &fake{}, httpapi.Options{MaxBody: 1000, Samples: func(model, version string) fs.FS {
		asked = model + " " + version
		return folder
	}})
	c := cardOf(t, handler, "fake-model")
	if want := []string{"/models/fake-model/samples/a%20b%23%3F.JPG", "/models/fake-model/samples/b.png"}; !slices.Equal(c.Samples, want) || asked != "fake-model 1" {
		t.Errorf("%q of %s", c.Samples, asked)
	}
	for i, contentType := range []string{"image/jpeg", "image/png"} {
		response := ask(handler, "GET", c.Samples[i], "", "")
		if response.Code != http.StatusOK || response.Header().Get("Content-Type") != contentType || response.Body.Len() == 0 {
			t.Errorf("%s: %d %v", c.Samples[i], response.Code, response.Header())
		}
		if again := ask(handler, "GET", c.Samples[i], "", "", "If-None-Match", response.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s again: %d", c.Samples[i], again.Code)
		}
	}
	for _, name := range []string{"notes.txt", "large.png", "link.png", "more", "none.png", "more%2Fc.png", ""} {
		if response := ask(handler, "GET", "/models/fake-model/samples/"+name, "", ""); response.Code != http.StatusNotFound {
			t.Errorf("%s: %d", name, response.Code)
		}
	}
	if response := ask(handler, "GET", "/models/other/samples/b.png", "", ""); response.Code != http.StatusNotFound {
		t.Errorf("%d", response.Code)
	}
}

// TestManySamplesAreCut so that a folder of a training set is no page of its own.
func TestManySamplesAreCut(t *testing.T) {
	folder := make(fstest.MapFS)
	for i := range 100 {
		folder[strings.Repeat("x", i+1)+".png"] = &fstest.MapFile{Data: []byte("png")}
	}
	handler := handlerOver(t, &fake{}, httpapi.Options{Samples: func(string, string) fs.FS { return folder }})
	if c := cardOf(t, handler, "fake-model"); len(c.Samples) != 24 {
		t.Errorf("%d", len(c.Samples))
	}
}
