package httpapi

import (
	"bytes"
	"context"
	"image/png"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// preprocess shows what the default model sees.
//
// @summary      See an input as the model sees it
// @description  Takes what /predict takes, so that the same request can be sent to both, and answers with the picture that the model gets: resized and cropped as its preprocessing says. Sent as numbers, it is the picture that they stand for. top_k and id make no difference.
// @id           preprocess
// @tags         predict
// @accept       json
// @produce      png,json
// @param        top_k    query  int             false  "makes no difference"  minimum(1)
// @param        id       query  string          false  "makes no difference"  maxlength(256)
// @param        request  body   predictRequest  true   "an input or an image"
// @success      200  {file}    file
// @header       200  {string}  X-Request-Id   "the request's id, the caller's own if it sent one"
// @failure      400  {object}  web.ErrorAnswer  "not JSON, not a form, or a broken picture"
// @failure      401  {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure      404  {object}  web.ErrorAnswer  "the default model is not loaded"
// @failure      413  {object}  web.ErrorAnswer  "the body or the picture is too large"
// @failure      415  {object}  web.ErrorAnswer  "a Content-Type or picture format that is not known"
// @failure      422  {object}  web.ErrorAnswer  "well-formed, but not what the model takes, or the model takes no pictures"
// @failure      429  {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure      500  {object}  web.ErrorAnswer  "our fault"
// @failure      503  {object}  web.ErrorAnswer  "not ready, or too much to do"
// @failure      504  {object}  web.ErrorAnswer  "it took too long"
// @header       401  {string}  WWW-Authenticate  "how to show a token"
// @header       429,503  {integer}  Retry-After  "seconds after which to try again"
// @router       /preprocess [post]
func (h *Handler) preprocess(w http.ResponseWriter, r *http.Request) { h.see(w, r, "") }

// modelPreprocess shows what a model that is named sees.
//
// @summary      See an input as a named model sees it
// @description  As /preprocess, with any of the models that are served.
// @id           modelPreprocess
// @tags         predict
// @accept       json
// @produce      png,json
// @param        name     path   string          true   "the model's name"
// @param        top_k    query  int             false  "makes no difference"  minimum(1)
// @param        id       query  string          false  "makes no difference"  maxlength(256)
// @param        request  body   predictRequest  true   "an input or an image"
// @success      200  {file}    file
// @header       200  {string}  X-Request-Id   "the request's id, the caller's own if it sent one"
// @failure      400  {object}  web.ErrorAnswer  "not JSON, not a form, or a broken picture"
// @failure      401  {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure      404  {object}  web.ErrorAnswer  "no such model"
// @failure      413  {object}  web.ErrorAnswer  "the body or the picture is too large"
// @failure      415  {object}  web.ErrorAnswer  "a Content-Type or picture format that is not known"
// @failure      422  {object}  web.ErrorAnswer  "well-formed, but not what the model takes, or the model takes no pictures"
// @failure      429  {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure      500  {object}  web.ErrorAnswer  "our fault"
// @failure      503  {object}  web.ErrorAnswer  "not ready, or too much to do"
// @failure      504  {object}  web.ErrorAnswer  "it took too long"
// @header       401  {string}  WWW-Authenticate  "how to show a token"
// @header       429,503  {integer}  Retry-After  "seconds after which to try again"
// @router       /models/{name}/preprocess [post]
func (h *Handler) modelPreprocess(w http.ResponseWriter, r *http.Request) {
	h.see(w, r, mux.Vars(r)["name"])
}

// see answers a request with the picture that a model gets.
func (h *Handler) see(w http.ResponseWriter, r *http.Request, name string) {
	v, release, err := h.acquire(name)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	defer release()
	file, err := v.seen(w, r)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	writeBytes(w, "image/png", file)
}

// seen returns the file of the picture for which a request's input stands.
func (h *view) seen(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if !h.takesPictures() {
		return nil, &domain.Error{
			Kind: domain.Unsupported, Field: "model " + h.served.Name, Msg: "takes tensors, not pictures: it came without preprocessing", Expected: h.input.String(),
		}
	}
	x := w.(*exchange)
	start := time.Now()
	in, err := h.receive(r.Context(), w, r, oneInput)
	x.decode = time.Since(start)
	if err != nil {
		return nil, err
	}
	start = time.Now()
	file, err := h.draw(r.Context(), in.tensor)
	x.encode = time.Since(start)
	w.Header().Set("Server-Timing", web.ServerTiming(x.decode, 0, 0, x.encode))
	return file, err
}

// draw takes a place among the pictures, which may be large ones.
func (h *view) draw(ctx context.Context, tensor domain.Tensor) ([]byte, error) {
	done, err := h.placeForPicture(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	picture, err := h.classifier.Card().Preprocessor.Picture(tensor)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	err = encoder.Encode(&file, picture)
	return file.Bytes(), err
}
