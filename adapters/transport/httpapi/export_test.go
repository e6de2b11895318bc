package httpapi

import "github.com/gorilla/mux"

// Router shows the routes to the tests.
func (h *Handler) Router() *mux.Router { return h.router }

// Occupy takes all places where pictures are decoded.
func (h *Handler) Occupy() {
	for range cap(h.pictures) {
		h.pictures <- struct{}{}
	}
}
