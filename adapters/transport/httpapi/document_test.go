package httpapi_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/mux"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
)

// document is the part of an OpenAPI document that matters here. Whether all of it
// is right is for test/openapi to say.
type document struct {
	Info  struct{ Title, Description string }
	Paths map[string]map[string]struct { // by path and method
		RequestBody struct {
			Content map[string]struct{ Example json.RawMessage }
		}
		Responses map[string]json.RawMessage // by status
	}
	Components struct {
		Schemas map[string]struct {
			Properties           map[string]struct{ Enum []string }
			AdditionalProperties any
		}
	}
}

func readOpenAPI(t *testing.T, handler http.Handler) document {
	t.Helper()
	var doc document
	if err := json.Unmarshal(ask(handler, "GET", "/openapi.json", "", "").Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// undocumented are the routes for people and for the documents themselves.
var undocumented = []string{"GET /", "GET /openapi.json", "GET /swagger/{file}", "GET /page/{digest}/{file}", "GET /docs", "GET /docs/", "GET /swagger", "GET /swagger/"}

func TestRoutesAndDocumentAgree(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	var routes, documented []string
	err := handler.Router().Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path, err := route.GetPathTemplate()
		if err != nil {
			return err
		}
		methods, err := route.GetMethods()
		for _, method := range methods {
			if name := method + " " + path; method != http.MethodHead && !slices.Contains(undocumented, name) {
				routes = append(routes, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range readOpenAPI(t, handler).Paths {
		for method := range item {
			documented = append(documented, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(routes)
	slices.Sort(documented)
	if !slices.Equal(routes, documented) {
		t.Errorf("routes     %q\ndocumented %q", routes, documented)
	}
}

// TestExecuteGives200 sends each operation's example as it stands in each
// document.
func TestExecuteGives200(t *testing.T) {
	bare, other := card(), card()
	bare.Preprocessor, other.Preprocessor = nil, nil
	handlers := map[string]*httpapi.Handler{
		"pictures":        handlerOver(t, &fake{}, httpapi.Options{}),
		"own example":     handlerOver(t, &fake{}, httpapi.Options{ExamplePicture: []byte(picturePNG(20, 20))}),
		"example too big": handlerOver(t, &fake{}, httpapi.Options{ExamplePicture: []byte(noisePNG(400, 300))}),
		"tensors":         handlerWith(t, &fake{}, bare, httpapi.Options{}),
		"integers":        handlerWith(t, &fake{input: domain.TensorSpec{Name: "x", Datatype: domain.INT64, Shape: domain.Shape{-1, 4}}}, other, httpapi.Options{}),
		"dynamic":         handlerWith(t, &fake{input: domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1, -1, 2}}}, other, httpapi.Options{}),
		"booleans":        handlerWith(t, &fake{input: domain.TensorSpec{Name: "x", Datatype: domain.BOOL, Shape: domain.Shape{-1, 2}}}, other, httpapi.Options{}),
		"strings":         handlerWith(t, &fake{input: domain.TensorSpec{Name: "x", Datatype: domain.BYTES, Shape: domain.Shape{-1, 2}}}, other, httpapi.Options{}),
	}
	for name, handler := range handlers {
		doc := readOpenAPI(t, handler)
		for path, schema := range map[string]string{"/predict": "PredictRequest", "/predict/batch": "BatchRequest"} {
			example := doc.Paths[path]["post"].RequestBody.Content[jsonType].Example
			if response := ask(handler, "POST", path, jsonType, string(example)); response.Code != 200 {
				t.Errorf("%s: OpenAPI's example for %s: %d %s", name, path, response.Code, response.Body)
			}
			var swagger struct {
				Definitions map[string]struct{ Example json.RawMessage }
			}
			if err := json.Unmarshal(ask(handler, "GET", "/swagger/doc.json", "", "").Body.Bytes(), &swagger); err != nil {
				t.Fatal(err)
			}
			if response := ask(handler, "POST", path, jsonType, string(swagger.Definitions[schema].Example)); response.Code != 200 {
				t.Errorf("%s: Swagger's example for %s: %d %s", name, path, response.Code, response.Body)
			}
		}
	}
}

func TestTheDocumentKnowsTheModel(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{Version: "9.9"})
	doc := readOpenAPI(t, handler)
	if doc.Info.Title != "fake-model" || !strings.Contains(doc.Info.Description, "FP32 [3,32,32]") || !strings.Contains(doc.Info.Description, "9.9") {
		t.Errorf("about: %+v", doc.Info)
	}
	content := doc.Paths["/predict"]["post"].RequestBody.Content
	for _, contentType := range []string{jsonType, "multipart/form-data", "image/png", "image/jpeg", "application/octet-stream"} {
		if _, ok := content[contentType]; !ok {
			t.Errorf("no %s", contentType)
		}
	}
	if enum := doc.Components.Schemas["PredictAnswer"].Properties["label"].Enum; !slices.Equal(enum, labels) {
		t.Errorf("labels: %v", enum)
	}
}

// TestTwoServersHaveTwoDocuments looks for traces of one in the other.
// TestUnknownFieldsAreRefusedAsDocumented sends one to each path.
func TestUnknownFieldsAreRefusedAsDocumented(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	schemas := readOpenAPI(t, handler).Components.Schemas
	for schema, path := range map[string]string{
		"PredictRequest": "/predict", "BatchRequest": "/predict/batch", "AnyPredictRequest": "/models/fake-model/predict", "AnyBatchRequest": "/models/fake-model/predict/batch",
	} {
		response := ask(handler, "POST", path, jsonType, `{"unknown":1}`)
		if schemas[schema].AdditionalProperties != false || response.Code != 422 || !strings.Contains(response.Body.String(), "unknown is not a known field") {
			t.Errorf("%s: additional properties %v; %d %s", schema, schemas[schema].AdditionalProperties, response.Code, response.Body)
		}
	}
}

func TestTwoServersHaveTwoDocuments(t *testing.T) {
	second := card()
	second.Name = "second-model"
	var a, b *httpapi.Handler
	var group sync.WaitGroup // at the same time, for the race detector
	group.Go(func() { a = handlerOver(t, &fake{}, httpapi.Options{}) })
	group.Go(func() { b = handlerWith(t, &fake{}, second, httpapi.Options{}) })
	group.Wait()
	for _, path := range []string{"/openapi.json", "/swagger/doc.json", "/models"} {
		of := func(handler http.Handler) string { return ask(handler, "GET", path, "", "").Body.String() }
		if strings.Contains(of(a), "second-model") || strings.Contains(of(b), "fake-model") {
			t.Errorf("%s: the servers share a document", path)
		}
	}
}

func TestDocsLeadToSwaggerUI(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	for _, path := range []string{"/docs", "/docs/", "/swagger", "/swagger/"} {
		response := ask(handler, "GET", path, "", "")
		if response.Code != http.StatusFound || response.Header().Get("Location") != "/swagger/index.html" {
			t.Errorf("%s: %d %v", path, response.Code, response.Header())
		}
	}
}

// TestPagesNeedNoOtherHost follows what the pages refer to.
func TestPagesNeedNoOtherHost(t *testing.T) {
	handler := handlerOver(t, &fake{}, httpapi.Options{})
	reference := regexp.MustCompile(`(?:src|href|url)\s*[=:(]\s*["']?([^"'\s>)]+)`)
	for _, page := range []string{"/", "/swagger/index.html", "/swagger/index.html?configUrl=x"} {
		response := ask(handler, "GET", page, "", "")
		body, _ := io.ReadAll(response.Body)
		if response.Code != 200 || strings.Contains(string(body), "petstore") {
			t.Errorf("%s: %d", page, response.Code)
		}
		for _, match := range reference.FindAllStringSubmatch(string(body), -1) {
			target := strings.ReplaceAll(match[1], `\/`, "/")
			if strings.HasPrefix(target, "data:") || strings.HasPrefix(target, "#") {
				continue
			}
			if strings.Contains(target, "//") {
				t.Errorf("%s refers to %s", page, target)
				continue
			}
			folder := page[:strings.LastIndex(page, "/")+1]
			path := strings.Replace(folder+strings.TrimPrefix(target, "./"), "/swagger/../", "/", 1)
			if got := ask(handler, "GET", path, "", "").Code; got != 200 {
				t.Errorf("%s refers to %s: %d", page, target, got)
			}
		}
	}
}

func TestALargeExampleBecomesAThumbnail(t *testing.T) {
	large := noisePNG(400, 300)
	handler := handlerOver(t, &fake{}, httpapi.Options{ExamplePicture: []byte(large)})
	var example struct{ Image []byte }
	if err := json.Unmarshal(readOpenAPI(t, handler).Paths["/predict"]["post"].RequestBody.Content[jsonType].Example, &example); err != nil {
		t.Fatal(err)
	}
	small, _, err := image.Decode(bytes.NewReader(example.Image))
	if err != nil || small.Bounds() != image.Rect(0, 0, 32, 32) {
		t.Fatalf("%v, %v", small.Bounds(), err)
	}
	// The red of the large picture is 200 all over, so it must be so in the small.
	if r, _, _, a := small.At(7, 19).RGBA(); r>>8 != 200 || a>>8 != 255 {
		t.Errorf("red %d, alpha %d", r>>8, a>>8)
	}
}

// noisePNG returns a picture's file that does not compress.
func noisePNG(width, height int) string {
	r := rand.New(rand.NewPCG(1, 2))
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := 0; i < len(picture.Pix); i += 4 {
		picture.Pix[i], picture.Pix[i+1], picture.Pix[i+2], picture.Pix[i+3] = 200, uint8(r.Uint32()), uint8(r.Uint32()), 255
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		panic(err)
	}
	return file.String()
}
