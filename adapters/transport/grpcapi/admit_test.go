package grpcapi_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// TestEveryRequestIsAdmitted lets a number of requests pass: calls of their own,
// those of a stream, and the services beside the protocol.
func TestEveryRequestIsAdmitted(t *testing.T) {
	fake := predictortest.NewFake(signature())
	var left atomic.Int64
	_, address := start(t, serving.Single(served(fake)), grpcapi.Options{Admit: func(_ context.Context, method string) error {
		if method == "" {
			t.Error("it is not said which method")
		}
		if left.Add(-1) < 0 {
			return &domain.Error{Kind: domain.RateLimited, Msg: "too many", RetryAfter: 90 * time.Second}
		}
		return nil
	}})
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
	left.Store(1)
	if _, err := c.ModelInfer(t.Context(), typed(1, 2, 3, 4)); err != nil {
		t.Error(err)
	}
	_, err := c.ModelInfer(t.Context(), typed(1, 2, 3, 4))
	expectCode(t, "one too many", err, codes.ResourceExhausted)
	if info, retry := detailsOf(status.Convert(err)); info.GetReason() != "RATE_LIMITED" || info.GetMetadata()["request_id"] == "" || retry.GetRetryDelay().AsDuration() != 90*time.Second {
		t.Errorf("%v %v", info, retry)
	}
	left.Store(2)
	stream, err := c.ModelStreamInfer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, admitted := range []bool{true, true, false, false} {
		if err := stream.Send(typed(1, 2, 3, 4)); err != nil {
			t.Fatal(err)
		}
		answer, err := stream.Recv()
		if err != nil || (answer.GetErrorMessage() == "") != admitted {
			t.Errorf("request %d of the stream: %v, %v", i, answer, err)
		}
	}
	refused, err := c.ModelStreamInfer(t.Context())
	if err == nil {
		_, err = refused.Recv()
	}
	expectCode(t, "a stream too many", err, codes.ResourceExhausted)
	if fake.Calls() != 3 {
		t.Errorf("%d predictions", fake.Calls())
	}
}
