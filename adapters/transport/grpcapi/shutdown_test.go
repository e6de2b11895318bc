package grpcapi_test

import (
	"context"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// TestWhatWasAcceptedIsAnswered stops a server in the middle of a call, with idle
// streams of all services open.
func TestWhatWasAcceptedIsAnswered(t *testing.T) {
	begun, release := make(chan struct{}, 2), make(chan struct{})
	fake := failing(func(context.Context) error {
		begun <- struct{}{}
		<-release
		return nil
	})
	server, address := start(t, serving.Single(served(fake)), grpcapi.Options{})
	connection := dial(t, address)
	c := inferencepb.NewGRPCInferenceServiceClient(connection)
	watch, err := grpc_health_v1.NewHealthClient(connection).Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); err != nil {
		t.Fatal(err)
	}
	mirror, err := grpc_reflection_v1.NewServerReflectionClient(connection).ServerReflectionInfo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	busy, err := c.ModelStreamInfer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := busy.Send(typed(1, 2, 3, 4)); err != nil {
		t.Fatal(err)
	}
	answered := make(chan error, 1)
	go func() {
		_, err := c.ModelInfer(t.Context(), typed(1, 2, 3, 4))
		answered <- err
	}()
	<-begun
	<-begun
	stopped := make(chan error, 1)
	go func() { stopped <- server.Shutdown(t.Context()) }()
	_, err = watch.Recv() // ends when the server has begun to stop
	expectCode(t, "watching", err, codes.Unavailable)
	_, err = mirror.Recv()
	expectCode(t, "reflection", err, codes.Unavailable)
	close(release)
	if err := <-answered; err != nil {
		t.Errorf("a call under way: %v", err)
	}
	if got, err := busy.Recv(); err != nil || len(got.GetInferResponse().GetOutputs()) != 1 {
		t.Errorf("a request of a stream under way: %v %v", got, err)
	}
	_, err = busy.Recv()
	expectCode(t, "the stream", err, codes.Unavailable)
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	_, err = c.ServerLive(t.Context(), &inferencepb.ServerLiveRequest{})
	expectCode(t, "a stopped server", err, codes.Unavailable)
}

func TestShutdownDoesNotWaitForEver(t *testing.T) {
	fake, begun, ended := waiting()
	server, address := start(t, serving.Single(served(fake)), grpcapi.Options{})
	silent, err := net.Dial("tcp", address) // and never says anything
	if err != nil {
		t.Fatal(err)
	}
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
	answered := make(chan error, 1)
	go func() {
		_, err := c.ModelInfer(t.Context(), typed(1, 2, 3, 4))
		answered <- err
	}()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := server.Shutdown(ctx); domain.KindOf(err) != domain.Timeout {
		t.Errorf("%v", err)
	}
	if err := silent.Close(); err != nil {
		t.Error(err)
	}
	if err := <-answered; err == nil {
		t.Error("a call that was broken off was answered")
	}
	if err := <-ended; err == nil {
		t.Error("the engine's context did not end")
	}
}

func TestAStoppedServerServesNothing(t *testing.T) {
	server, err := grpcapi.New(serving.Single(served(predictortest.NewFake(signature()))), grpcapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Serve(listener); err == nil {
		t.Error("a server that has been stopped serves")
	}
}
