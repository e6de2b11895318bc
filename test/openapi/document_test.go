package openapi

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"
)

// validOpenAPI returns a handler's OpenAPI document.
func validOpenAPI(t *testing.T, handler http.Handler) *openapi3.T {
	t.Helper()
	_, source := ask(t, handler, "GET", "/openapi.json", "")
	doc, err := openapi3.NewLoader().LoadFromData(source)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

// validSwagger returns a handler's Swagger document. The rules of its version are
// not written down in a validator, so it is judged by what becomes of it.
func validSwagger(t *testing.T, handler http.Handler) *openapi3.T {
	t.Helper()
	_, source := ask(t, handler, "GET", "/swagger/doc.json", "")
	var swagger openapi2.T
	if err := json.Unmarshal(source, &swagger); err != nil {
		t.Fatal(err)
	}
	doc, err := openapi2conv.ToV3(&swagger)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestExamplesAreAsDocumented sends each operation's example, and checks the
// example and what it gives against the schemas of both documents.
func TestExamplesAreAsDocumented(t *testing.T) {
	for name, m := range models {
		t.Run(name, func(t *testing.T) {
			handler := m.handler(t)
			doc, swagger := validOpenAPI(t, handler), validSwagger(t, handler)
			for path, schema := range map[string]string{"/predict": "PredictRequest", "/predict/batch": "BatchRequest"} {
				operation := doc.Paths.Value(path).Post
				content := operation.RequestBody.Value.Content[typeJSON]
				conforms(t, path+"'s example", content.Schema, content.Example)
				old := swagger.Components.Schemas[schema]
				conforms(t, path+"'s example in Swagger", old, old.Value.Example)
				for _, example := range []any{content.Example, old.Value.Example} {
					body, err := json.Marshal(example)
					if err != nil {
						t.Fatal(err)
					}
					status, answer := ask(t, handler, "POST", path, string(body))
					if status != http.StatusOK {
						t.Errorf("%s: %d %s", path, status, answer)
					}
					documented(t, doc, "POST "+path, status, answer)
				}
			}
			for _, path := range []string{"/healthz", "/readyz", "/models"} {
				status, answer := ask(t, handler, "GET", path, "")
				documented(t, doc, "GET "+path, status, answer)
			}
		})
	}
}

// TestRefusalsAreAsDocumented checks every refusal that httpapi's tests keep.
func TestRefusalsAreAsDocumented(t *testing.T) {
	source, err := os.ReadFile("../../adapters/transport/httpapi/testdata/refusals.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var refusals []struct {
		Name, Asked string
		Status      int
		Body        json.RawMessage
	}
	if err := json.Unmarshal(source, &refusals); err != nil {
		t.Fatal(err)
	}
	doc := validOpenAPI(t, models["pictures"].handler(t))
	checked := 0
	for _, r := range refusals {
		t.Run(r.Name, func(t *testing.T) {
			if documented(t, doc, r.Asked, r.Status, r.Body) {
				checked++
			}
		})
	}
	if checked < len(refusals)*3/4 {
		t.Errorf("only %d of %d refusals come from an operation of the document", checked, len(refusals))
	}
}

// TestNamedModelsAreAsDocumented asks a model by its name, rightly and wrongly.
func TestNamedModelsAreAsDocumented(t *testing.T) {
	handler := models["one axis"].handler(t)
	doc := validOpenAPI(t, handler)
	for path, body := range map[string]string{"/predict": `{"input":[1,2,3,4]}`, "/predict/batch": `{"inputs":[[1,2,3,4]]}`} {
		operation := doc.Paths.Value("/models/{name}" + path).Post
		var request any
		if err := json.Unmarshal([]byte(body), &request); err != nil {
			t.Fatal(err)
		}
		conforms(t, path, operation.RequestBody.Value.Content[typeJSON].Schema, request)
		for _, c := range []struct {
			name, body string
			status     int
		}{{"a-model", body, http.StatusOK}, {"a-model", "{}", http.StatusUnprocessableEntity}, {"nobody", "{}", http.StatusNotFound}} {
			status, answer := ask(t, handler, "POST", "/models/"+c.name+path, c.body)
			var value any
			if err := json.Unmarshal(answer, &value); err != nil || status != c.status {
				t.Errorf("%s of %s: %d %s, %v", path, c.name, status, answer, err)
				continue
			}
			conforms(t, path+" of "+c.name, operation.Responses.Status(status).Value.Content[typeJSON].Schema, value)
		}
	}
}

// TestCardsAreAsDocumented reads the cards of models of all sorts, and of one that
// there is not.
func TestCardsAreAsDocumented(t *testing.T) {
	for name, m := range models {
		t.Run(name, func(t *testing.T) {
			handler := m.handler(t)
			card := validOpenAPI(t, handler).Paths.Value("/models/{name}").Get
			for of, want := range map[string]int{"a-model": http.StatusOK, "nobody": http.StatusNotFound} {
				status, answer := ask(t, handler, "GET", "/models/"+of, "")
				var value any
				if err := json.Unmarshal(answer, &value); err != nil || status != want {
					t.Fatalf("%d %s, %v", status, answer, err)
				}
				conforms(t, "the card of "+of, card.Responses.Status(status).Value.Content[typeJSON].Schema, value)
			}
		})
	}
}

// TestPicturesAreDocumentedAsSuch and errors of the same operations as JSON.
func TestPicturesAreDocumentedAsSuch(t *testing.T) {
	handler := models["pictures"].handler(t)
	doc := validOpenAPI(t, handler)
	for path, content := range map[string]string{"/preprocess": "image/png", "/models/{name}/preprocess": "image/png", "/models/{name}/samples/{file}": "image/*"} {
		operation := doc.Paths.Value(path).Post
		if operation == nil {
			operation = doc.Paths.Value(path).Get
		}
		for status, response := range operation.Responses.Map() {
			want := typeJSON
			if status == "200" {
				want = content
			}
			if got := response.Value.Content; len(got) != 1 || got[want] == nil {
				t.Errorf("%s, %s: %v", path, status, got)
			}
		}
	}
	operation := doc.Paths.Value("/preprocess").Post
	example, err := json.Marshal(operation.RequestBody.Value.Content[typeJSON].Example)
	if err != nil {
		t.Fatal(err)
	}
	if status, answer := ask(t, handler, "POST", "/preprocess", string(example)); status != http.StatusOK || !strings.HasPrefix(string(answer), "\x89PNG") {
		t.Errorf("the example: %d %.100s", status, answer)
	}
	for _, picture := range []string{"image/png", "multipart/form-data", "application/octet-stream"} {
		if operation.RequestBody.Value.Content[picture] == nil {
			t.Errorf("/preprocess takes no %s", picture)
		}
	}
}

// TestTheSchemaKnowsTheForms holds the schema of an input against each form that
// an input may have, and one that it may not.
func TestTheSchemaKnowsTheForms(t *testing.T) {
	doc := validOpenAPI(t, models["pictures"].handler(t))
	schema := doc.Components.Schemas["PredictRequest"].Value.Properties["input"]
	for name, form := range map[string][]int{"nested": {3, 32, 32}, "with a batch axis": {1, 3, 32, 32}, "flat": {3072}} {
		conforms(t, name, schema, nested(form...))
	}
	for name, form := range map[string][]int{"channels last": {32, 32, 3}, "two inputs": {2, 3, 32, 32}, "too few": {3071}} {
		if schema.Value.VisitJSON(nested(form...)) == nil {
			t.Errorf("the schema takes an input that is %s", name)
		}
	}
}

// nested returns an array of the shape.
func nested(shape ...int) any {
	if len(shape) == 0 {
		return 0.5
	}
	array := make([]any, shape[0])
	for i := range array {
		array[i] = nested(shape[1:]...)
	}
	return array
}

func conforms(t *testing.T, what string, schema *openapi3.SchemaRef, value any) {
	t.Helper()
	if err := schema.Value.VisitJSON(value); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// documented checks an answer against the schema that the document has for it. It
// returns false if the request, "METHOD PATH", is none that the document knows.
func documented(t *testing.T, doc *openapi3.T, asked string, status int, answer []byte) bool {
	t.Helper()
	method, target, _ := strings.Cut(asked, " ")
	path, _, _ := strings.Cut(target, "?")
	item := doc.Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		return false
	}
	response := item.GetOperation(method).Responses.Status(status)
	if response == nil {
		t.Errorf("%s: status %d is not documented", asked, status)
		return true
	}
	var value any
	if err := json.Unmarshal(answer, &value); err != nil {
		t.Fatal(err)
	}
	conforms(t, asked, response.Value.Content[typeJSON].Schema, value)
	return true
}
