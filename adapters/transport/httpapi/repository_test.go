package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// shelf is a loader of models that a test puts together.
type shelf map[string]func(name, version string) *serving.Served

func (s shelf) Scan(context.Context) (map[string][]string, error) {
	found := make(map[string][]string)
	for name := range s {
		found[name] = []string{"1"}
	}
	return found, nil
}

func (s shelf) Load(_ context.Context, name, version string) (*serving.Served, error) {
	return s[name](name, version), nil
}

// pictures, vectors and plain are models of the three sorts: a classifier of
// pictures, one of tensors, and none at all.
func pictures(t testing.TB) func(name, version string) *serving.Served {
	return func(name, version string) *serving.Served {
		c := card()
		c.Name, c.Version = name, version
		classifier := classifierOver(t, &fake{}, c, emptyOptions)
		return &serving.Served{Name: name, Version: version, Card: c, Model: classifier.Model(), Classifier: classifier}
	}
}

func vectors(t testing.TB, length int) func(name, version string) *serving.Served {
	return func(name, version string) *serving.Served {
		c := serving.Card{Name: name, Version: version, SHA256: "vec"}
		classifier := classifierOver(t, &fake{input: domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1, length}}}, c, emptyOptions)
		return &serving.Served{Name: name, Version: version, Card: c, Model: classifier.Model(), Classifier: classifier}
	}
}

func plain(name, version string) *serving.Served {
	signature := signatureOf(domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1, 4}})
	signature.Inputs = append(signature.Inputs, signature.Inputs[0])
	return &serving.Served{Name: name, Version: version, Model: serving.NewModel(predictortest.NewFake(signature), emptyOptions)}
}

// repositoryOf returns a repository with the models of a shelf loaded, and a
// handler of it.
func repositoryOf(t testing.TB, models shelf, options httpapi.Options, names ...string) (*serving.Repository, *httpapi.Handler) {
	t.Helper()
	repository := serving.NewRepository(models)
	for _, name := range names {
		if err := repository.Load(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	handler, err := httpapi.NewForRepository(repository, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := repository.Close(); err != nil {
			t.Error(err)
		}
	})
	return repository, handler
}

// unload unloads a model, which hangs if a request has kept its lease.
func unload(t testing.TB, repository *serving.Repository, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := repository.Unload(ctx, name); err != nil {
		t.Error(err)
	}
}

func TestModelsAreAskedByName(t *testing.T) {
	repository, handler := repositoryOf(t, shelf{"a": pictures(t), "b": vectors(t, 4), "c": plain}, httpapi.Options{}, "a", "b", "c")
	for _, test := range []struct {
		path, contentType, body string
		status                  int
		part                    string
	}{
		{"/predict", "image/png", picturePNG(8, 8), 200, `"name":"a"`},
		{"/models/a/predict", "image/png", picturePNG(8, 8), 200, `"name":"a"`},
		{"/models/b/predict", jsonType, `{"input":[1,2,3,4]}`, 200, `"name":"b"`},
		{"/models/b/predict/batch", jsonType, `{"inputs":[[1,2,3,4],[5,6,7,8]],"id":"x"}`, 200, `"id":"x"`},
		{"/models/b/predict", jsonType, `{"input":[1,2,3]}`, 422, `4 values`},
		{"/models/b/predict", "image/png", picturePNG(8, 8), 415, "takes tensors, not pictures"},
		{"/models/c/predict", jsonType, `{"input":[1,2,3,4]}`, 422, "model c is not a classifier"},
		{"/models/c/predict/batch", jsonType, `{}`, 422, "model c is not a classifier"},
		{"/models/d/predict", jsonType, `{}`, 404, "model d is not served here"},
		{"/models//predict", jsonType, `{}`, 301, ""},
		{"/models/b", jsonType, `{}`, 405, "POST is not possible"},
	} {
		response := ask(handler, "POST", test.path, test.contentType, test.body)
		if response.Code != test.status || !strings.Contains(response.Body.String(), test.part) {
			t.Errorf("%s: %d %s, expected %d and %s", test.path, response.Code, response.Body, test.status, test.part)
		}
	}
	if got := ask(handler, "GET", "/models/b/predict", "", ""); got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") != "POST, OPTIONS" {
		t.Errorf("GET: %d %v", got.Code, got.Header())
	}
	served, release, err := repository.Acquire("b", "")
	if err != nil {
		t.Fatal(err)
	}
	got := served.Stats.Snapshot()
	release()
	if got.Success.Count != 2 || got.InferenceCount != 3 || got.Fail.Count != 2 || got.ComputeInput.Total <= 0 || got.ComputeInfer.Total <= 0 || got.ComputeOutput.Total <= 0 {
		t.Errorf("statistics: %+v", got)
	}
	for _, name := range []string{"a", "b", "c"} {
		unload(t, repository, name)
	}
}

// TestTheDefaultModelMayChange replaces a classifier of pictures by one of
// tensors.
func TestTheDefaultModelMayChange(t *testing.T) {
	models := shelf{"a": pictures(t)}
	repository, handler := repositoryOf(t, models, httpapi.Options{ExamplePicture: []byte(picturePNG(20, 20)), SelfTest: "the first has passed"}, "a")
	if c := cardOf(t, handler, "a"); c.SelfTest != "the first has passed" || c.Preprocess != "/preprocess" {
		t.Errorf("the card: %+v", c)
	}
	for _, length := range []int{4, 6} {
		models["a"] = vectors(t, length)
		if err := repository.Load(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		doc := readOpenAPI(t, handler)
		example, _ := json.Marshal(doc.Paths["/predict"]["post"].RequestBody.Content[jsonType].Example)
		var request struct{ Input []float32 }
		if err := json.Unmarshal(example, &request); err != nil || len(request.Input) != length {
			t.Errorf("the example is %s, %v", example, err)
		}
		if response := ask(handler, "POST", "/predict", jsonType, string(example)); response.Code != 200 {
			t.Errorf("%d %s", response.Code, response.Body)
		}
		if response := ask(handler, "POST", "/predict", "image/png", picturePNG(8, 8)); response.Code != http.StatusUnsupportedMediaType {
			t.Errorf("a picture: %d %s", response.Code, response.Body)
		}
		if c := cardOf(t, handler, "a"); c.SelfTest == "the first has passed" || c.Preprocess != "" || c.Predict != "/predict" {
			t.Errorf("the card: %+v", c)
		}
	}
	models["a"] = plain
	if err := repository.Load(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if response := ask(handler, "POST", "/predict", jsonType, `{}`); response.Code != 422 || !strings.Contains(response.Body.String(), "not a classifier") {
		t.Errorf("%d %s", response.Code, response.Body)
	}
	if c := cardOf(t, handler, "a"); c.Name != "a" || c.Predict != "" || len(c.Inputs) != 2 {
		t.Errorf("the card: %+v", c)
	}
	readOpenAPI(t, handler)
}

func TestWithoutADefaultModel(t *testing.T) {
	repository, handler := repositoryOf(t, shelf{"a": pictures(t), "b": vectors(t, 4)}, httpapi.Options{Version: "7.7"})
	for path, status := range map[string]int{"/": 200, "/healthz": 200, "/readyz": 503, "/openapi.json": 200, "/swagger/doc.json": 200, "/swagger/index.html": 200} {
		if response := ask(handler, "GET", path, "", ""); response.Code != status {
			t.Errorf("%s: %d %s", path, response.Code, response.Body)
		}
	}
	if got := ask(handler, "GET", "/models", "", "").Body.String(); got != `{"server":"7.7","state":"no model is loaded","models":[]}`+"\n" {
		t.Errorf("the models: %s", got)
	}
	doc := readOpenAPI(t, handler)
	for _, path := range []string{"/predict", "/predict/batch"} {
		if response := ask(handler, "POST", path, jsonType, `{}`); response.Code != 404 || !strings.Contains(response.Body.String(), "no default one") {
			t.Errorf("%s: %d %s", path, response.Code, response.Body)
		}
		if doc.Paths[path]["post"].Responses["404"] == nil {
			t.Errorf("%s: the document does not know that there may be no default model", path)
		}
	}
	for _, name := range []string{"b", "a"} {
		if err := repository.Load(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	response := ask(handler, "GET", "/readyz", "", "")
	if response.Code != 200 || !strings.Contains(response.Body.String(), `"name":"b"`) {
		t.Errorf("%d %s", response.Code, response.Body)
	}
	if got := ask(handler, "GET", "/models", "", "").Body.String(); got != `{"server":"7.7","state":"ready","default":"b","models":[{"name":"a","versions":["1"]},{"name":"b","versions":["1"]}]}`+"\n" {
		t.Errorf("the models: %s", got)
	}
	unload(t, repository, "b")
	if response := ask(handler, "GET", "/readyz", "", ""); response.Code != 503 || !strings.Contains(response.Body.String(), "model b is the default one") {
		t.Errorf("%d %s", response.Code, response.Body)
	}
}

// TestAnExampleForAnotherModel loads a model that does not take the example that
// the options hold.
func TestAnExampleForAnotherModel(t *testing.T) {
	repository, handler := repositoryOf(t, shelf{"a": pictures(t)}, httpapi.Options{ExamplePicture: []byte("no picture")})
	if err := repository.Load(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	example, _ := json.Marshal(readOpenAPI(t, handler).Paths["/predict"]["post"].RequestBody.Content[jsonType].Example)
	if response := ask(handler, "POST", "/predict", jsonType, string(example)); response.Code != 200 {
		t.Errorf("%d %s", response.Code, response.Body)
	}
}

// TestNamedModelsAreDocumentedInGeneral looks for traces of the default model
// where others answer too.
func TestNamedModelsAreDocumentedInGeneral(t *testing.T) {
	_, handler := repositoryOf(t, shelf{"a": pictures(t), "b": vectors(t, 4)}, httpapi.Options{}, "a", "b")
	doc := readOpenAPI(t, handler)
	for _, path := range []string{"/predict", "/predict/batch"} {
		content := doc.Paths["/models/{name}"+path]["post"].RequestBody.Content
		for contentType, there := range map[string]bool{jsonType: true, "multipart/form-data": true, "application/octet-stream": true, "image/png": path == "/predict"} {
			if _, ok := content[contentType]; ok != there {
				t.Errorf("%s: %s is documented: %v", path, contentType, ok)
			}
		}
	}
	general, special := doc.Components.Schemas["AnyPredictAnswer"].Properties["label"].Enum, doc.Components.Schemas["PredictAnswer"].Properties["label"].Enum
	if len(general) != 0 || len(special) != classes {
		t.Errorf("labels in general: %v", general)
	}
}

// TestNoRequestIsLostWhileTheDefaultChanges asks on and on while the default
// model is replaced, each time by one whose input is longer by one.
func TestNoRequestIsLostWhileTheDefaultChanges(t *testing.T) {
	models := shelf{"a": vectors(t, 1)}
	repository, handler := repositoryOf(t, models, httpapi.Options{}, "a")
	var done atomic.Bool
	var answered atomic.Int64
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for !done.Load() {
				switch response := ask(handler, "POST", "/predict", jsonType, `{"input":[0,0,0,0]}`); response.Code {
				case 200: // by the one that takes four
				case 422:
					var refusal failure
					if err := json.Unmarshal(response.Body.Bytes(), &refusal); err != nil || !strings.Contains(refusal.Error, "values") {
						t.Errorf("%v, %s", err, response.Body)
					}
				default:
					t.Errorf("%d %s", response.Code, response.Body)
				}
				answered.Add(1)
				if response := ask(handler, "GET", "/openapi.json", "", ""); response.Code != 200 {
					t.Errorf("the document: %d %s", response.Code, response.Body)
				}
			}
		})
	}
	for length := range 20 {
		models["a"] = vectors(t, 1+length%5)
		for before := answered.Load(); answered.Load() == before; runtime.Gosched() { // somebody asks meanwhile
		}
		if err := repository.Load(t.Context(), "a"); err != nil {
			t.Error(err)
		}
	}
	done.Store(true)
	clients.Wait()
	unload(t, repository, "a")
}

// TestWhatFollowsFromAModelGoesWithIt uses a model in every way, unloads it, and
// has the garbage collector tell that it is free.
func TestWhatFollowsFromAModelGoesWithIt(t *testing.T) {
	gone := make(chan string, 10)
	watched := func(load func(name, version string) *serving.Served) func(name, version string) *serving.Served {
		return func(name, version string) *serving.Served {
			served := load(name, version)
			runtime.AddCleanup(served, func(name string) { gone <- name }, name)
			runtime.AddCleanup(served.Classifier, func(name string) { gone <- name + "'s classifier" }, name)
			return served
		}
	}
	repository, handler := repositoryOf(t, shelf{"a": watched(pictures(t))}, httpapi.Options{}, "a")
	for _, path := range []string{"/models", "/models/a", "/openapi.json", "/readyz"} {
		ask(handler, "GET", path, "", "")
	}
	if response := ask(handler, "POST", "/predict", "image/png", picturePNG(8, 8)); response.Code != 200 {
		t.Fatalf("%d %s", response.Code, response.Body)
	}
	unload(t, repository, "a")
	if held := collect(gone, "a", "a's classifier"); len(held) > 0 {
		t.Errorf("%q are still held", held)
	}
	if response := ask(handler, "GET", "/", "", ""); response.Code != 200 {
		t.Errorf("%d %s", response.Code, response.Body)
	}
	runtime.KeepAlive(repository)
}

// collect collects garbage until all that is wanted has gone. It returns what has
// not.
func collect(gone <-chan string, wanted ...string) (held []string) {
	for range 100 {
		runtime.GC()
		for more := true; more; {
			select {
			case name := <-gone:
				wanted = slices.DeleteFunc(wanted, func(other string) bool { return other == name })
			default:
				more = false
			}
		}
		if len(wanted) == 0 {
			break
		}
		runtime.Gosched()
	}
	return wanted
}
