package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/portent-go/portent/docs"
	"github.com/portent-go/portent/domain"
)

// document is the description of the interface, made once for each version of the
// default model: it is generated from the comments on the handlers, and what only
// the loaded model knows is filled in here.
type document struct {
	swagger []byte // Swagger 2.0, JSON
	openapi []byte // OpenAPI 3.0, JSON
}

// newDocument describes the interface as the default model makes it; in general
// if about is nil.
func (h *Handler) newDocument(about *aboutModel) (*document, error) {
	var swagger, openapi object // of this document alone
	if err := errors.Join(json.Unmarshal([]byte(docs.Swagger), &swagger), json.Unmarshal([]byte(docs.OpenAPI), &openapi)); err != nil {
		return nil, domain.Errorf(domain.Internal, "the generated documents cannot be read: %w", err)
	}
	for _, doc := range []described{{swagger, at(swagger, "definitions")}, {openapi, at(openapi, "components", "schemas")}} {
		h.dropUnserved(doc)
		closeRequests(doc.schemas)
		splitGeneral(at(doc.all, "paths"), doc.schemas)
		about.fillIn(doc.all, doc.schemas)
		preset(at(doc.all, "paths"), h.repository.Default(), about.sampleName())
		h.options.Asked.fillIn(doc.all)
		h.describeMounts(doc)
	}
	about.addDoors(openapi)
	d := new(document)
	var err error
	if d.swagger, err = json.Marshal(swagger); err != nil {
		return nil, err
	}
	d.openapi, err = json.Marshal(openapi)
	return d, err
}

// closeRequests says that a field that is not known is refused, for which the
// comments have no words.
func closeRequests(schemas object) {
	for _, name := range []string{"PredictRequest", "BatchRequest"} {
		at(schemas, name)["additionalProperties"] = false
	}
}

// fillIn puts the model into a document, whose schemas are in a place of its own.
func (a *aboutModel) fillIn(doc, schemas object) {
	if a == nil {
		return
	}
	info := at(doc, "info")
	info["title"], info["version"] = a.card.Name, a.card.Version
	info["description"] = fmt.Sprintf("Predictions of the model **%s**, version %s, which takes `%s %v %v` and knows %s. Served by Portent %s.",
		a.card.Name, a.card.Version, a.input.Name, a.input.Datatype, a.input.Shape, a.classText(), a.version)
	one, many := at(schemas, "PredictRequest"), at(schemas, "BatchRequest")
	input := at(one, "properties", "input")
	input["items"] = a.nested(a.input.Shape[1:]) // the outermost axis stays open for the other forms
	input["description"] = fmt.Sprintf("%v Datatype %v, shape %v.", input["description"], a.input.Datatype, a.input.Shape)
	at(many, "properties", "inputs")["items"] = a.nested(a.input.Shape)
	if a.picture == nil {
		delete(at(one, "properties"), "image")
		delete(at(many, "properties"), "images")
	}
	one["example"], many["example"] = a.exampleOne(), a.exampleMany()
	for _, name := range []string{"Prediction", "PredictAnswer", "RankedClass"} {
		a.fillInClasses(at(schemas, name, "properties"))
	}
	model := at(schemas, "Model", "properties")
	for name, value := range map[string]string{"name": a.card.Name, "version": a.card.Version, "sha256": a.card.SHA256} {
		at(model, name)["example"] = value
	}
}

// fillInClasses puts the labels and their number into the properties of an answer.
func (a *aboutModel) fillInClasses(properties object) {
	label := at(properties, "label")
	label["example"] = a.card.Labels.Of(0)
	if len(a.card.Labels) > 0 {
		label["enum"] = a.card.Labels
	}
	for _, name := range []string{"class", "predicted_class"} {
		if _, ok := properties[name]; ok {
			class := at(properties, name)
			class["example"] = 0
			if a.classes > 0 {
				class["maximum"] = a.classes - 1
			}
		}
	}
	if _, ok := properties["probabilities"]; ok && a.classes > 0 {
		bound(at(properties, "probabilities"), a.classes)
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
