package peers_test

import (
	"context"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/transport/grpcapi"
	rest "github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports"
)

// forms are our servers of the protocol, by the form that they speak. Each serves
// a predictor as model m on a free port until the test ends, and says where.
var forms = map[string]func(t *testing.T, predictor ports.Predictor) (endpoint string){"gRPC": serveGRPC, "HTTP": serveHTTP}

func repositoryOf(t *testing.T, predictor ports.Predictor) *serving.Repository {
	t.Helper()
	return serving.Single(&serving.Served{Name: "m", Version: "1", Model: serving.NewModel(predictor, serving.Options{}), Stats: new(serving.Statistics)})
}

func serveHTTP(t *testing.T, predictor ports.Predictor) (endpoint string) {
	t.Helper()
	repository := repositoryOf(t, predictor)
	server := httptest.NewServer(rest.New(repository, rest.Options{}))
	t.Cleanup(func() {
		server.Close()
		if err := repository.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.URL
}

func serveGRPC(t *testing.T, predictor ports.Predictor) (endpoint string) {
	t.Helper()
	repository := repositoryOf(t, predictor)
	server, err := grpcapi.New(repository, grpcapi.Options{})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := repository.Close(); err != nil {
			t.Error(err)
		}
	})
	return "grpc://" + listener.Addr().String()
}
