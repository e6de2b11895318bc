package httpapi

import (
	"net/http"

	"github.com/gorilla/mux"
)

// predictBatch classifies many inputs. One that is wrong refuses them all.
//
// @summary      Predict many inputs
// @description  The answer holds as many predictions, in order. One input that is wrong refuses them all. The Content-Type chooses the form: application/json (below), multipart/form-data with many files "image", or application/octet-stream with one tensor after the other.
// @id           predictBatch
// @tags         predict
// @accept       json
// @produce      json
// @param        top_k    query  int           false  "how many of the most probable classes to name"  minimum(1)  default(5)
// @param        id       query  string        false  "comes back in the answer"  maxlength(256)
// @param        request  body   batchRequest  true   "inputs or images"
// @success      200  {object}  batchAnswer
// @header       200  {string}  Server-Timing  "where the time went: decode, queue, infer, encode, in milliseconds"
// @header       200  {string}  X-Request-Id   "the request's id, the caller's own if it sent one"
// @failure      400  {object}  web.ErrorAnswer  "not JSON, not a form, or a broken picture"
// @failure      401  {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure      404  {object}  web.ErrorAnswer  "the default model is not loaded"
// @failure      413  {object}  web.ErrorAnswer  "the body, a picture or the batch is too large"
// @failure      415  {object}  web.ErrorAnswer  "a Content-Type or picture format that is not known"
// @failure      422  {object}  web.ErrorAnswer  "well-formed, but not what the model takes"
// @failure      429  {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure      500  {object}  web.ErrorAnswer  "our fault"
// @failure      503  {object}  web.ErrorAnswer  "not ready, or too much to do"
// @failure      504  {object}  web.ErrorAnswer  "the prediction took too long"
// @header       401  {string}  WWW-Authenticate  "how to show a token"
// @header       429,503  {integer}  Retry-After  "seconds after which to try again"
// @router       /predict/batch [post]
func (h *Handler) predictBatch(w http.ResponseWriter, r *http.Request) {
	h.classify(w, r, "", manyInputs)
}

// modelPredictBatch classifies many inputs with a model that is named.
//
// @summary      Predict many inputs with a named model
// @description  As /predict/batch, with any of the models that are served. What it takes depends on the model: pictures only where it came with preprocessing.
// @id           modelPredictBatch
// @tags         predict
// @accept       json
// @produce      json
// @param        name     path   string        true   "the model's name"
// @param        top_k    query  int           false  "how many of the most probable classes to name"  minimum(1)  default(5)
// @param        id       query  string        false  "comes back in the answer"  maxlength(256)
// @param        request  body   batchRequest  true   "inputs or images"
// @success      200  {object}  batchAnswer
// @header       200  {string}  Server-Timing  "where the time went: decode, queue, infer, encode, in milliseconds"
// @header       200  {string}  X-Request-Id   "the request's id, the caller's own if it sent one"
// @failure      400  {object}  web.ErrorAnswer  "not JSON, not a form, or a broken picture"
// @failure      401  {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure      404  {object}  web.ErrorAnswer  "no such model"
// @failure      413  {object}  web.ErrorAnswer  "the body, a picture or the batch is too large"
// @failure      415  {object}  web.ErrorAnswer  "a Content-Type or picture format that is not known"
// @failure      422  {object}  web.ErrorAnswer  "well-formed, but not what the model takes, or the model is no classifier"
// @failure      429  {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure      500  {object}  web.ErrorAnswer  "our fault"
// @failure      503  {object}  web.ErrorAnswer  "not ready, or too much to do"
// @failure      504  {object}  web.ErrorAnswer  "the prediction took too long"
// @header       401  {string}  WWW-Authenticate  "how to show a token"
// @header       429,503  {integer}  Retry-After  "seconds after which to try again"
// @router       /models/{name}/predict/batch [post]
func (h *Handler) modelPredictBatch(w http.ResponseWriter, r *http.Request) {
	h.classify(w, r, mux.Vars(r)["name"], manyInputs)
}
