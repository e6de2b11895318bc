package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"

	"github.com/portent-go/portent/docs"
	"github.com/portent-go/portent/domain"
)

// document is the description of the interface, made once for each version of the
// default model: swag generates it from the comments on the handlers, and what
// only the loaded model knows is filled in here.
type document struct {
	swagger []byte // Swagger 2.0, JSON
	openapi []byte // OpenAPI 3.0, JSON
}

// newDocument describes the interface as the default model makes it; in general
// if about is nil.
func (h *Handler) newDocument(about *aboutModel) (*document, error) {
	spec := *docs.SwaggerInfo // a copy: ReadDoc writes to it, and another server has its own
	var swagger openapi2.T
	if err := readGenerated(spec.ReadDoc(), &swagger); err != nil {
		return nil, domain.Errorf(domain.Internal, "the generated document cannot be read: %w", err)
	}
	if err := h.dropUnserved(&swagger); err != nil {
		return nil, err
	}
	about.fillIn(&swagger)
	for _, mount := range h.options.Mounts {
		if mount.Describe != nil {
			mount.Describe(&swagger)
		}
	}
	openapi, err := openapi2conv.ToV3(&swagger)
	if err != nil {
		return nil, domain.Errorf(domain.Internal, "the document cannot be converted to OpenAPI 3: %w", err)
	}
	about.addDoors(openapi)
	d := new(document)
	if d.swagger, err = swagger.MarshalJSON(); err != nil {
		return nil, err
	}
	d.openapi, err = openapi.MarshalJSON()
	return d, err
}

// readGenerated reads swag's document, with general schemas where the default
// model is not the one that answers.
func readGenerated(text string, swagger *openapi2.T) error {
	var generated struct {
		Paths       map[string]any `json:"paths"`
		Definitions map[string]any `json:"definitions"`
	}
	var all map[string]any
	if err := errors.Join(json.Unmarshal([]byte(text), &generated), json.Unmarshal([]byte(text), &all)); err != nil {
		return err
	}
	splitGeneral(generated.Paths, generated.Definitions)
	all["paths"], all["definitions"] = generated.Paths, generated.Definitions
	split, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return json.Unmarshal(split, swagger)
}

// fillIn puts the model into the Swagger document.
func (a *aboutModel) fillIn(doc *openapi2.T) {
	if a == nil {
		return
	}
	doc.Info.Title = a.card.Name
	doc.Info.Version = a.card.Version
	doc.Info.Description = fmt.Sprintf("Predictions of the model **%s**, version %s, which takes `%s %v %v` and knows %s. Served by Portent %s.",
		a.card.Name, a.card.Version, a.input.Name, a.input.Datatype, a.input.Shape, a.classText(), a.version)
	one, many := doc.Definitions["PredictRequest"].Value, doc.Definitions["BatchRequest"].Value
	one.Properties["input"].Value.Items = a.nested(a.input.Shape).Value.Items
	one.Properties["input"].Value.Example = nil
	one.Properties["input"].Value.Description += fmt.Sprintf(" Datatype %v, shape %v.", a.input.Datatype, a.input.Shape)
	many.Properties["inputs"].Value.Items = a.nested(a.input.Shape)
	if a.picture == nil {
		delete(one.Properties, "image")
		delete(many.Properties, "images")
	}
	one.Example, many.Example = a.exampleOne(), a.exampleMany()
	for _, name := range []string{"Prediction", "PredictAnswer", "RankedClass"} {
		a.fillInClasses(doc.Definitions[name].Value)
	}
	model := doc.Definitions["Model"].Value.Properties
	model["name"].Value.Example, model["version"].Value.Example, model["sha256"].Value.Example = a.card.Name, a.card.Version, a.card.SHA256
}

// fillInClasses puts the labels and their number into the schema of an answer.
func (a *aboutModel) fillInClasses(schema *openapi2.Schema) {
	label := schema.Properties["label"].Value
	label.Example = a.card.Labels.Of(0)
	for _, l := range a.card.Labels {
		label.Enum = append(label.Enum, l)
	}
	for _, name := range []string{"class", "predicted_class"} {
		if class, ok := schema.Properties[name]; ok {
			class.Value.Example = 0
			if a.classes > 0 {
				last := float64(a.classes - 1)
				class.Value.Max = &last
			}
		}
	}
	if probabilities, ok := schema.Properties["probabilities"]; ok && a.classes > 0 {
		n := uint64(a.classes)
		probabilities.Value.MinItems, probabilities.Value.MaxItems = n, &n
	}
}

func (h *Handler) openapi(w http.ResponseWriter, r *http.Request) {
	h.showDocument(w, r, func(d *document) []byte { return d.openapi })
}

func (h *Handler) showDocument(w http.ResponseWriter, r *http.Request, form func(*document) []byte) {
	d, err := h.describe()
	if err != nil {
		h.fail(w, r, err)
		return
	}
	writeBytes(w, "application/json", form(d))
}
