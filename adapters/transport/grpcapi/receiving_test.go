package grpcapi_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/stats"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// receiving panics when a message has been received.
type receiving struct{ stats.Handler }

func (receiving) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (receiving) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (receiving) HandleConn(context.Context, stats.ConnStats)                       {}
func (receiving) HandleRPC(_ context.Context, what stats.RPCStats) {
	if _, received := what.(*stats.InPayload); received {
		panic("the secret cause")
	}
}

// TestAPanicWhileReceivingEndsOneCall: requests are received in goroutines of their
// own, in which a panic would end the program.
func TestAPanicWhileReceivingEndsOneCall(t *testing.T) {
	var log lockedBuffer
	_, address := start(t, serving.Single(served(predictortest.NewFake(signature()))), grpcapi.Options{
		Logger: slog.New(slog.NewJSONHandler(&log, nil)), Stats: receiving{},
	})
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
	_, err := c.ModelInfer(t.Context(), typed(1, 2, 3, 4))
	expectCode(t, "a call", err, codes.Internal)
	stream, err := c.ModelStreamInfer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(typed(1, 2, 3, 4)); err != nil {
		t.Fatal(err)
	}
	_, err = stream.Recv()
	expectCode(t, "a stream", err, codes.Internal)
	if strings.Contains(err.Error(), "secret") || strings.Count(log.String(), "the secret cause, while a request was received") < 2 {
		t.Errorf("%v, and the log says %s", err, log.String())
	}
}
