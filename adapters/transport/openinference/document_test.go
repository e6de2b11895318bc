package openinference_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/docs"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

type object = map[string]any

// generated is a document that was made of the comments on the handlers.
type generated struct {
	all     object
	schemas []string // the names that lead to its schemas
}

// documents returns both.
func documents(t *testing.T) map[string]generated {
	t.Helper()
	made := map[string]generated{"Swagger 2": {schemas: []string{"definitions"}}, "OpenAPI 3": {schemas: []string{"components", "schemas"}}}
	for name, text := range map[string]string{"Swagger 2": docs.Swagger, "OpenAPI 3": docs.OpenAPI} {
		doc := made[name]
		if err := json.Unmarshal([]byte(text), &doc.all); err != nil {
			t.Fatal(err)
		}
		made[name] = doc
	}
	return made
}

// complete has a handler complete the document.
func (g generated) complete(handler *openinference.Handler) (paths, schemas object) {
	schemas = g.all
	for _, name := range g.schemas {
		schemas = schemas[name].(object)
	}
	paths = g.all["paths"].(object)
	handler.Describe(paths, schemas)
	return paths, schemas
}

// pathParameter returns the parameter of a name in an operation's path, nil if
// there is none.
func pathParameter(operation any, name string) object {
	parameters, _ := operation.(object)["parameters"].([]any)
	for _, parameter := range parameters {
		if p := parameter.(object); p["in"] == "path" && p["name"] == name {
			return p
		}
	}
	return nil
}

// TestTheExampleGives200 sends the document's example for models of many kinds.
func TestTheExampleGives200(t *testing.T) {
	for datatype := domain.BOOL; datatype.Valid(); datatype++ {
		handler := handlerOver(t, newEcho(domain.TensorSpec{Name: "x", Datatype: datatype, Shape: domain.Shape{-1, 2, -1}}, domain.TensorSpec{Name: "y", Datatype: datatype, Shape: domain.Shape{}}), openinference.Options{})
		example := exampleOf(t, handler)
		if datatype == domain.FP16 || datatype == domain.BF16 {
			if example != nil {
				t.Errorf("%v: %v", datatype, example)
			}
			continue
		}
		body, _ := json.Marshal(example)
		if response := ask(handler, "POST", inferPath, string(body)); response.Code != http.StatusOK {
			t.Errorf("%v: %d %s", datatype, response.Code, response.Body)
		}
	}
	large := handlerOver(t, newEcho(domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1, 3, 224, 224}}), openinference.Options{})
	if example := exampleOf(t, large); example != nil {
		t.Error("an example fills the page")
	}
	empty := openinference.New(serving.NewRepository(&shelf{t: t}), openinference.Options{})
	if exampleOf(t, empty) != nil {
		t.Error("an example without a model")
	}
}

// exampleOf returns the example of a request, which both documents must show.
func exampleOf(t *testing.T, handler *openinference.Handler) any {
	t.Helper()
	var examples []any
	for _, doc := range documents(t) {
		_, schemas := doc.complete(handler)
		examples = append(examples, schemas["InferenceRequest"].(object)["example"])
	}
	if !reflect.DeepEqual(examples[0], examples[1]) {
		t.Errorf("%v in one document, %v in the other", examples[0], examples[1])
	}
	return examples[0]
}

// TestTheDefaultModelIsPreset looks where each form of document says of what type a
// parameter is.
func TestTheDefaultModelIsPreset(t *testing.T) {
	for name, doc := range documents(t) {
		paths, _ := doc.complete(classifier(t, nil))
		for _, path := range []string{"/v2/models/{model}/versions/{version}/infer", "/v2/models/{model}/infer", "/v2/repository/models/{model}/load"} {
			parameter := pathParameter(paths[path].(object)["post"], "model")
			if schema, ok := parameter["schema"].(object); ok {
				parameter = schema
			}
			if parameter["default"] != "m" || parameter["type"] != "string" {
				t.Errorf("%s: %s: the parameter is %v", name, path, parameter)
			}
		}
	}
}

// TestRequestsMayHoldWhatTheDocumentsSay sends each property of a request as null,
// and one that there is not.
func TestRequestsMayHoldWhatTheDocumentsSay(t *testing.T) {
	handler := classifier(t, nil)
	_, schemas := documents(t)["OpenAPI 3"].complete(handler)
	for schema, around := range map[string]struct{ path, before, after string }{
		"InferenceRequest":       {inferPath, `{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],`, `}`},
		"InferenceTensor":        {inferPath, `{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4],`, `}]}`},
		"RequestedOutput":        {inferPath, `{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"logits",`, `}]}`},
		"RepositoryRequest":      {"/v2/repository/models/m/load", `{`, `}`},
		"RepositoryIndexRequest": {"/v2/repository/index", `{`, `}`},
	} {
		properties := schemas[schema].(object)["properties"].(object)
		for name, property := range properties {
			if strings.Contains(around.before, `"`+name+`":`) && (schema != "InferenceRequest" || name == "inputs") {
				continue // is there already
			}
			response := ask(handler, "POST", around.path, around.before+`"`+name+`":null`+around.after)
			refused := strings.Contains(response.Body.String(), name+" is null")
			if nullable := property.(object)["nullable"] == true; nullable == refused {
				t.Errorf("%s: %s is nullable: %v; %d %s", schema, name, nullable, response.Code, response.Body)
			}
		}
		response := ask(handler, "POST", around.path, around.before+`"unknown":1`+around.after)
		if schemas[schema].(object)["additionalProperties"] != false || !strings.Contains(response.Body.String(), "unknown is not a known field") {
			t.Errorf("%s: %v, and an unknown field gives %d %s", schema, schemas[schema], response.Code, response.Body)
		}
	}
}
