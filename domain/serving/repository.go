package serving

import (
	"sync"

	"github.com/portent-go/portent/domain"
)

// Repository holds the models that are served, by name and version.
type Repository struct {
	mu     sync.RWMutex
	models map[string]*Served
	first  string
}

// Single returns a Repository of one model, which is the default one and stays
// loaded.
func Single(served *Served) *Repository {
	return &Repository{models: map[string]*Served{served.Name: served}, first: served.Name}
}

// Acquire returns a version of a model for one request. An empty name is the
// default model's, an empty version the newest that is loaded. The model stays
// loaded until release is called, which must happen once, whatever becomes of
// the repository meanwhile. A model or version that is not loaded is an error of
// kind NotFound, one that is being loaded for the first time of kind Unavailable.
func (r *Repository) Acquire(name, version string) (served *Served, release func(), err error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if name == "" {
		name = r.first
	}
	served, ok := r.models[name]
	if !ok || version != "" && version != served.Version {
		return nil, nil, &domain.Error{Kind: domain.NotFound, Field: "model " + name, Msg: "is not served here"}
	}
	return served, func() {}, nil
}
