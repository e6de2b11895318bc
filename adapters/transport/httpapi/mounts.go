package httpapi

import (
	"maps"
	"net/http"
	"slices"
	"strings"

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
	// Describe, if not nil, completes a document with what only the handler knows:
	// its paths and its schemas by name, as JSON objects. It is called for Swagger 2
	// and for OpenAPI 3.
	Describe func(paths, schemas map[string]any)
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

// described is a document with the place where its schemas are.
type described struct{ all, schemas object }

// describeMounts has the mounts complete a document.
func (h *Handler) describeMounts(doc described) {
	for _, m := range h.options.Mounts {
		if m.Describe != nil {
			m.Describe(at(doc.all, "paths"), doc.schemas)
		}
	}
}

// dropUnserved removes from a document what is not served here: paths that are
// neither the handler's own nor a mount's, and schemas that nothing refers to then.
func (h *Handler) dropUnserved(doc described) {
	own := make(map[string]bool)
	_ = h.router.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		if path, err := route.GetPathTemplate(); err == nil { // a mount has none
			own[path] = true
		}
		return nil
	})
	paths := at(doc.all, "paths")
	maps.DeleteFunc(paths, func(path string, _ any) bool { return !own[path] && !h.mounted(path) })
	used := make(map[string]bool)
	follow(paths, doc.schemas, used)
	maps.DeleteFunc(doc.schemas, func(name string, _ any) bool { return !used[name] })
}

func (h *Handler) mounted(path string) bool {
	return slices.ContainsFunc(h.options.Mounts, func(m Mount) bool { return m.covers(path) })
}

// follow notes the schemas to which a part of a document refers, directly or by
// way of others.
func follow(part any, schemas object, used map[string]bool) {
	switch part := part.(type) {
	case object:
		if reference, ok := part["$ref"].(string); ok {
			name := reference[strings.LastIndexByte(reference, '/')+1:]
			if !used[name] {
				used[name] = true
				follow(schemas[name], schemas, used)
			}
		}
		for _, inner := range part {
			follow(inner, schemas, used)
		}
	case []any:
		for _, inner := range part {
			follow(inner, schemas, used)
		}
	}
}
