package grpcapi_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// counted counts what is sent over a connection.
type counted struct {
	net.Conn
	sent *atomic.Int64
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.sent.Add(int64(n))
	return n, err
}

// TestWhoIsRefusedIsNotRead has a caller that is not admitted send a request of 8
// MB, alone and in a stream: no more of it goes over the network than is on its way
// when the refusal comes.
func TestWhoIsRefusedIsNotRead(t *testing.T) {
	fake := predictortest.NewFake(signature())
	_, address := start(t, serving.Single(served(fake)), grpcapi.Options{
		MaxMessage: 64 << 20,
		Admit: func(context.Context, string) error {
			return &domain.Error{Kind: domain.Unauthenticated, Msg: "not known"}
		},
	})
	var sent atomic.Int64
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			var dialer net.Dialer
			connection, err := dialer.DialContext(ctx, "tcp", address)
			return counted{connection, &sent}, err
		})))
	large := &request{ModelName: "m", RawInputContents: [][]byte{make([]byte, 8<<20)}}
	_, err := c.ModelInfer(t.Context(), large)
	expectCode(t, "a call", err, codes.Unauthenticated)
	stream, err := c.ModelStreamInfer(t.Context())
	if err == nil {
		_ = stream.Send(large) // whether it is refused before is a matter of luck
		_, err = stream.Recv()
	}
	expectCode(t, "a stream", err, codes.Unauthenticated)
	if n := sent.Load(); n > 1<<20 {
		t.Errorf("%d bytes were sent", n)
	}
	if fake.Calls() != 0 {
		t.Error("it was predicted")
	}
}

// TestARequestMustArrive: a call whose request does not come in time is ended, and
// one whose request has come is not, be the prediction ever so long. A stream may
// wait for its first request.
func TestARequestMustArrive(t *testing.T) {
	const soon = 30 * time.Millisecond
	begun, release := make(chan struct{}, 2), make(chan struct{})
	fake := failing(func(context.Context) error {
		begun <- struct{}{}
		<-release
		return nil
	})
	_, address := start(t, serving.Single(served(fake)), grpcapi.Options{ReceiveTimeout: soon})
	connection := dial(t, address)
	c := inferencepb.NewGRPCInferenceServiceClient(connection)
	answered := make(chan error, 1)
	go func() {
		_, err := c.ModelInfer(t.Context(), typed(1, 2, 3, 4))
		answered <- err
	}()
	<-begun
	waiting, err := c.ModelStreamInfer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{inferencepb.GRPCInferenceService_ModelInfer_FullMethodName, "/grpc.health.v1.Health/Watch"} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		silent, err := connection.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		err = silent.RecvMsg(new(inferencepb.ModelInferResponse))
		expectCode(t, method, err, codes.DeadlineExceeded)
		if info, _ := detailsOf(status.Convert(err)); info.GetReason() != "TIMEOUT" || info.GetMetadata()["request_id"] == "" {
			t.Errorf("%s: %v", method, err)
		}
		if took := time.Since(began); took < soon/2 || ctx.Err() != nil {
			t.Errorf("%s: it was ended after %v", method, took)
		}
	}
	close(release)
	if err := <-answered; err != nil {
		t.Errorf("a long prediction: %v", err)
	}
	if err := waiting.Send(typed(1, 2, 3, 4)); err != nil {
		t.Fatal(err)
	}
	if answer, err := waiting.Recv(); err != nil || answer.GetErrorMessage() != "" {
		t.Errorf("a stream that has waited: %v, %v", answer, err)
	}
}

// TestCallsOfAConnectionAreLimited: one too many waits with its client until another
// has ended.
func TestCallsOfAConnectionAreLimited(t *testing.T) {
	begun, release := make(chan struct{}, 3), make(chan struct{})
	fake := failing(func(context.Context) error {
		begun <- struct{}{}
		<-release
		return nil
	})
	_, address := start(t, serving.Single(served(fake)), grpcapi.Options{MaxStreams: 2})
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
	answered := make(chan error, 3)
	ask := func() {
		_, err := c.ModelInfer(t.Context(), typed(1, 2, 3, 4))
		answered <- err
	}
	go ask()
	go ask()
	<-begun
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := c.ServerLive(ctx, &inferencepb.ServerLiveRequest{}) // which is answered at once where there is a place
	expectCode(t, "one too many", err, codes.DeadlineExceeded)
	close(release)
	for range 2 {
		if err := <-answered; err != nil {
			t.Error(err)
		}
	}
	if _, err := c.ServerLive(t.Context(), &inferencepb.ServerLiveRequest{}); err != nil {
		t.Errorf("a place that is free again: %v", err)
	}
}
