package httpapi

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"

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

// pageData is what the front page shows.
type pageData struct {
	Card      serving.Card
	Signature domain.Signature
	Metadata  domain.Metadata
	Version   string
	SelfTest  string
	State     string
	Curl      string
}

func (h *Handler) front(w http.ResponseWriter, r *http.Request) {
	model := h.classifier.Model()
	data := pageData{
		Card: h.classifier.Card(), Signature: model.Signature(), Metadata: model.Metadata(),
		Version: h.options.Version, SelfTest: h.options.SelfTest, State: "ready", Curl: h.curl(r),
	}
	if err := model.Ready(); err != nil {
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

// curl returns a line to copy that makes a prediction.
func (h *Handler) curl(r *http.Request) string {
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
