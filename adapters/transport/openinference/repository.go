package openinference

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/portent-go/portent/adapters/format/jsontensor"
	"github.com/portent-go/portent/adapters/transport/internal/protocol"
	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// index lists the models that there are.
//
// @summary  Which models are there, and in which state?
// @id       repositoryIndex
// @tags     open inference
// @accept   json
// @produce  json
// @param    request  body     indexRequest  false  "whether only those that can predict are wanted"
// @success  200      {array}  indexAnswer
// @failure  400      {object}  web.ErrorAnswer  "not JSON, or an unknown field"
// @failure  401      {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure  413      {object}  web.ErrorAnswer  "the body is too large"
// @failure  415      {object}  web.ErrorAnswer  "a Content-Type or Content-Encoding that is not known"
// @failure  429      {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure  500      {object}  web.ErrorAnswer  "our fault"
// @failure  503      {object}  web.ErrorAnswer  "the models cannot be looked for"
// @header   401      {string}  WWW-Authenticate  "how to show a token"
// @header   429,503  {integer}  Retry-After  "seconds after which to try again"
// @router   /v2/repository/index [post]
func (h *Handler) index(w http.ResponseWriter, r *http.Request) error {
	onlyReady := false
	if err := h.readFields(w, r, []string{"ready"}, func(d *jsontensor.Decoder, _ int) (err error) {
		onlyReady, err = d.Bool()
		return err
	}); err != nil {
		return err
	}
	index, err := h.repository.Index(r.Context())
	if err != nil {
		return err
	}
	answer := []indexAnswer{}
	for _, line := range index {
		if !onlyReady || line.State == serving.Ready {
			answer = append(answer, indexAnswer{Name: line.Name, Version: line.Version, State: protocol.States[line.State], Reason: line.Reason})
		}
	}
	return h.ok(w, r, answer)
}

// load loads a model, or loads it anew.
//
// @summary  Load a model, or load it anew
// @id       repositoryModelLoad
// @tags     open inference
// @accept   json
// @produce  json
// @param    model    path      string             true   "the model's name"
// @param    request  body      repositoryRequest  false  "no parameters are known"
// @success  200      {object}  emptyAnswer
// @failure  400      {object}  web.ErrorAnswer  "the model cannot be loaded, models cannot be loaded here, or the request is wrong"
// @failure  401      {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure  403      {object}  web.ErrorAnswer  "asked for by a page of another site"
// @failure  404      {object}  web.ErrorAnswer  "no such model"
// @failure  413      {object}  web.ErrorAnswer  "the body is too large"
// @failure  415      {object}  web.ErrorAnswer  "a Content-Type or Content-Encoding that is not known"
// @failure  429      {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure  500      {object}  web.ErrorAnswer  "our fault"
// @failure  503      {object}  web.ErrorAnswer  "the server is being shut down"
// @header   401      {string}  WWW-Authenticate  "how to show a token"
// @header   429,503  {integer}  Retry-After  "seconds after which to try again"
// @router   /v2/repository/models/{model}/load [post]
func (h *Handler) load(w http.ResponseWriter, r *http.Request) error {
	if err := h.readControl(w, r); err != nil {
		return err
	}
	if err := h.repository.Load(r.Context(), r.PathValue("model")); err != nil {
		return err
	}
	return h.ok(w, r, emptyAnswer{})
}

// unload stops serving a model.
//
// @summary  Unload a model
// @id       repositoryModelUnload
// @tags     open inference
// @accept   json
// @produce  json
// @param    model    path      string             true   "the model's name"
// @param    request  body      repositoryRequest  false  "unload_dependents is known, and changes nothing: no model depends on another"
// @success  200      {object}  emptyAnswer
// @failure  400      {object}  web.ErrorAnswer  "models cannot be unloaded here, or the request is wrong"
// @failure  401      {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure  403      {object}  web.ErrorAnswer  "asked for by a page of another site"
// @failure  404      {object}  web.ErrorAnswer  "no such model"
// @failure  413      {object}  web.ErrorAnswer  "the body is too large"
// @failure  415      {object}  web.ErrorAnswer  "a Content-Type or Content-Encoding that is not known"
// @failure  429      {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure  500      {object}  web.ErrorAnswer  "our fault"
// @failure  503      {object}  web.ErrorAnswer  "the server is being shut down"
// @header   401      {string}  WWW-Authenticate  "how to show a token"
// @header   429,503  {integer}  Retry-After  "seconds after which to try again"
// @router   /v2/repository/models/{model}/unload [post]
func (h *Handler) unload(w http.ResponseWriter, r *http.Request) error {
	if err := h.readControl(w, r, "unload_dependents"); err != nil {
		return err
	}
	if err := h.repository.Unload(r.Context(), r.PathValue("model")); err != nil {
		return err
	}
	return h.ok(w, r, emptyAnswer{})
}

// readControl reads a request that changes what is served. Pages of other sites
// may not make a browser send one.
func (h *Handler) readControl(w http.ResponseWriter, r *http.Request, known ...string) error {
	if err := h.origins.Check(r); err != nil {
		return web.Refusal{Row: web.Forbidden, Reason: &domain.Error{Kind: domain.Invalid, Msg: "a page of another site asks for this", Err: err}}
	}
	return h.readFields(w, r, []string{"parameters"}, func(d *jsontensor.Decoder, _ int) error {
		if d.Null() {
			return nil
		}
		parameters, err := d.Scalars()
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(parameters)) {
			if !slices.Contains(known, name) {
				return d.RefuseWith(domain.Error{Kind: domain.Unsupported, Msg: fmt.Sprintf("%q is not supported: a model is taken as it is in the repository", web.Shortened(name))})
			}
		}
		return nil
	})
}

// readFields reads a body that is empty or a JSON object.
func (h *Handler) readFields(w http.ResponseWriter, r *http.Request, known []string, field func(*jsontensor.Decoder, int) error) error {
	body, err := h.readBody(w, r)
	if err != nil {
		return err
	}
	defer body.Free()
	if len(body.Bytes) == 0 {
		return nil
	}
	d := jsontensor.NewDecoder(body.Bytes)
	return d.Object(known, func(i int) error { return field(d, i) })
}
