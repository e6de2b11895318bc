package httpapi

import (
	"net/http"
	"time"

	"github.com/portent-go/portent/domain/serving"
)

// predictBatch classifies many inputs. One that is wrong refuses them all.
//
// @summary      Predict many inputs
// @description  The answer holds as many predictions, in order. One input that is wrong refuses them all. The Content-Type chooses the form: application/json (below), multipart/form-data with many files "image", or application/octet-stream with one tensor after the other.
// @id           predictBatch
// @tags         predict
// @accept       json
// @produce      json
// @param        top_k    query  int           false  "how many of the most probable classes to name; 5 if left out"  minimum(1)
// @param        id       query  string        false  "comes back in the answer"  maxlength(256)
// @param        request  body   batchRequest  true   "inputs or images"
// @success      200  {object}  batchAnswer
// @header       200  {string}  Server-Timing  "where the time went: decode, queue, infer, encode, in milliseconds"
// @header       200  {string}  X-Request-Id   "the request's id, the caller's own if it sent one"
// @failure      400  {object}  web.ErrorAnswer  "not JSON, not a form, or a broken picture"
// @failure      413  {object}  web.ErrorAnswer  "the body, a picture or the batch is too large"
// @failure      415  {object}  web.ErrorAnswer  "a Content-Type or picture format that is not known"
// @failure      422  {object}  web.ErrorAnswer  "well-formed, but not what the model takes"
// @failure      500  {object}  web.ErrorAnswer  "our fault"
// @failure      503  {object}  web.ErrorAnswer  "not ready, or too much to do: Retry-After says when to try again"
// @failure      504  {object}  web.ErrorAnswer  "the prediction took too long"
// @router       /predict/batch [post]
func (h *Handler) predictBatch(w http.ResponseWriter, r *http.Request) {
	x := w.(*exchange)
	start := time.Now()
	ctx := serving.WithTimings(r.Context(), &x.timings)
	in, err := h.receive(ctx, w, r, manyInputs)
	x.decode = time.Since(start)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	predictions, err := h.classifier.ClassifyBatch(ctx, in.tensor)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	answer := batchAnswer{Predictions: make([]prediction, len(predictions)), Model: h.model, ID: in.id, Warnings: in.warnings}
	for i, p := range predictions {
		answer.Predictions[i] = newPrediction(p, in.topK)
	}
	h.predicted(w, r, answer)
}
