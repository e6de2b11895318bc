package httpapi

import (
	"net/http"
	"time"

	"github.com/portent-go/portent/domain/serving"
)

// predict classifies one input.
//
// @summary      Predict one input
// @description  The Content-Type chooses the form: application/json (below), multipart/form-data with a file "image", image/png and other pictures as the body itself, or application/octet-stream with the tensor's elements in little-endian order.
// @id           predict
// @tags         predict
// @accept       json
// @produce      json
// @param        top_k    query  int             false  "how many of the most probable classes to name; 5 if left out"  minimum(1)
// @param        id       query  string          false  "comes back in the answer"  maxlength(256)
// @param        request  body   predictRequest  true   "an input or an image"
// @success      200  {object}  predictAnswer
// @header       200  {string}  Server-Timing  "where the time went: decode, queue, infer, encode, in milliseconds"
// @header       200  {string}  X-Request-Id   "the request's id, the caller's own if it sent one"
// @failure      400  {object}  web.ErrorAnswer  "not JSON, not a form, or a broken picture"
// @failure      413  {object}  web.ErrorAnswer  "the body or the picture is too large"
// @failure      415  {object}  web.ErrorAnswer  "a Content-Type or picture format that is not known"
// @failure      422  {object}  web.ErrorAnswer  "well-formed, but not what the model takes"
// @failure      500  {object}  web.ErrorAnswer  "our fault"
// @failure      503  {object}  web.ErrorAnswer  "not ready, or too much to do: Retry-After says when to try again"
// @failure      504  {object}  web.ErrorAnswer  "the prediction took too long"
// @router       /predict [post]
func (h *Handler) predict(w http.ResponseWriter, r *http.Request) {
	x := w.(*exchange)
	start := time.Now()
	ctx := serving.WithTimings(r.Context(), &x.timings)
	in, err := h.receive(ctx, w, r, oneInput)
	x.decode = time.Since(start)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	p, err := h.classifier.ClassifyTensor(ctx, in.tensor)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	h.predicted(w, r, predictAnswer{prediction: newPrediction(p, in.topK), Model: h.model, ID: in.id, Warnings: in.warnings})
}
