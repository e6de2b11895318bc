package openapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// addressed puts the model's name and version into a path of the document.
var addressed = strings.NewReplacer("{model}", "a-model", "{version}", "1")

// TestInferenceProtocolIsAsDocumented asks for all that the document has of the
// Open Inference Protocol, rightly and in ways that are not allowed.
func TestInferenceProtocolIsAsDocumented(t *testing.T) {
	bodies := []string{
		"", "{", "null", "[]", `{"inputs":[]}`, `{"inputs":[{"name":"y","shape":[1],"datatype":"FP32","data":[1]}]}`,
		`{"inputs":[{"name":"x","shape":[1,-4],"datatype":"FP64","data":[1]}]}`, `{"inputs":[{"name":"x","shape":[1,1152921504606846976],"datatype":"FP64","data":[1]}]}`,
		`{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP64","data":[1,2,3,"4"]}]}`, `{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP64"}]}`,
		`{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP64","data":[1,2,3,4]}],"outputs":[{"name":"nonesuch"}]}`, `{"unknown":1}`,
	}
	handler := models["one axis"].handler(t)
	doc := validOpenAPI(t, handler)
	example, err := json.Marshal(doc.Components.Schemas["InferenceRequest"].Value.Example)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for path, item := range doc.Paths.Map() {
		if !strings.HasPrefix(path, "/v2") {
			continue
		}
		for method := range item.Operations() {
			bodies := bodies
			if strings.HasSuffix(path, "/infer") {
				bodies = append([]string{string(example)}, bodies...)
			}
			for i, body := range bodies {
				status, answer := ask(t, handler, method, addressed.Replace(path), body)
				response := item.GetOperation(method).Responses.Status(status)
				if response == nil || status == http.StatusInternalServerError {
					t.Errorf("%s %s with %s: status %d is not documented: %s", method, path, body, status, answer)
					continue
				}
				var value any
				if err := json.Unmarshal(answer, &value); err != nil {
					t.Fatal(err)
				}
				conforms(t, method+" "+path+" with "+body, response.Value.Content[typeJSON].Schema, value)
				if i == 0 && strings.HasSuffix(path, "/infer") && status != http.StatusOK {
					t.Errorf("%s: the example gives %d %s", path, status, answer)
				}
				asked++
			}
		}
	}
	if asked < 150 {
		t.Errorf("only %d requests were made", asked)
	}
}
