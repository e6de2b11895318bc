package httpapi

import (
	"net/http"
)

// healthz says that the process answers.
//
// @summary  Is the server alive?
// @id       healthz
// @tags     health
// @produce  json
// @success  200  {object}  healthAnswer
// @router   /healthz [get]
func (h *Handler) healthz(w http.ResponseWriter, r *http.Request) {
	h.reply(w, r, http.StatusOK, healthAnswer{Status: "ok"})
}

// readyz says whether the models predict and want work.
//
// @summary  Can the server predict?
// @id       readyz
// @tags     health
// @produce  json
// @success  200  {object}  healthAnswer
// @failure  503  {object}  web.ErrorAnswer  "not ready, and why"
// @header   503  {integer}  Retry-After  "seconds after which to try again"
// @router   /readyz [get]
func (h *Handler) readyz(w http.ResponseWriter, r *http.Request) {
	if err := h.repository.Ready(); err != nil {
		h.fail(w, r, err)
		return
	}
	answer := healthAnswer{Status: "ready"}
	if served, release, err := h.repository.Acquire("", ""); err == nil {
		answer.Model = &h.viewOf(served).model
		release()
	}
	h.reply(w, r, http.StatusOK, answer)
}
