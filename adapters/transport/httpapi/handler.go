package httpapi

import (
	"net/http"
	"runtime"

	"github.com/gorilla/mux"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// Handler serves one classifier. It is safe for concurrent use.
type Handler struct {
	classifier *serving.Classifier
	options    Options
	input      domain.TensorSpec // of one input, without the batch axis
	model      modelAnswer
	oneTypes   []string      // content types of the doors that are open, for one input
	manyTypes  []string      // and for many
	usual      *span         // of the numbers that the preprocessing makes; nil without preprocessing
	pictures   chan struct{} // a place for each picture being decoded, so that many large ones at once do not take all memory
	router     *mux.Router
	document   *document
	page       *page
}

var _ http.Handler = (*Handler)(nil)

// New returns a Handler of the classifier, which stays the caller's to close.
// Negative limits, or an example picture that cannot be decoded, are an error of
// kind Invalid.
func New(classifier *serving.Classifier, options Options) (*Handler, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	card := classifier.Card()
	h := &Handler{
		classifier: classifier,
		options:    options,
		input:      classifier.Input(),
		model:      modelAnswer{Name: card.Name, Version: card.Version, SHA256: card.SHA256},
		pictures:   make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
	h.oneTypes, h.manyTypes = h.contentTypes(oneInput), h.contentTypes(manyInputs)
	if h.usual, err = usualSpan(card.Preprocessor); err != nil {
		return nil, err
	}
	h.router = h.newRouter()
	if h.document, err = newDocument(h); err != nil {
		return nil, err
	}
	if h.page, err = newPage(); err != nil {
		return nil, err
	}
	return h, nil
}

// takesPictures reports whether the model came with preprocessing.
func (h *Handler) takesPictures() bool { return h.classifier.Card().Preprocessor != nil }
