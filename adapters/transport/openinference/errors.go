package openinference

import (
	"net/http"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// byKind is the table of errors: how each of the domain's kinds is answered. The
// protocol's clients expect 400 for tensors that do not fit.
var byKind = web.NewTable(http.StatusBadRequest)

// fail answers with an error, and logs its cause if it is the server's fault.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	answer, refused := h.failure(w, r, err)
	h.reply(w, r, refused.Row.Status, answer)
}

// failure returns what is answered to an error, sets its headers, and logs its
// cause if it is the server's fault.
func (h *Handler) failure(w http.ResponseWriter, r *http.Request, err error) (web.ErrorAnswer, web.Refusal) {
	refused, id := byKind.RefusalOf(err), w.Header().Get(headerRequestID)
	if refused.AskAgain() {
		w.Header().Set("Retry-After", web.RetryAfter(refused.Reason.RetryAfter))
	}
	if refused.Reason.Kind == domain.Internal {
		h.options.Logger.ErrorContext(r.Context(), "a request failed", "error", err, "path", r.URL.Path, "request_id", id)
	}
	answer := refused.Answer(id)
	if answer.Hint != "" {
		answer.Error += " (" + answer.Hint + ")" // most clients show nothing but the error
	}
	return answer, refused
}

// at names the place in a request that an error is about.
func at(pointer string, err error) error {
	refused := byKind.RefusalOf(err)
	if refused.Pointer == "" && refused.Reason.Kind != domain.Internal {
		refused.Pointer = pointer
	}
	return refused
}
