package openinference

import (
	"net/http"
	"strings"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// endpoint answers a request, or returns why it cannot.
type endpoint func(h *Handler, w http.ResponseWriter, r *http.Request) error

type route struct {
	method, path string
	answer       endpoint
}

// Paths of a model, without and with a version.
const (
	modelPath   = "/v2/models/{model}"
	versionPath = "/v2/models/{model}/versions/{version}"
)

// routes is the list of all there is.
var routes = []route{
	{http.MethodGet, "/v2", (*Handler).server},
	{http.MethodGet, "/v2/health/live", (*Handler).live},
	{http.MethodGet, "/v2/health/ready", (*Handler).ready},
	{http.MethodGet, "/v2/models/stats", (*Handler).allStatistics},
	{http.MethodGet, modelPath, (*Handler).metadata},
	{http.MethodGet, versionPath, (*Handler).metadata},
	{http.MethodGet, modelPath + "/ready", (*Handler).modelReady},
	{http.MethodGet, versionPath + "/ready", (*Handler).modelReady},
	{http.MethodGet, modelPath + "/config", (*Handler).configuration},
	{http.MethodGet, versionPath + "/config", (*Handler).configuration},
	{http.MethodGet, modelPath + "/stats", (*Handler).statistics},
	{http.MethodGet, versionPath + "/stats", (*Handler).statistics},
	{http.MethodPost, modelPath + "/infer", (*Handler).infer},
	{http.MethodPost, versionPath + "/infer", (*Handler).infer},
	{http.MethodPost, "/v2/repository/index", (*Handler).index},
	{http.MethodPost, "/v2/repository/models/{model}/load", (*Handler).load},
	{http.MethodPost, "/v2/repository/models/{model}/unload", (*Handler).unload},
}

// paths are what a lost caller is told about.
const paths = "GET /v2, GET /v2/health/live, GET /v2/health/ready, GET /v2/models/NAME, POST /v2/models/NAME/infer, POST /v2/repository/index"

func (h *Handler) newMux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.HandleFunc(route.path, func(w http.ResponseWriter, r *http.Request) { h.at(route, w, r) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { h.fail(w, r, notFound(r)) })
	return mux
}

// at answers a request for the path of a route.
func (h *Handler) at(to route, w http.ResponseWriter, r *http.Request) {
	allowed := []string{to.method}
	if to.method == http.MethodGet {
		allowed = append(allowed, http.MethodHead)
	}
	allowed = append(allowed, http.MethodOptions)
	var err error
	switch {
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		w.WriteHeader(http.StatusNoContent)
	case r.Method == to.method, r.Method == http.MethodHead && to.method == http.MethodGet:
		err = to.answer(h, w, r)
	default:
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		err = methodNotAllowed(r, strings.Join(allowed, ", "))
	}
	if err != nil {
		h.fail(w, r, err)
	}
}

func notFound(r *http.Request) error {
	path := web.Shortened(r.URL.Path)
	return web.Refusal{Row: web.NotFound, Reason: &domain.Error{
		Kind: domain.NotFound, Msg: "there is nothing at " + path, Expected: "a known path", Got: path, Hint: "there is " + paths,
	}}
}

func methodNotAllowed(r *http.Request, allowed string) error {
	method := web.Shortened(r.Method)
	return web.Refusal{Row: web.Method, Reason: &domain.Error{
		Kind: domain.Invalid, Msg: method + " is not possible at " + web.Shortened(r.URL.Path), Expected: allowed, Got: method, Hint: "use " + allowed,
	}}
}
