package httpapi

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"weak"

	"github.com/gorilla/mux"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// models lists what is served.
//
// @summary      Which models are served?
// @description  The models that are loaded, by name, and which of them /predict asks.
// @id           models
// @tags         models
// @produce      json
// @success      200  {object}  modelsAnswer
// @failure      401  {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure      429  {object}  web.ErrorAnswer  "more requests than the caller's share"
// @header       401  {string}  WWW-Authenticate  "how to show a token"
// @header       429  {integer}  Retry-After  "seconds after which to try again"
// @router       /models [get]
func (h *Handler) models(w http.ResponseWriter, r *http.Request) {
	answer := modelsAnswer{Server: h.options.Version, State: "ready", Models: []modelLine{}}
	if err := h.repository.Ready(); err != nil {
		answer.State = byKind.RefusalOf(err).Answer("").Error
	}
	for _, name := range h.repository.Names() {
		if versions := h.repository.Versions(name); len(versions) > 0 {
			answer.Models = append(answer.Models, modelLine{Name: name, Versions: versions})
			if name == h.repository.Default() {
				answer.Default = name
			}
		}
	}
	h.reply(w, r, http.StatusOK, answer)
}

// modelCard says all that a caller may know of a model.
//
// @summary      What is a model, what does it take and give?
// @description  What the people who made the model say of it, what it takes and gives, what computes it, and where it is asked. Of several versions it is the newest.
// @id           modelCard
// @tags         models
// @produce      json
// @param        name  path      string  true  "the model's name"
// @success      200   {object}  cardAnswer
// @failure      401   {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure      404   {object}  web.ErrorAnswer  "no such model"
// @failure      429   {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure      503   {object}  web.ErrorAnswer  "the model is being loaded: Retry-After says when to try again"
// @header       401  {string}  WWW-Authenticate  "how to show a token"
// @header       429,503  {integer}  Retry-After  "seconds after which to try again"
// @router       /models/{name} [get]
func (h *Handler) modelCard(w http.ResponseWriter, r *http.Request) {
	served, release, err := h.repository.Acquire(mux.Vars(r)["name"], "")
	if err != nil {
		h.fail(w, r, err)
		return
	}
	defer release()
	h.reply(w, r, http.StatusOK, h.viewOf(served).card())
}

// card describes the model.
func (h *view) card() cardAnswer {
	s, m := h.served, h.served.Model.Metadata()
	signature := s.Model.Signature()
	answer := cardAnswer{
		Name: s.Name, Version: s.Version, State: "ready", SHA256: s.Card.SHA256, License: license(s), SelfTest: h.selfTest(),
		Engine: m.Engine, Device: m.Device, Producer: m.Producer, Opsets: opsets(m),
		Inputs: tensorLines(signature.Inputs), Outputs: tensorLines(signature.Outputs), Labels: s.Card.Labels,
		MaxBody: h.options.MaxBody,
	}
	if err := s.Model.Ready(); err != nil {
		answer.State = byKind.RefusalOf(err).Answer("").Error
	}
	base := "/models/" + url.PathEscape(s.Name)
	if infer := "/v2" + base + "/infer"; h.mounted(infer) {
		answer.Infer = infer
	}
	if h.classifier == nil {
		return answer
	}
	answer.Predict, answer.Takes = base+"/predict", h.oneTypes
	if h.takesPictures() {
		answer.Preprocess = base + "/preprocess"
		for _, sample := range h.sampleNames() {
			answer.Samples = append(answer.Samples, base+"/samples/"+url.PathEscape(sample))
		}
	}
	if s.Name == h.repository.Default() {
		answer.Predict, answer.Preprocess = strings.TrimPrefix(answer.Predict, base), strings.TrimPrefix(answer.Preprocess, base)
	}
	return answer
}

// selfTest says how the model's self-test ended.
func (h *view) selfTest() string {
	if weak.Make(h.served) == h.tested && h.options.SelfTest != "" {
		return h.options.SelfTest
	}
	if difference, tested := h.served.Model.SelfTest(); tested {
		return fmt.Sprintf("passed, largest difference %.2g", difference)
	}
	return "none: the model came without test vectors"
}

// license returns under what terms the model may be used: as its folder says, or as
// its author wrote into its file; empty if neither does.
func license(served *serving.Served) string {
	if served.Card.License != "" {
		return served.Card.License
	}
	for name, value := range served.Model.Metadata().Properties {
		if strings.EqualFold(name, "license") || strings.EqualFold(name, "licence") {
			return value
		}
	}
	return ""
}

func opsets(m domain.Metadata) []string {
	var list []string
	for _, opset := range m.Opsets {
		name := opset.Domain
		if name == "" {
			name = "ai.onnx"
		}
		list = append(list, fmt.Sprintf("%s %d", name, opset.Version))
	}
	return list
}

func tensorLines(specs []domain.TensorSpec) []tensorLine {
	lines := make([]tensorLine, len(specs))
	for i, spec := range specs {
		lines[i] = tensorLine{Name: spec.Name, Datatype: spec.Datatype.String(), Shape: append([]int{}, spec.Shape...)}
	}
	return lines
}
