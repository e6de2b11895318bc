//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
)

// watchedModel is a model of a store while it is changed under a server. Each answer
// must be that of a version that was valid between question and answer.
type watchedModel struct {
	store  *modelStore
	name   string
	http   *httpPool
	grpc   *grpcLines
	least  atomic.Int64 // the oldest version that may answer
	most   atomic.Int64 // the newest
	absent atomic.Bool  // it may be that there is none
	newest atomic.Int64 // that has answered
}

// watch watches a model of which there is the first version.
func (s *modelStore) watch(pool *httpPool, name string) *watchedModel {
	w := &watchedModel{store: s, name: name, http: pool}
	w.least.Store(1)
	w.most.Store(1)
	return w
}

const ones = `{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}`

// ask asks over HTTP.
func (w *watchedModel) ask() {
	a := newHTTPAsk(w.name, "POST", "/v2/models/"+w.name+"/infer", typeJSON, []byte(ones))
	least, absent := w.least.Load(), w.absent.Load()
	w.http.askJudged(a, func(got *httpAnswer) (outcome, string) {
		a.may = nil // nothing but a model that is away is a reason for a refusal
		if absent || w.absent.Load() {
			a.may = []int{404, 503}
		}
		if got.status != 200 {
			return a.judge(got)
		}
		var answer struct{ Outputs []struct{ Data []float32 } }
		if err := json.Unmarshal(got.body, &answer); err != nil || len(answer.Outputs) != 1 {
			return wrong, fmt.Sprintf("%s: %.300q", w.name, got.body)
		}
		return w.judge(least, answer.Outputs[0].Data)
	})
}

// askGRPC asks over gRPC.
func (w *watchedModel) askGRPC(ctx context.Context) {
	a := &grpcAsk{name: w.name, request: &inferencepb.ModelInferRequest{ModelName: w.name, Inputs: []*inferencepb.ModelInferRequest_InferInputTensor{{
		Name: "x", Datatype: "FP32", Shape: []int64{1, 4}, Contents: &inferencepb.InferTensorContents{Fp32Contents: []float32{1, 2, 3, 4}},
	}}}}
	least, absent := w.least.Load(), w.absent.Load()
	w.grpc.askJudged(ctx, a, 0, func(got *inferencepb.ModelInferResponse) (outcome, string) {
		return w.judge(least, floats(rawOf(got)))
	}, func(ctx context.Context, name string, err error) (outcome, string) {
		for _, detail := range status.Convert(err).Details() {
			if info, ok := detail.(*errdetails.ErrorInfo); ok && (info.GetReason() == "NOT_FOUND" || info.GetReason() == "UNAVAILABLE") && (absent || w.absent.Load()) {
				return refused, fmt.Sprintf("%v %s", status.Code(err), info.GetReason())
			}
		}
		if o, why := w.grpc.failed(ctx, name, err); o != refused {
			return o, why
		}
		return wrong, fmt.Sprintf("%s over gRPC: refused, though it was there: %v", w.name, err)
	})
}

// judge says whether numbers are those of a version that was valid since the
// request began.
func (w *watchedModel) judge(least int64, numbers []float32) (outcome, string) {
	most := w.most.Load()
	if len(numbers) != 4 {
		return wrong, fmt.Sprintf("%s: %v", w.name, numbers)
	}
	factor := int64(numbers[0])
	for i, number := range numbers {
		if number != float32(i+1)*numbers[0] || float32(factor) != numbers[0] || factor < least || factor > most {
			return wrong, fmt.Sprintf("%s answers %v: versions %d to %d were valid", w.name, numbers, least, most)
		}
	}
	for {
		known := w.newest.Load()
		if factor <= known || w.newest.CompareAndSwap(known, factor) {
			return accepted, ""
		}
	}
}

// change writes another version.
func (w *watchedModel) change(factor int64) error {
	w.most.Store(factor)
	return w.store.replace(w.name, factor)
}

// awaitNewest waits until the newest version answers. From then on no older one may.
func (w *watchedModel) awaitNewest(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	most := w.most.Load()
	err := until(ctx, fmt.Sprintf("answer of version %d of %s", most, w.name), func() bool {
		w.ask()
		return w.newest.Load() == most
	})
	if err != nil {
		w.http.tally.fault(crashed, err.Error()+"\n"+w.http.server.log.tail())
		if errors.Is(err, context.DeadlineExceeded) {
			return nil
		}
		return err
	}
	w.least.Store(most)
	return nil
}

// awaitRefusal has a model changed so that it cannot be served, and waits until the
// server has said so.
func (w *watchedModel) awaitRefusal(ctx context.Context, change func() error) error {
	before := w.http.server.log.failures(w.name)
	if err := change(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return until(ctx, "refusal of "+w.name, func() bool { return w.http.server.log.failures(w.name) > before })
}

// demand asks until the context ends, with a little time in between.
func (w *watchedModel) demand(ctx context.Context) {
	for ctx.Err() == nil {
		w.ask()
		if w.grpc != nil {
			w.askGRPC(context.WithoutCancel(ctx))
		}
		pause(ctx, time.Millisecond)
	}
}
