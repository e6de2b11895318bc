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

// readyz says whether the model predicts and wants work.
//
// @summary  Can the server predict?
// @id       readyz
// @tags     health
// @produce  json
// @success  200  {object}  healthAnswer
// @failure  503  {object}  web.ErrorAnswer  "not ready, and why"
// @router   /readyz [get]
func (h *Handler) readyz(w http.ResponseWriter, r *http.Request) {
	if err := h.classifier.Model().Ready(); err != nil {
		h.fail(w, r, err)
		return
	}
	h.reply(w, r, http.StatusOK, healthAnswer{Status: "ready", Model: &h.model})
}
