package openinference

import (
	"net/http"

	"github.com/portent-go/portent/adapters/transport/internal/web"
)

// extensions are what the server can do beyond the protocol, as Triton names it.
var extensions = []string{
	"binary_tensor_data", "classification", "model_configuration", "model_repository", "model_repository(unload_dependents)", "parameters", "statistics",
}

// server says what the server is and can do.
//
// @summary  What is the server, and which extensions does it know?
// @id       serverMetadata
// @tags     open inference
// @produce  json
// @success  200  {object}  serverAnswer
// @failure  401  {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure  429  {object}  web.ErrorAnswer  "more requests than the caller's share"
// @header   401  {string}  WWW-Authenticate  "how to show a token"
// @header   429  {integer}  Retry-After  "seconds after which to try again"
// @router   /v2 [get]
func (h *Handler) server(w http.ResponseWriter, r *http.Request) error {
	return h.ok(w, r, serverAnswer{Name: h.options.Name, Version: h.options.Version, Extensions: extensions})
}

// live says that the server answers.
//
// @summary  Is the server alive?
// @id       serverLive
// @tags     open inference
// @produce  json
// @success  200  {object}  liveAnswer
// @router   /v2/health/live [get]
func (h *Handler) live(w http.ResponseWriter, r *http.Request) error {
	return h.ok(w, r, liveAnswer{Live: true})
}

// ready says whether all models can predict. Clients look at the status, or at
// one of the fields.
//
// @summary  Can all models predict?
// @id       serverReady
// @tags     open inference
// @produce  json
// @success  200  {object}  readyAnswer
// @failure  503  {object}  web.ErrorAnswer  "not ready, and why"
// @header   503  {integer}  Retry-After  "seconds after which to try again"
// @router   /v2/health/ready [get]
func (h *Handler) ready(w http.ResponseWriter, r *http.Request) error {
	if err := h.repository.Ready(); err != nil {
		answer, refused := h.failure(w, r, err)
		h.reply(w, r, refused.Row.Status, struct {
			readyAnswer
			web.ErrorAnswer
		}{readyAnswer{Live: true}, answer})
		return nil
	}
	return h.ok(w, r, readyAnswer{Live: true, Ready: true})
}

// modelReady says whether a model can predict.
//
// @summary  Can a model predict?
// @id       modelReady
// @tags     open inference
// @produce  json
// @param    model  path      string  true  "the model's name"
// @success  200    {object}  modelReadyAnswer
// @failure  401    {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure  404    {object}  web.ErrorAnswer  "no such model or version"
// @failure  429    {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure  503    {object}  web.ErrorAnswer  "not ready, and why"
// @header   401    {string}  WWW-Authenticate  "how to show a token"
// @header   429,503    {integer}  Retry-After  "seconds after which to try again"
// @router   /v2/models/{model}/ready [get]
func (h *Handler) modelReady(w http.ResponseWriter, r *http.Request) error {
	served, release, err := h.acquire(r)
	if err != nil {
		return err
	}
	defer release()
	if err := served.Model.Ready(); err != nil {
		answer, refused := h.failure(w, r, err)
		h.reply(w, r, refused.Row.Status, struct {
			modelReadyAnswer
			web.ErrorAnswer
		}{modelReadyAnswer{Name: served.Name}, answer})
		return nil
	}
	return h.ok(w, r, modelReadyAnswer{Name: served.Name, Ready: true})
}
