package httpapi

import (
	"net/http"
	"runtime"
	"slices"
	"sync"
	"weak"

	"github.com/gorilla/mux"

	"github.com/portent-go/portent/domain/serving"
)

// Handler serves the classifiers of a repository. It is safe for concurrent use,
// while models are loaded, replaced and unloaded too.
type Handler struct {
	repository *serving.Repository
	options    Options
	facts      *sync.Map                    // by weak.Pointer[serving.Served]
	tested     weak.Pointer[serving.Served] // which model the options' SelfTest is about
	pictures   chan struct{}                // a place for each picture being decoded, so that many large ones at once do not take all memory
	router     *mux.Router
	entrance   http.Handler              // the router behind the options' Middleware
	bare       func() (*document, error) // shown while there is no default classifier
	ui         *swaggerUI
}

var _ http.Handler = (*Handler)(nil)

// New returns a Handler of one classifier, which stays the caller's to close.
// Negative limits, or an example picture that cannot be decoded, are an error of
// kind Invalid.
func New(classifier *serving.Classifier, options Options) (*Handler, error) {
	card := classifier.Card()
	return NewForRepository(serving.Single(&serving.Served{
		Name: card.Name, Version: card.Version, Card: card, Model: classifier.Model(), Classifier: classifier, Stats: new(serving.Statistics),
	}), options)
}

// NewForRepository returns a Handler of a repository, which stays the caller's to
// close. Its default model is the one of /predict, of the documents and of the
// front page, and may change at any time. Negative limits, or an example picture
// that the default model does not take at this time, are an error of kind
// Invalid.
func NewForRepository(repository *serving.Repository, options Options) (*Handler, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	h := &Handler{repository: repository, options: options, facts: new(sync.Map), pictures: make(chan struct{}, runtime.GOMAXPROCS(0))}
	h.router = h.newRouter()
	h.entrance = h.router
	for _, around := range slices.Backward(options.Middleware) {
		h.entrance = around(h.entrance)
	}
	h.bare = sync.OnceValues(func() (*document, error) { return h.newDocument(nil) })
	if h.ui, err = newSwaggerUI(); err != nil {
		return nil, err
	}
	return h, h.check()
}

// check sees that the options fit the default model, if it is there.
func (h *Handler) check() error {
	v, release, err := h.acquire("")
	if err != nil {
		_, err = h.bare()
		return err
	}
	defer release()
	h.tested = weak.Make(v.served)
	about, err := v.aboutModel(h.options.ExamplePicture)
	if err != nil {
		return err
	}
	_, err = h.newDocument(about)
	return err
}
