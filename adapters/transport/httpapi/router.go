package httpapi

import (
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// @title                 Portent
// @version               devel
// @description           Predictions of a trained model.
// @license.name          Apache-2.0
// @accept                json
// @produce               json
//
// @securityDefinitions.apikey  bearer
// @in                          header
// @name                        Authorization
// @description                 Bearer TOKEN, with a token that the server knows
//
// @securityDefinitions.apikey  key
// @in                          header
// @name                        X-API-Key
// @description                 a token that the server knows
//
//go:generate go tool -modfile=../../../tools/go.mod swag init --generalInfo router.go --dir .,../openinference,../internal/web --output ../../../docs --outputTypes json,yaml --requiredByDefault --quiet
//go:generate go -C ../../../tools run ./openapi ../docs/swagger.json ../docs/openapi.json

// newRouter is the list of all there is. What is not for programs (pages and
// the documents themselves) is not in the documents.
func (h *Handler) newRouter() *mux.Router {
	router := mux.NewRouter()
	post := func(path string, handle http.HandlerFunc) { router.HandleFunc(path, handle).Methods(http.MethodPost) }
	get := func(path string, handle http.HandlerFunc) {
		router.HandleFunc(path, handle).Methods(http.MethodGet, http.MethodHead)
	}
	post("/predict", h.predict)
	post("/predict/batch", h.predictBatch)
	post("/models/{name}/predict", h.modelPredict)
	post("/models/{name}/predict/batch", h.modelPredictBatch)
	post("/preprocess", h.preprocess)
	post("/models/{name}/preprocess", h.modelPreprocess)
	get("/models", h.models)
	get("/models/{name}", h.modelCard)
	get("/models/{name}/samples/{file}", h.sample)
	get("/healthz", h.healthz)
	get("/readyz", h.readyz)
	get("/openapi.json", h.openapi)
	get("/swagger/{file}", h.swagger)
	for _, path := range []string{"/docs", "/docs/", "/swagger", "/swagger/"} {
		get(path, redirectTo("/swagger/index.html"))
	}
	get("/", h.front)
	get("/page/{digest}/{file}", h.pageFile)
	for _, m := range h.options.Mounts {
		m.mount(router)
	}
	router.NotFoundHandler = http.HandlerFunc(h.notFound)
	router.MethodNotAllowedHandler = http.HandlerFunc(h.methodNotAllowed)
	return router
}

// paths are what a lost caller is told about.
const paths = "POST /predict, POST /predict/batch, POST /preprocess, GET /models, POST /models/NAME/predict, POST /models/NAME/predict/batch, GET /healthz, GET /readyz, GET /openapi.json, GET /swagger/index.html"

// redirectTo leads to another path. The address is relative, so that it is right
// behind any host.
func redirectTo(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, path, http.StatusFound) }
}

func (h *Handler) notFound(w http.ResponseWriter, r *http.Request) {
	h.fail(w, r, web.Refusal{Row: web.NotFound, Reason: &domain.Error{
		Kind: domain.NotFound, Msg: "there is nothing at " + web.Shortened(r.URL.Path), Expected: "a known path", Got: web.Shortened(r.URL.Path), Hint: "there is " + paths,
	}})
}

// methodNotAllowed answers OPTIONS, and refuses other methods that a path does
// not have.
func (h *Handler) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	allowed := strings.Join(h.methods(r), ", ")
	w.Header().Set("Allow", allowed)
	if r.Method == http.MethodOptions {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	method := web.Shortened(r.Method)
	h.fail(w, r, web.Refusal{Row: web.Method, Reason: &domain.Error{
		Kind: domain.Invalid, Msg: method + " is not possible at " + web.Shortened(r.URL.Path), Expected: allowed, Got: method, Hint: "use " + allowed,
	}})
}

// methods returns the methods that the request's path has.
func (h *Handler) methods(r *http.Request) []string {
	var methods []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
		probe := *r
		probe.Method = method
		var match mux.RouteMatch
		if h.router.Match(&probe, &match) && match.MatchErr == nil {
			methods = append(methods, method)
		}
	}
	return append(methods, http.MethodOptions)
}
