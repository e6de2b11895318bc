package httpapi

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/gorilla/mux"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// Mount is another interface under a path of this one's server. Its requests get
// an id (in the answer's X-Request-Id before its handler is called), a line in the
// log, an answer if its handler panics, and serving.Timings in their context.
type Mount struct {
	// Path is where it is, such as "/v2": this path and all below it are the
	// handler's. The documents show what they know below it.
	Path string
	// Handler gets requests with their whole path.
	Handler http.Handler
	// Describe, if not nil, completes the document with what only the handler
	// knows.
	Describe func(*openapi2.T)
}

// covers reports whether a path is the mount's.
func (m Mount) covers(path string) bool {
	rest, below := strings.CutPrefix(path, m.Path)
	return below && (rest == "" || rest[0] == '/')
}

func (m Mount) check() error {
	if len(m.Path) < 2 || m.Path[0] != '/' || strings.HasSuffix(m.Path, "/") || m.Handler == nil {
		return domain.Errorf(domain.Invalid, "a handler cannot be mounted at %q: a path such as /v2, and a handler, are needed", m.Path)
	}
	return nil
}

// mount hands requests for the mount's paths to its handler.
func (m Mount) mount(router *mux.Router) {
	covered := func(r *http.Request, _ *mux.RouteMatch) bool { return m.covers(r.URL.Path) }
	router.MatcherFunc(covered).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := w.(*exchange)
		m.Handler.ServeHTTP(x, r.WithContext(serving.WithTimings(r.Context(), &x.timings)))
	})
}

// dropUnserved removes from the document what is not served here: paths that are neither
// the handler's own nor a mount's, and definitions that nothing refers to then.
func (h *Handler) dropUnserved(doc *openapi2.T) error {
	own := make(map[string]bool)
	_ = h.router.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		if path, err := route.GetPathTemplate(); err == nil { // a mount has none
			own[path] = true
		}
		return nil
	})
	for path := range doc.Paths {
		if !own[path] && !h.mounted(path) {
			delete(doc.Paths, path)
		}
	}
	return dropUnused(doc)
}

func (h *Handler) mounted(path string) bool {
	for _, m := range h.options.Mounts {
		if m.covers(path) {
			return true
		}
	}
	return false
}

var reference = regexp.MustCompile(`"#/definitions/([^"]+)"`)

// dropUnused removes definitions to which no path leads.
func dropUnused(doc *openapi2.T) error {
	used := make(map[string]bool)
	var follow func(v any) error
	follow = func(v any) error {
		text, err := json.Marshal(v)
		if err != nil {
			return domain.Errorf(domain.Internal, "the document cannot be written: %w", err)
		}
		for _, match := range reference.FindAllSubmatch(text, -1) {
			name := string(match[1])
			if used[name] {
				continue
			}
			used[name] = true
			if err := follow(doc.Definitions[name]); err != nil {
				return err
			}
		}
		return nil
	}
	if err := follow(doc.Paths); err != nil {
		return err
	}
	for name := range doc.Definitions {
		if !used[name] {
			delete(doc.Definitions, name)
		}
	}
	return nil
}
