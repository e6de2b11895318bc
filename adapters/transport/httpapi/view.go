package httpapi

import (
	"runtime"
	"sync"
	"weak"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// facts are what follows from one version of a model. They are kept as long as it
// is held by someone, so they must not hold it themselves; nor the Handler, which
// holds the repository.
type facts struct {
	classifier *serving.Classifier // nil for a model that is none
	input      domain.TensorSpec   // of one input, without the batch axis
	model      modelAnswer
	oneTypes   []string // content types of the doors that are open, for one input
	manyTypes  []string // and for many
	usual      *span    // of the numbers that the preprocessing makes; nil where that is not known

	describing sync.Once
	document   *document
	failure    error // to describe it
}

// view is a Handler's look at one version of a model, for one request.
type view struct {
	*Handler
	*facts
	served *serving.Served
}

func newFacts(served *serving.Served) *facts {
	f := &facts{
		classifier: served.Classifier,
		model:      modelAnswer{Name: served.Name, Version: served.Version, SHA256: served.Card.SHA256},
	}
	if f.classifier == nil {
		return f
	}
	f.input = f.classifier.Input()
	f.oneTypes, f.manyTypes = f.contentTypes(oneInput), f.contentTypes(manyInputs)
	f.usual, _ = usualSpan(f.classifier.Card().Preprocessor) // a picture that it does not take is refused when it comes
	return f
}

// takesPictures reports whether the model came with preprocessing.
func (h *facts) takesPictures() bool { return h.classifier.Card().Preprocessor != nil }

// viewOf returns the view of a version that is leased.
func (h *Handler) viewOf(served *serving.Served) *view {
	key := weak.Make(served)
	known, ok := h.facts.Load(key)
	if !ok {
		if known, ok = h.facts.LoadOrStore(key, newFacts(served)); !ok {
			runtime.AddCleanup(served, func(facts *sync.Map) { facts.Delete(key) }, h.facts)
		}
	}
	return &view{Handler: h, facts: known.(*facts), served: served}
}

// acquire leases a classifier, the default one if no name is given. A model that
// is none is an error of kind Unsupported.
func (h *Handler) acquire(name string) (*view, func(), error) {
	served, release, err := h.repository.Acquire(name, "")
	if err != nil {
		return nil, nil, err
	}
	if served.Classifier == nil {
		release()
		return nil, nil, &domain.Error{
			Kind: domain.Unsupported, Field: "model " + served.Name, Msg: "is not a classifier",
			Expected: "a model with one input and an output FP32 [batch, classes]", Hint: "ask it for its outputs as they are, over an interface that takes tensors of any model",
		}
	}
	return h.viewOf(served), release, nil
}

// describe returns the document of the interface, written for this model.
func (h *view) describe() (*document, error) {
	h.describing.Do(func() {
		about, err := h.aboutModel(h.options.ExamplePicture)
		if err != nil { // what the options hold was for another model
			about, err = h.aboutModel(nil)
		}
		if err == nil {
			h.document, err = h.newDocument(about)
		}
		h.failure = err
	})
	return h.document, h.failure
}

// describe returns the document of the interface, written for the default model
// if it is a classifier.
func (h *Handler) describe() (*document, error) {
	v, release, err := h.acquire("")
	if err != nil {
		return h.bare()
	}
	defer release()
	return v.describe()
}
