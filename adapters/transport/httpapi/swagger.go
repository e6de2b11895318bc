package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"github.com/portent-go/portent/adapters/transport/httpapi/internal/swaggerui"
	"github.com/portent-go/portent/domain"
)

// swaggerUI is the page that shows the document and lets a person try it. It shows
// the OpenAPI 3 document, since only that one can offer a form for a picture's file.
type swaggerUI struct {
	index  []byte
	policy string // the index's Content-Security-Policy
}

// The page asks for a preset that adds a bar on top with a box for any address of
// a document. This server has one document, so the preset is an empty one.
const presetFile, emptyPreset = "swagger-ui-standalone-preset.js", "window.SwaggerUIStandalonePreset = [];\n"

func newSwaggerUI() (*swaggerUI, error) {
	ui := &swaggerUI{index: []byte(swaggerui.Index)}
	script, ok := between(ui.index, []byte("<script>"), []byte("</script>"))
	if !ok {
		return nil, domain.Errorf(domain.Internal, "Swagger UI's page has no script")
	}
	ui.policy = "default-src 'none'; script-src 'self' " + sourceHash(script) +
		"; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return ui, nil
}

// between returns what is between the first opening and the closing after it.
func between(text, opening, closing []byte) ([]byte, bool) {
	_, rest, ok := bytes.Cut(text, opening)
	inner, _, closed := bytes.Cut(rest, closing)
	return inner, ok && closed
}

// sourceHash returns what a Content-Security-Policy calls an inline script or
// style.
func sourceHash(source []byte) string {
	sum := sha256.Sum256(source)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// swagger serves Swagger UI and the Swagger document.
func (h *Handler) swagger(w http.ResponseWriter, r *http.Request) {
	switch file := mux.Vars(r)["file"]; file {
	case "doc.json":
		h.showDocument(w, r, func(d *document) []byte { return d.swagger })
	case "index.html":
		ui := h.ui
		w.Header().Set("Content-Security-Policy", ui.policy)
		writeBytes(w, "text/html; charset=utf-8", ui.index)
	case presetFile:
		writeBytes(w, "text/javascript; charset=utf-8", []byte(emptyPreset))
	default:
		h.swaggerFile(w, r, file)
	}
}

func (h *Handler) swaggerFile(w http.ResponseWriter, r *http.Request, file string) {
	switch err := swaggerui.Serve(w, r, file); {
	case errors.Is(err, fs.ErrNotExist):
		h.notFound(w, r)
	case err != nil:
		h.fail(w, r, domain.Errorf(domain.Internal, "Swagger UI's %s: %w", file, err))
	}
}

func writeBytes(w http.ResponseWriter, contentType string, content []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) //nolint:gosec // documents, pages, and pictures that were drawn anew: nothing comes back as it was sent
}
