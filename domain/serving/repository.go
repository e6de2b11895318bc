package serving

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/portent-go/portent/domain"
)

// Repository holds the models that are served, by name and version. It is safe
// for concurrent use: models may be loaded, replaced and unloaded while requests
// are answered, and no request is lost by it.
type Repository struct {
	loader    Loader          // nil: what is served never changes
	life      context.Context // of loads; ends with Drain
	endLoads  context.CancelFunc
	loads     sync.WaitGroup // under way
	observers []Observer     // of requests
	closing   sync.Once
	closeErr  error

	mu        sync.RWMutex
	models    map[string]*entry
	leaving   map[*version]bool // no longer in models, not closed yet
	first     string            // name of the default model
	draining  bool
	closed    bool
	leaveErrs error // the first error of closing a version that was replaced
}

// entry is what a Repository knows of one name.
type entry struct {
	turn     chan struct{} // is full while the name is being loaded or unloaded
	users    int           // of turn: calls that hold it or wait for it
	next     *load         // has not got its turn yet
	busy     bool          // a load has it
	versions []*version    // loaded, oldest first
	loading  map[string]bool
	failed   map[string]error // why versions could not be loaded the last time
}

// NewRepository returns a Repository of a Loader's models, none of which is
// loaded yet.
func NewRepository(loader Loader) *Repository {
	r := &Repository{loader: loader, models: make(map[string]*entry), leaving: make(map[*version]bool)}
	r.life, r.endLoads = context.WithCancel(context.Background())
	return r
}

// Single returns a Repository of one model, which is the default one and stays
// loaded.
func Single(served *Served) *Repository {
	r := NewRepository(nil)
	r.first = served.Name
	r.models[served.Name] = &entry{versions: []*version{r.newVersion(served)}}
	return r
}

// Mutable reports whether models can be loaded and unloaded. If not, Load and
// Unload give an error of kind Unsupported.
func (r *Repository) Mutable() bool { return r.loader != nil }

// Default returns the name of the default model, which is the one that was
// loaded first unless SetDefault has said otherwise. It is empty while there is
// none.
func (r *Repository) Default() string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.first
}

// SetDefault says which model is the default one, whether or not it is loaded
// yet.
func (r *Repository) SetDefault(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.first = name
}

// Names returns the names of the models that are loaded, sorted.
func (r *Repository) Names() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.names()
}

func (r *Repository) names() []string {
	names := slices.Sorted(maps.Keys(r.models))
	return slices.DeleteFunc(names, func(name string) bool { return len(r.models[name].versions) == 0 })
}

// Versions returns the versions of a model that are loaded, oldest first. Numbers
// within them count by their value: 9 is older than 10. An empty name is the
// default model's.
func (r *Repository) Versions(name string) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if name == "" {
		name = r.first
	}
	if e := r.models[name]; e != nil {
		return e.loaded()
	}
	return nil
}

func (e *entry) loaded() (versions []string) {
	for _, v := range e.versions {
		versions = append(versions, v.served.Version)
	}
	return versions
}

// Acquire returns a version of a model for one request. An empty name is the
// default model's, an empty version the newest that is loaded. The model stays
// loaded until release is called, which must happen once, whatever becomes of
// the repository meanwhile. A model or version that is not loaded is an error of
// kind NotFound, one that is being loaded for the first time of kind Unavailable,
// and so is any after Close.
func (r *Repository) Acquire(name, version string) (served *Served, release func(), err error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed {
		return nil, nil, shuttingDown()
	}
	if name == "" {
		name = r.first
	}
	e := r.models[name]
	if e == nil {
		return nil, nil, r.unknown(name)
	}
	v := e.find(version)
	if v == nil {
		return nil, nil, r.notLoaded(e, name, version)
	}
	return v.served, v.lease(), nil
}

// find returns a loaded version, the newest if it is not said which; nil if there
// is none.
func (e *entry) find(version string) *version {
	if at := len(e.versions) - 1; version == "" && at >= 0 {
		return e.versions[at]
	}
	for _, v := range e.versions {
		if v.served.Version == version {
			return v
		}
	}
	return nil
}

// notLoaded says why there is nothing to lease.
func (r *Repository) notLoaded(e *entry, name, version string) error {
	of := "model " + abridged(name)
	if version != "" && len(e.versions) > 0 {
		of = "version " + abridged(version) + " of " + of
	}
	switch {
	case len(e.versions) == 0 && (e.busy || e.next != nil), e.loading[version]:
		return &domain.Error{Kind: domain.Unavailable, Field: of, Msg: "is being loaded"}
	case len(e.versions) == 0:
		return r.unknown(name)
	}
	return &domain.Error{
		Kind: domain.NotFound, Field: of, Msg: "is not served here",
		Expected: oneOf(e.loaded()), Got: abridged(version),
	}
}

func (r *Repository) unknown(name string) error {
	if name == "" {
		return &domain.Error{Kind: domain.NotFound, Field: "model", Msg: "is not named, and there is no default one", Expected: oneOf(r.names())}
	}
	return &domain.Error{
		Kind: domain.NotFound, Field: "model " + abridged(name), Msg: "is not served here",
		Expected: oneOf(r.names()), Got: abridged(name),
	}
}

// oneOf lists what would have been right, the first few if it is much.
func oneOf(names []string) string {
	const most = 10
	switch {
	case len(names) == 0:
		return "none: nothing is loaded"
	case len(names) > most:
		return "one of " + strings.Join(names[:most], ", ") + " and others"
	default:
		return "one of " + strings.Join(names, ", ")
	}
}

func shuttingDown() error {
	return &domain.Error{Kind: domain.Unavailable, Msg: "the server is being shut down"}
}
