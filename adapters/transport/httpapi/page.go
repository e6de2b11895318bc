package httpapi

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"weak"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

//go:embed page.html
var pageSource string

// page is the front page.
type page struct {
	template *template.Template
	policy   string // its Content-Security-Policy
}

func newPage() (*page, error) {
	parsed, err := template.New("page").Parse(pageSource)
	if err != nil {
		return nil, domain.Errorf(domain.Internal, "the front page cannot be read: %w", err)
	}
	style, _ := between([]byte(pageSource), []byte("<style>"), []byte("</style>"))
	policy := "default-src 'none'; style-src " + sourceHash(style) + "; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return &page{template: parsed, policy: policy}, nil
}

// pageData is what the front page shows. Without a default model there is no card.
type pageData struct {
	Card      serving.Card
	Signature domain.Signature
	Metadata  domain.Metadata
	Version   string
	SelfTest  string
	State     string
	Curl      string   // empty if there is no classifier to ask
	Models    []string // all that are loaded, if it is more than one
}

func (h *Handler) front(w http.ResponseWriter, r *http.Request) {
	data := pageData{Version: h.options.Version, State: "ready"}
	if models := h.repository.Names(); len(models) > 1 {
		data.Models = models
	}
	if served, release, err := h.repository.Acquire("", ""); err == nil {
		h.viewOf(served).show(&data, r)
		release()
	}
	if err := h.repository.Ready(); err != nil {
		data.State = "not ready: " + err.Error()
	}
	var html bytes.Buffer
	if err := h.page.template.Execute(&html, data); err != nil {
		h.fail(w, r, domain.Errorf(domain.Internal, "the front page: %w", err))
		return
	}
	w.Header().Set("Content-Security-Policy", h.page.policy)
	writeBytes(w, "text/html; charset=utf-8", html.Bytes())
}

// show puts the default model on the page.
func (h *view) show(data *pageData, r *http.Request) {
	data.Card, data.Signature, data.Metadata = h.served.Card, h.served.Model.Signature(), h.served.Model.Metadata()
	data.Card.Name, data.Card.Version = h.served.Name, h.served.Version
	if weak.Make(h.served) == h.tested {
		data.SelfTest = h.options.SelfTest
	}
	if h.classifier != nil {
		data.Curl = h.curl(r)
	}
}

// curl returns a line to copy that makes a prediction.
func (h *view) curl(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	address := scheme + "://" + r.Host + "/predict"
	if h.takesPictures() {
		return "curl -F image=@picture.png " + address
	}
	return fmt.Sprintf(`curl --data-binary @tensor.bin -H "Content-Type: %s" %s`, typeBinary, address)
}
