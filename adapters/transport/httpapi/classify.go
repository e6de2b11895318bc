package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// transport is the name of this interface to those who observe requests.
const transport = "http"

// classify answers a request with predictions of a model, the default one if no
// name is given. The model is leased until the answer has been made.
func (h *Handler) classify(w http.ResponseWriter, r *http.Request, name string, q quantity) {
	v, release, err := h.acquire(name)
	if err != nil {
		h.fail(w, r, err)
		h.repository.Observe(r.Context(), nil, serving.Observation{Transport: transport, Err: err})
		return
	}
	defer release()
	x := w.(*exchange)
	rows := 1
	var failure error = domain.Errorf(domain.Internal, "panic") // unless something else becomes of it
	defer func() {
		observation := x.timings.Observation(rows, failure)
		observation.Transport, observation.Input, observation.Output = transport, x.decode, x.encode
		h.repository.Observe(r.Context(), v.served, observation)
	}()
	start := time.Now()
	ctx, unreserve := serving.WithReservation(serving.WithTimings(r.Context(), &x.timings))
	defer unreserve()
	in, err := v.receive(ctx, w, r, q)
	x.decode = time.Since(start)
	var answer any
	if err == nil {
		rows = in.tensor.Shape()[0]
		answer, err = v.answer(ctx, in)
	}
	if err == nil {
		h.predicted(w, r, answer)
	} else {
		h.fail(w, r, err)
	}
	failure = x.failure
}

// answer classifies what a request holds.
func (h *view) answer(ctx context.Context, in *inputs) (any, error) {
	if in.quantity == oneInput {
		p, err := h.classifier.ClassifyTensor(ctx, in.tensor)
		if err != nil {
			return nil, err
		}
		return predictAnswer{prediction: newPrediction(p, in.topK), Model: h.model, ID: in.id, Warnings: in.warnings}, nil
	}
	predictions, err := h.classifier.ClassifyBatch(ctx, in.tensor)
	if err != nil {
		return nil, err
	}
	answer := batchAnswer{Predictions: make([]prediction, len(predictions)), Model: h.model, ID: in.id, Warnings: in.warnings}
	for i, p := range predictions {
		answer.Predictions[i] = newPrediction(p, in.topK)
	}
	return answer, nil
}
