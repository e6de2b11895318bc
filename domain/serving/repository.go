package serving

import (
	"context"
	"sync"

	"github.com/portent-go/portent/domain"
)

// Loader finds and opens the models of a Repository.
type Loader interface {
	// Scan returns the versions that are to be served, by the model's name.
	Scan(ctx context.Context) (map[string][]string, error)

	// Load opens a version of a model. What it returns bears that name and
	// version, and is the Repository's to close.
	Load(ctx context.Context, name, version string) (*Served, error)
}

// Repository holds the models that are served, by name and version.
type Repository struct {
	loader Loader
	mu     sync.RWMutex
	models map[string]*Served
	first  string
}

// NewRepository returns a Repository of a Loader's models, none of which is
// loaded yet.
func NewRepository(loader Loader) *Repository {
	return &Repository{loader: loader, models: make(map[string]*Served)}
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

// Load loads a model's versions, or loads them anew.
func (r *Repository) Load(ctx context.Context, name string) error {
	return domain.FromContext(ctx, "loading "+name)
}

// Unload stops serving a model.
func (r *Repository) Unload(ctx context.Context, name string) error {
	return domain.FromContext(ctx, "unloading "+name)
}

// Index returns what is known of every version of every model, sorted by name
// and version.
func (r *Repository) Index(ctx context.Context) ([]Status, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	index := make([]Status, 0, len(r.models))
	for _, served := range r.models {
		index = append(index, Status{Name: served.Name, Version: served.Version, State: Ready})
	}
	return index, domain.FromContext(ctx, "listing the models")
}

// Versions returns the versions of a model that are loaded, oldest first. An
// empty name is the default model's.
func (r *Repository) Versions(name string) []string {
	served, release, err := r.Acquire(name, "")
	if err != nil {
		return nil
	}
	defer release()
	return []string{served.Version}
}

// Names returns the names of the models that are loaded, sorted.
func (r *Repository) Names() []string { return nil }

// Default returns the name of the default model; empty while there is none.
func (r *Repository) Default() string { return r.first }

// SetDefault makes a name the default model's, loaded or not.
func (r *Repository) SetDefault(name string) { r.first = name }

// Ready returns nil if all models that are loaded can predict.
func (r *Repository) Ready() error {
	served, release, err := r.Acquire("", "")
	if err != nil {
		return err
	}
	defer release()
	return served.Model.Ready()
}

// Mutable reports whether models can be loaded and unloaded.
func (r *Repository) Mutable() bool { return r.loader != nil }

// Drain makes the models not ready while they still answer.
func (r *Repository) Drain() {}

// Close refuses further requests and closes all models.
func (r *Repository) Close() error { return nil }
