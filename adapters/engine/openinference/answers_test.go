package openinference_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/portent-go/portent/adapters/engine/openinference"
	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
)

type answer = inferencepb.ModelInferResponse

// TestWrongAnswersAreErrors changes sound answers in all ways that a server may
// get them wrong.
func TestWrongAnswersAreErrors(t *testing.T) {
	for name, test := range map[string]struct {
		change func(a *answer)
		want   string
	}{
		"nothing":           {func(a *answer) { *a = answer{} }, "is missing"},
		"an output missing": {func(a *answer) { a.Outputs, a.RawOutputContents = a.Outputs[:1], a.RawOutputContents[:1] }, "y FP32 [-1,3] is missing"},
		"an output renamed": {func(a *answer) { a.Outputs[0].Name = "w" }, "is missing"},
		"an output twice": {func(a *answer) {
			a.Outputs[0].Name = "y"
			a.Outputs[0].Shape[1] = 3
			a.RawOutputContents[0] = make([]byte, 12)
		}, "twice"},
		"another shape":         {func(a *answer) { a.Outputs[0].Shape = []int64{2, 1} }, "axis 1 is 1, not 2"},
		"an axis less":          {func(a *answer) { a.Outputs[0].Shape = []int64{2} }, "1 axes"},
		"an empty batch":        {func(a *answer) { a.Outputs[0].Shape[0] = 0; a.RawOutputContents[0] = nil }, "is empty"},
		"a negative axis":       {func(a *answer) { a.Outputs[0].Shape[0] = -1 }, "-1"},
		"more than there is":    {func(a *answer) { a.Outputs[0].Shape[0] = 1 << 60 }, "has 8 bytes"},
		"another datatype":      {func(a *answer) { a.Outputs[0].Datatype = "INT32" }, "INT32"},
		"an unknown datatype":   {func(a *answer) { a.Outputs[0].Datatype = "?" }, "datatype"},
		"raw cut off":           {func(a *answer) { a.RawOutputContents[0] = a.RawOutputContents[0][:7] }, "7 bytes"},
		"raw too long":          {func(a *answer) { a.RawOutputContents[0] = append(a.RawOutputContents[0], 0) }, "9 bytes"},
		"raw missing":           {func(a *answer) { a.RawOutputContents = a.RawOutputContents[:1] }, "2 outputs and 1 raw"},
		"raw without outputs":   {func(a *answer) { a.Outputs = nil }, "0 outputs and 2 raw"},
		"neither raw nor typed": {func(a *answer) { a.RawOutputContents = nil }, "0 were given"},
		"raw and typed": {func(a *answer) {
			a.Outputs[0].Contents = &inferencepb.InferTensorContents{Fp32Contents: []float32{1, 2}}
		}, "fp32_contents"},
		"typed as something else": {func(a *answer) {
			a.RawOutputContents = nil
			a.Outputs[0].Contents = &inferencepb.InferTensorContents{Fp64Contents: []float64{1, 2}}
		}, "fp64_contents"},
	} {
		p := newPeer()
		p.infer = func(ctx context.Context, r *inferencepb.ModelInferRequest) (*answer, error) {
			a, err := p.compute(ctx, r)
			test.change(a)
			return a, err
		}
		address, _ := p.serve(t)
		outputs, err := open(t, openinference.Options{Endpoints: []string{"grpc://" + address}}).Predict(t.Context(), row(t))
		if outputs != nil || domain.KindOf(err) != domain.Internal || !strings.Contains(err.Error(), test.want) || p.calls.Load() != 1 {
			t.Errorf("%s: %v %v after %d calls", name, outputs, err, p.calls.Load())
		}
	}
}

func TestOutputsNobodyAskedForAreLeftOut(t *testing.T) {
	p := newPeer()
	p.infer = func(ctx context.Context, r *inferencepb.ModelInferRequest) (*answer, error) {
		a, err := p.compute(ctx, r)
		a.Outputs = append(a.Outputs, &inferencepb.ModelInferResponse_InferOutputTensor{Name: "extra", Datatype: "INT8", Shape: []int64{1}})
		a.RawOutputContents = append(a.RawOutputContents, []byte{1})
		return a, err
	}
	address, _ := p.serve(t)
	if outputs, err := open(t, openinference.Options{Endpoints: []string{"grpc://" + address}}).Predict(t.Context(), row(t)); err != nil || len(outputs) != 2 {
		t.Errorf("%v %v", outputs, err)
	}
}

// kinds are what codes become, and how often the engine asks then with one retry.
var kinds = map[codes.Code]struct {
	kind  domain.Kind
	calls int64
	told  bool // the server's message
}{
	codes.InvalidArgument: {domain.Invalid, 1, true}, codes.FailedPrecondition: {domain.Invalid, 1, true}, codes.OutOfRange: {domain.Invalid, 1, true}, codes.AlreadyExists: {domain.Invalid, 1, true},
	codes.NotFound: {domain.NotFound, 1, true}, codes.Unimplemented: {domain.Unsupported, 1, true}, codes.DeadlineExceeded: {domain.Timeout, 1, true},
	codes.Internal: {domain.Internal, 1, true}, codes.Unknown: {domain.Internal, 1, true}, codes.DataLoss: {domain.Internal, 1, true}, codes.Code(77): {domain.Internal, 1, true},
	codes.Unavailable: {domain.Unavailable, 2, false}, codes.Canceled: {domain.Unavailable, 2, false}, codes.Aborted: {domain.Unavailable, 2, false},
	codes.ResourceExhausted: {domain.Overloaded, 2, false}, codes.Unauthenticated: {domain.Unavailable, 1, false}, codes.PermissionDenied: {domain.Unavailable, 1, false},
}

func TestEveryCodeHasItsKind(t *testing.T) {
	for code, want := range kinds {
		p := newPeer()
		p.infer = func(context.Context, *inferencepb.ModelInferRequest) (*answer, error) {
			return nil, status.Error(code, "the server's words"+strings.Repeat(".", 2000))
		}
		address, _ := p.serve(t)
		outputs, err := open(t, openinference.Options{Endpoints: []string{"grpc://" + address}, Retries: 1}).Predict(t.Context(), row(t))
		if outputs != nil || domain.KindOf(err) != want.kind || p.calls.Load() != want.calls {
			t.Errorf("%v: %v after %d calls", code, err, p.calls.Load())
		}
		if strings.Contains(err.Error(), "the server's words") != want.told || len(err.Error()) > 1200 || strings.Contains(err.Error(), address) {
			t.Errorf("%v: %v", code, err)
		}
	}
}

func TestOverloadIsPassedOn(t *testing.T) {
	p := newPeer()
	p.infer = func(context.Context, *inferencepb.ModelInferRequest) (*answer, error) {
		s, err := status.New(codes.Unavailable, "full").WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(time.Hour)})
		if err != nil {
			t.Error(err)
		}
		return nil, s.Err()
	}
	address, _ := p.serve(t)
	_, err := open(t, openinference.Options{Endpoints: []string{"grpc://" + address}}).Predict(t.Context(), row(t))
	refused, ok := err.(*domain.Error) //nolint:errorlint // it is to be that and no wrapper
	if !ok || refused.Kind != domain.Overloaded || refused.RetryAfter != time.Hour || p.calls.Load() != 1 {
		t.Errorf("%v after %d calls", err, p.calls.Load())
	}
}

func TestMessagesThatAreTooLarge(t *testing.T) {
	p := newPeer()
	address, _ := p.serve(t)
	_, err := open(t, openinference.Options{Endpoints: []string{"grpc://" + address}, MaxMessage: 500}).Predict(t.Context(), rows(t, 100))
	if domain.KindOf(err) != domain.Internal || !strings.Contains(err.Error(), "larger than 500 bytes") {
		t.Errorf("an answer: %v", err)
	}
	address, _ = newPeer().serve(t, grpc.MaxRecvMsgSize(500))
	_, err = open(t, openinference.Options{Endpoints: []string{"grpc://" + address}}).Predict(t.Context(), rows(t, 100))
	if domain.KindOf(err) != domain.Invalid || !strings.Contains(err.Error(), "larger than the model's server accepts") {
		t.Errorf("a request: %v", err)
	}
}
