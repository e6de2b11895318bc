package httpapi

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/portent-go/portent/adapters/transport/httpapi/internal/frontpage"
)

// front answers with the page for people. It is the same for all models: it asks
// for what it shows.
func (h *Handler) front(w http.ResponseWriter, r *http.Request) { frontpage.Index(w, r) }

// pageFile answers with a file that the page asks for.
func (h *Handler) pageFile(w http.ResponseWriter, r *http.Request) {
	if frontpage.File(w, r, mux.Vars(r)["digest"], mux.Vars(r)["file"]) != nil {
		h.notFound(w, r)
	}
}
