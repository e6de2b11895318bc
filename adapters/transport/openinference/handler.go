package openinference

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/portent-go/portent/domain/serving"
)

// Handler serves the models of a repository. It is safe for concurrent use.
type Handler struct {
	repository *serving.Repository
	options    Options
	mux        *http.ServeMux
	origins    *http.CrossOriginProtection // of what changes the server
}

var _ http.Handler = (*Handler)(nil)

// Options are the limits and the particulars of a Handler. The zero value asks
// for the defaults.
type Options struct {
	// Logger gets the causes of errors that are the server's fault, at level
	// Error. Default: none.
	Logger *slog.Logger
	// Name is the server's name in its metadata. Default: portent.
	Name string
	// Version is the server's version in its metadata. Default: devel.
	Version string
	// MaxBody is the largest request body in bytes, as it came and after it was
	// decompressed. Default: 16 MiB.
	MaxBody int64
	// MaxBatch is the most rows of a request to a model that takes batches.
	// Default: 256.
	MaxBatch int
}

const (
	defaultMaxBody  = 16 << 20
	defaultMaxBatch = 256
)

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Name == "" {
		o.Name = "portent"
	}
	if o.Version == "" {
		o.Version = "devel"
	}
	if o.MaxBody <= 0 {
		o.MaxBody = defaultMaxBody
	}
	if o.MaxBatch <= 0 {
		o.MaxBatch = defaultMaxBatch
	}
	return o
}

// New returns a Handler of the models of a repository, which stays the caller's to
// close.
func New(repository *serving.Repository, options Options) *Handler {
	h := &Handler{repository: repository, options: options.withDefaults(), origins: http.NewCrossOriginProtection()}
	h.mux = h.newMux()
	return h
}

// ServeHTTP answers a request. A slash at the end of a path makes no difference.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if w.Header().Get(headerRequestID) == "" {
		w.Header().Set(headerRequestID, rand.Text())
	}
	h.mux.ServeHTTP(w, withoutSlash(r))
}

// headerRequestID is set already where the handler is mounted in a server that
// gives requests ids.
const headerRequestID = "X-Request-Id"

func withoutSlash(r *http.Request) *http.Request {
	if strings.Trim(r.URL.Path, "/") == "" || !strings.HasSuffix(r.URL.Path, "/") {
		return r
	}
	trimmed := new(http.Request)
	*trimmed = *r
	trimmed.URL = new(url.URL)
	*trimmed.URL = *r.URL
	trimmed.URL.Path = strings.TrimRight(r.URL.Path, "/")
	trimmed.URL.RawPath = strings.TrimRight(r.URL.RawPath, "/")
	return trimmed
}
