package openinference

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// transport is the name of this interface to those who observe requests.
const transport = "openinference"

// acquire leases the model that a request's path names.
func (h *Handler) acquire(r *http.Request) (*serving.Served, func(), error) {
	return h.repository.Acquire(r.PathValue("model"), r.PathValue("version"))
}

// infer asks a model for a prediction.
//
// @summary      Ask a model for a prediction
// @description  By the Open Inference Protocol. Tensors are numbers in JSON, nested or flat, or raw bytes behind it (little-endian, row by row): then the Content-Type is application/octet-stream, the header Inference-Header-Content-Length says how long the JSON is, and parameters.binary_data_size of an input how many bytes are its own. A body without JSON (the header is 0) is the only input of a model. Outputs come raw if parameters.binary_data of an output, or binary_data_output of the request, is true. The request's parameter timeout is in microseconds; classification of an output asks for its so many highest values as "value:index:label". Parameters that are not known are passed over; priority and sequence_id are refused. Bodies may be compressed with gzip or deflate.
// @id           modelInfer
// @tags         open inference
// @accept       json
// @produce      json
// @param        model    path      string        true   "the model's name"
// @param        request  body      inferRequest  true   "inputs, and which outputs are wanted"
// @success      200      {object}  inferAnswer
// @header       200      {string}  Server-Timing                   "where the time went: decode, queue, infer, encode, in milliseconds"
// @header       200      {string}  Inference-Header-Content-Length "the bytes of the JSON, where raw tensors follow it"
// @failure      400      {object}  web.ErrorAnswer  "not what the model takes, or not JSON"
// @failure      401      {object}  web.ErrorAnswer  "the caller shows no token or certificate that is known"
// @failure      404      {object}  web.ErrorAnswer  "no such model or version"
// @failure      413      {object}  web.ErrorAnswer  "the body is too large"
// @failure      415      {object}  web.ErrorAnswer  "a Content-Type or Content-Encoding that is not known"
// @failure      429      {object}  web.ErrorAnswer  "more requests than the caller's share"
// @failure      500      {object}  web.ErrorAnswer  "our fault"
// @failure      503      {object}  web.ErrorAnswer  "not ready, or too much to do"
// @failure      504      {object}  web.ErrorAnswer  "the prediction took too long"
// @header       401      {string}  WWW-Authenticate  "how to show a token"
// @header       429,503      {integer}  Retry-After  "seconds after which to try again"
// @router       /v2/models/{model}/infer [post]
func (h *Handler) infer(w http.ResponseWriter, r *http.Request) error {
	served, release, err := h.acquire(r)
	if err != nil {
		h.repository.Observe(r.Context(), nil, serving.Observation{Transport: transport, Err: err})
		return err
	}
	defer release()
	i := newInference(h, served, r)
	answer := web.NewBody()
	defer answer.Free()
	if err := i.observed(w, r, answer); err != nil {
		return err
	}
	w.Header().Set("Server-Timing", web.ServerTiming(i.decode, i.timings.Queue, i.timings.Infer, i.encode))
	contentType := typeJSON
	if i.documentSize > 0 {
		contentType = typeBinary
		w.Header().Set(headerDocumentSize, strconv.Itoa(i.documentSize))
	}
	send(w, r, http.StatusOK, contentType, answer.Bytes)
	return nil
}

// inference is one request for a prediction.
type inference struct {
	handler        *Handler
	served         *serving.Served
	signature      domain.Signature
	ctx            context.Context
	timings        *serving.Timings
	rows           int // of the batch
	decode, encode time.Duration
	documentSize   int // of the answer's JSON, where raw tensors follow it
}

func newInference(h *Handler, served *serving.Served, r *http.Request) *inference {
	i := &inference{handler: h, served: served, signature: served.Model.Signature(), ctx: r.Context(), timings: serving.TimingsFrom(r.Context()), rows: 1}
	if i.timings == nil {
		i.timings = new(serving.Timings)
		i.ctx = serving.WithTimings(i.ctx, i.timings)
	}
	return i
}

// observed runs it and tells the observers what became of it.
func (i *inference) observed(w http.ResponseWriter, r *http.Request, answer *web.Body) (err error) {
	err = domain.Errorf(domain.Internal, "panic") // unless something else becomes of it
	defer func() {
		observation := i.timings.Observation(i.rows, err)
		observation.Transport, observation.Input, observation.Output = transport, i.decode, i.encode
		i.handler.repository.Observe(r.Context(), i.served, observation)
	}()
	return i.run(w, r, answer)
}

// run puts the answer together.
func (i *inference) run(w http.ResponseWriter, r *http.Request, answer *web.Body) error {
	start := time.Now()
	request, err := i.read(w, r)
	var p plan
	if err == nil {
		p, err = i.plan(request)
	}
	i.decode = time.Since(start)
	if err != nil {
		return err
	}
	ctx := i.ctx
	if p.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.timeout)
		defer cancel()
	}
	outputs, err := i.served.Model.Predict(ctx, p.inputs)
	if err != nil {
		return err
	}
	start = time.Now()
	err = i.respond(answer, p, outputs)
	i.encode = time.Since(start)
	return err
}

// read reads the request in one of its forms.
func (i *inference) read(w http.ResponseWriter, r *http.Request) (*openinference.Request, error) {
	body, err := i.handler.readBody(w, r)
	if err != nil {
		return nil, err
	}
	defer body.Free()
	size, err := documentSize(r, body.Bytes)
	if err != nil {
		return nil, err
	}
	if size == 0 && len(r.Header.Values(headerDocumentSize)) > 0 {
		return i.readRawBody(body.Bytes)
	}
	return openinference.ParseRequest(body.Bytes[:size], body.Bytes[size:])
}

// readRawBody takes a body without JSON as the model's only input, and raw outputs
// as the answer to it.
func (i *inference) readRawBody(body []byte) (*openinference.Request, error) {
	inputs := i.signature.Inputs
	if len(inputs) != 1 {
		return nil, &domain.Error{
			Kind: domain.Invalid, Field: headerDocumentSize, Msg: fmt.Sprintf("is 0, but a body without JSON cannot say which of the model's %d inputs it is", len(inputs)),
			Expected: "a JSON document before the tensors", Got: "none",
		}
	}
	tensor, err := openinference.ParseRawBody(inputs[0], i.signature.Batched(), body)
	if err != nil {
		return nil, err
	}
	return &openinference.Request{Inputs: []openinference.NamedTensor{{Name: inputs[0].Name, Tensor: tensor, Binary: true}}, Binary: true}, nil
}
