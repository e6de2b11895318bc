package openinference_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// openAPI returns the completed document as OpenAPI 3, which must be valid.
func openAPI(t testing.TB, handler *openinference.Handler) *openapi3.T {
	t.Helper()
	swagger := document(t)
	handler.Describe(&swagger)
	converted, err := openapi2conv.ToV3(&swagger)
	if err != nil {
		t.Fatal(err)
	}
	text, err := converted.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestTheExampleGives200 sends the document's example for models of many kinds.
func TestTheExampleGives200(t *testing.T) {
	for datatype := domain.BOOL; datatype.Valid(); datatype++ {
		handler := handlerOver(t, newEcho(domain.TensorSpec{Name: "x", Datatype: datatype, Shape: domain.Shape{-1, 2, -1}}, domain.TensorSpec{Name: "y", Datatype: datatype, Shape: domain.Shape{}}), openinference.Options{})
		example := openAPI(t, handler).Components.Schemas["InferenceRequest"].Value.Example
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
	if example := openAPI(t, large).Components.Schemas["InferenceRequest"].Value.Example; example != nil {
		t.Error("an example fills the page")
	}
	empty := openinference.New(serving.NewRepository(&shelf{t: t}), openinference.Options{})
	if doc := openAPI(t, empty); doc.Components.Schemas["InferenceRequest"].Value.Example != nil {
		t.Error("an example without a model")
	}
	parameter := openAPI(t, large).Paths.Value("/v2/models/{model}/versions/{version}/infer").Post.Parameters.GetByInAndName("path", "model")
	if parameter == nil || parameter.Schema.Value.Default != "m" {
		t.Errorf("the parameter is %+v", parameter)
	}
}

// TestAnswersAreAsDocumented checks answers and errors against the document's
// schemas.
func TestAnswersAreAsDocumented(t *testing.T) {
	handler := handlerOver(t, predictortest.NewFake(classifierSignature), openinference.Options{MaxBody: 1 << 16})
	doc := openAPI(t, handler)
	all := refusals()
	for _, route := range openinference.Routes() {
		a := asked{name: route}
		if strings.HasSuffix(route, "/infer") {
			a.body = example
		}
		_, a.path, _ = strings.Cut(route, " ")
		all = append(all, a)
	}
	for _, a := range all {
		template, method := a.path, http.MethodPost
		if template == "" {
			template = "/v2/models/{model}/infer"
		}
		template = strings.Replace(template, "/m/", "/{model}/", 1)
		item := doc.Paths.Value(template)
		if item.Post == nil {
			method = http.MethodGet
		}
		response := ask(handler, method, addressed(template), a.body, a.headers...)
		documented := item.GetOperation(method).Responses.Status(response.Code)
		if documented == nil {
			t.Errorf("%s: status %d is not documented", a.name, response.Code)
			continue
		}
		var value any
		if err := json.Unmarshal(response.Body.Bytes(), &value); err != nil {
			t.Errorf("%s: %v", a.name, err)
			continue
		}
		if err := documented.Value.Content["application/json"].Schema.Value.VisitJSON(value); err != nil {
			t.Errorf("%s: %v", a.name, err)
		}
	}
}

// TestDescribingIsForOneDocument looks for traces in another.
func TestDescribingIsForOneDocument(t *testing.T) {
	before, _ := json.Marshal(document(t))
	swagger := document(t)
	classifier(t, nil).Describe(&swagger)
	if after, _ := json.Marshal(document(t)); !bytes.Equal(before, after) {
		t.Error("the generated document has changed")
	}
}
