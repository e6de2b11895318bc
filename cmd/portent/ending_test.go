//go:build linux

package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// fakeServer is a server that notes when it is shut down, and how long it may take.
func fakeServer(failing <-chan error, shut func(left time.Duration)) listening {
	return listening{
		serve: func(net.Listener) error { return <-failing },
		shutdown: func(ctx context.Context) error {
			deadline, _ := ctx.Deadline()
			shut(time.Until(deadline))
			return nil
		},
	}
}

// TestListenersCloseAfterTheDelay: nothing is ready at once, servers are shut down
// when the delay is over, with the whole grace period before them; at once if one of
// them has failed.
func TestListenersCloseAfterTheDelay(t *testing.T) {
	failure := errors.New("boom")
	for name, c := range map[string]struct {
		delay, fails time.Duration // fails: after the signal; 0: never
		want         time.Duration
	}{
		"none": {0, 0, 0}, "a delay": {7 * time.Second, 0, 7 * time.Second}, "a failure within it": {7 * time.Second, 2 * time.Second, 2 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			repository := serving.Single(&serving.Served{Name: "m", Model: serving.NewModel(predictortest.NewFake(), serving.Options{})})
			defer func() { _ = repository.Close() }()
			ctx, signal := context.WithCancel(t.Context())
			failing, shutAfter := make(chan error, 1), time.Duration(-1)
			defer close(failing)
			var signalled time.Time
			server := fakeServer(failing, func(left time.Duration) {
				shutAfter = time.Since(signalled)
				if left != time.Minute {
					t.Errorf("%s: %v are left to answer what was accepted", name, left)
				}
			})
			ended := make(chan error, 1)
			go func() {
				ended <- servers{server}.serveUntil(ctx, repository, ending{drainDelay: c.delay, grace: time.Minute}, slog.New(slog.DiscardHandler))
			}()
			time.Sleep(time.Hour) // of the bubble's time
			if err := repository.Ready(); err != nil || shutAfter != -1 {
				t.Errorf("%s: before the signal: %v, shut down: %v", name, err, shutAfter)
			}
			signalled = time.Now()
			signal()
			synctest.Wait()
			if repository.Ready() == nil {
				t.Errorf("%s: ready after the signal", name)
			}
			if c.fails > 0 {
				time.Sleep(c.fails)
				failing <- failure
			}
			if err := <-ended; errors.Is(err, failure) != (c.fails > 0) || shutAfter != c.want {
				t.Errorf("%s: %v; shut down after %v, expected %v", name, err, shutAfter, c.want)
			}
		})
	}
}

// TestWhatComesDuringTheDelayIsAnswered ends a real process whose delay is as good
// as endless: all three ways to ask say that it is not ready, new connections are
// taken and answered, and a second signal ends it.
func TestWhatComesDuringTheDelayIsAnswered(t *testing.T) {
	server := startConfined(t, "--drain-delay", "24h")
	connection, err := grpc.NewClient(server.GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	health := grpc_health_v1.NewHealthClient(connection)
	if answer, err := health.Check(t.Context(), nil); err != nil || answer.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Fatalf("before the signal: %v, %v", answer, err)
	}
	server.Terminate(t)
	for status := http.StatusOK; status != http.StatusServiceUnavailable; {
		response, _ := ask(t, nil, server.URL+"/readyz", nil)
		status = response.StatusCode
	}
	if response, body := ask(t, nil, server.URL+"/v2/health/ready", nil); response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("/v2/health/ready: %d %s", response.StatusCode, body)
	}
	if answer, err := health.Check(t.Context(), nil); err != nil || answer.GetStatus() != grpc_health_v1.HealthCheckResponse_NOT_SERVING {
		t.Errorf("health over gRPC: %v, %v", answer, err)
	}
	if response, body := ask(t, nil, server.URL+"/healthz", nil); response.StatusCode != http.StatusOK {
		t.Errorf("/healthz: %d %s", response.StatusCode, body)
	}
	if response, body := ask(t, nil, server.URL+"/predict", shipPicture(t)); response.StatusCode != http.StatusOK || !response.Close {
		t.Errorf("a prediction: %d %s; asks to close the connection: %v", response.StatusCode, body, response.Close)
	}
	if _, err := inferencepb.NewGRPCInferenceServiceClient(connection).ModelMetadata(t.Context(), &inferencepb.ModelMetadataRequest{Name: "cifar10-resnet20"}); err != nil {
		t.Errorf("over gRPC: %v", err)
	}
	server.Terminate(t)
	_ = server.Wait(t)
	if state := server.Command.ProcessState; state.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("after the second signal: %v", state)
	}
}
