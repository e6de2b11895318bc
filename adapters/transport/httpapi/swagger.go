package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"

	"github.com/gorilla/mux"
	httpSwagger "github.com/swaggo/http-swagger/v2"

	"github.com/portent-go/portent/domain"
)

// swaggerUI is the page that shows the document and lets a person try it. Its
// files are embedded, so that it works without internet.
type swaggerUI struct {
	files  http.Handler
	index  []byte
	policy string // the index's Content-Security-Policy
}

// swaggerFiles are the files that the page asks for. The package of the
// embedded files holds others, which lead to a page of the internet.
var swaggerFiles = []string{"swagger-ui.css", "swagger-ui-bundle.js", "favicon-16x16.png", "favicon-32x32.png"}

// The page asks for a preset that adds a bar on top with a box for any address of
// a document. This server has one document, so the preset is an empty one.
const presetFile, emptyPreset = "swagger-ui-standalone-preset.js", "window.SwaggerUIStandalonePreset = [];\n"

// newSwaggerUI renders the page. It shows the OpenAPI 3 document, since only that
// one can offer a form for a picture's file.
func newSwaggerUI() (*swaggerUI, error) {
	ui := &swaggerUI{files: httpSwagger.Handler(httpSwagger.URL("../openapi.json"), httpSwagger.Layout(httpSwagger.BaseLayout))}
	var page capture
	request := &http.Request{Method: http.MethodGet, RequestURI: "/swagger/index.html"}
	ui.files.ServeHTTP(&page, request)
	ui.index = page.Bytes()
	script, ok := between(ui.index, []byte("<script>"), []byte("</script>"))
	if !ok {
		return nil, domain.Errorf(domain.Internal, "Swagger UI's page has no script")
	}
	ui.policy = "default-src 'none'; script-src 'self' " + sourceHash(script) +
		"; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return ui, nil
}

// capture keeps what a handler writes.
type capture struct {
	bytes.Buffer
	header http.Header
}

func (c *capture) WriteHeader(int) {}
func (c *capture) Header() http.Header {
	if c.header == nil {
		c.header = make(http.Header)
	}
	return c.header
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
	ui := h.ui
	switch file := mux.Vars(r)["file"]; {
	case file == "doc.json":
		h.showDocument(w, r, func(d *document) []byte { return d.swagger })
	case file == "index.html":
		w.Header().Set("Content-Security-Policy", ui.policy)
		writeBytes(w, "text/html; charset=utf-8", ui.index)
	case file == presetFile:
		writeBytes(w, "text/javascript; charset=utf-8", []byte(emptyPreset))
	case slices.Contains(swaggerFiles, file):
		w.Header().Set("Cache-Control", "public, max-age=3600")
		request := r.Clone(r.Context())
		request.Method, request.RequestURI = http.MethodGet, "/swagger/"+file // without a query, which the handler takes for a part of the name
		ui.files.ServeHTTP(w, request)
	default:
		h.notFound(w, r)
	}
}

func writeBytes(w http.ResponseWriter, contentType string, content []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content)
}
