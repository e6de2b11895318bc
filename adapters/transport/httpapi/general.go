package httpapi

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/portent-go/portent/domain"
)

// modelPath is where the paths of models begin that a request names. What they
// take and give depends on the model, so the documents say it in general.
const modelPath = "/models/{name}"

// specific are references to definitions into which the documents write the
// default model.
var specific = regexp.MustCompile(`"#/definitions/(PredictRequest|BatchRequest|PredictAnswer|BatchAnswer|Prediction|RankedClass|Model)"`)

// splitGeneral gives the paths of named models definitions of their own, into
// which no model will be written.
func splitGeneral(doc *openapi2.T) error {
	for path, item := range doc.Paths {
		if !strings.HasPrefix(path, modelPath) {
			continue
		}
		general := new(openapi2.PathItem)
		if err := generalise(item, general, doc); err != nil {
			return err
		}
		doc.Paths[path] = general
	}
	return nil
}

// generalise copies a part of the document, with references to general
// definitions, which it adds to the document.
func generalise(from, to any, doc *openapi2.T) error {
	text, err := json.Marshal(from)
	if err != nil {
		return domain.Errorf(domain.Internal, "the document cannot be written: %w", err)
	}
	for _, match := range specific.FindAllSubmatch(text, -1) {
		name := string(match[1])
		if doc.Definitions["Any"+name] != nil {
			continue
		}
		general := new(openapi2.SchemaRef)
		doc.Definitions["Any"+name] = general
		if err := generalise(doc.Definitions[name], general, doc); err != nil {
			return err
		}
	}
	if err := json.Unmarshal(specific.ReplaceAll(text, []byte(`"#/definitions/Any$1"`)), to); err != nil {
		return domain.Errorf(domain.Internal, "the document cannot be read: %w", err)
	}
	return nil
}

// addGeneralDoors adds the content types that models may take to the paths of
// named models.
func addGeneralDoors(doc *openapi3.T) {
	for path, q := range map[string]quantity{modelPath + "/predict": oneInput, modelPath + "/predict/batch": manyInputs} {
		content := doc.Paths.Value(path).Post.RequestBody.Value.Content
		content[typeForm] = formBody(q)
		bytes := fileSchema()
		bytes.Description = "the elements, little-endian, row by row"
		content[typeBinary] = openapi3.NewMediaType().WithSchema(bytes)
		if q == oneInput {
			for _, contentType := range pictureTypes() {
				content[contentType] = openapi3.NewMediaType().WithSchema(fileSchema())
			}
		}
	}
}
