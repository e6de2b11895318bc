package grpcapi_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/encoding/gzip"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

func TestNegativeLimitsAreRefused(t *testing.T) {
	for _, options := range []grpcapi.Options{{MaxMessage: -1}, {MaxBatch: -1}, {MaxStreams: -1}, {WatchInterval: -1}, {ReceiveTimeout: -1}} {
		if server, err := grpcapi.New(serving.Single(served(predictortest.NewFake())), options); server != nil || domain.KindOf(err) != domain.Invalid {
			t.Errorf("%+v: %v", options, err)
		}
	}
}

func TestMessagesThatAreTooLarge(t *testing.T) {
	fake := predictortest.NewFake(signature())
	_, address := start(t, serving.Single(served(fake)), grpcapi.Options{MaxMessage: 4096})
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
	_, err := c.ModelInfer(t.Context(), raw(t, make([]float32, 4*256)...))
	expectCode(t, "a large message", err, codes.ResourceExhausted)
	_, err = c.ModelInfer(t.Context(), raw(t, make([]float32, 4*(1<<16))...), grpc.UseCompressor(gzip.Name))
	expectCode(t, "a small message that grows", err, codes.ResourceExhausted)
	if fake.Calls() != 0 {
		t.Error("one of them reached the engine")
	}
	if _, err := c.ModelInfer(t.Context(), raw(t, make([]float32, 4*128)...)); err != nil {
		t.Errorf("a small one: %v", err)
	}
}

// waiting is a fake whose predictions wait for their context's end, and tell
// whether that has a deadline and what it ended with.
func waiting() (fake *predictortest.Fake, begun chan bool, ended chan error) {
	begun, ended = make(chan bool, 10), make(chan error, 10)
	return failing(func(ctx context.Context) error {
		_, limited := ctx.Deadline()
		begun <- limited
		<-ctx.Done()
		ended <- ctx.Err()
		return domain.FromContext(ctx, "waiting")
	}), begun, ended
}

func TestTimeouts(t *testing.T) {
	fake, _, _ := waiting()
	c := over(t, fake)
	for _, microseconds := range []*value{whole(1000), {ParameterChoice: &inferencepb.InferParameter_Uint64Param{Uint64Param: 1000}}} {
		r := typed(1, 2, 3, 4)
		r.Parameters = map[string]*value{"timeout": microseconds}
		_, err := c.ModelInfer(t.Context(), r)
		expectCode(t, "a timeout of a millisecond", err, codes.DeadlineExceeded)
	}
}

// TestCallersReachTheEngine: their deadlines, and that they have left.
func TestCallersReachTheEngine(t *testing.T) {
	fake, begun, ended := waiting()
	c := over(t, fake)
	limited, stop := context.WithTimeout(t.Context(), time.Hour)
	defer stop()
	for want, parent := range map[bool]context.Context{false: t.Context(), true: limited} {
		ctx, cancel := context.WithCancel(parent)
		go func() {
			if got := <-begun; got != want {
				t.Errorf("the engine has a deadline: %v, the caller: %v", got, want)
			}
			cancel()
		}()
		_, err := c.ModelInfer(ctx, typed(1, 2, 3, 4))
		expectCode(t, "a caller that left", err, codes.Canceled)
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

func TestTLS(t *testing.T) {
	lender := httptest.NewTLSServer(nil) // of a certificate
	defer lender.Close()
	_, address := start(t, serving.Single(served(predictortest.NewFake(signature()))), grpcapi.Options{TLS: lender.TLS})
	_, err := inferencepb.NewGRPCInferenceServiceClient(dial(t, address)).ServerLive(t.Context(), &inferencepb.ServerLiveRequest{})
	expectCode(t, "plain text", err, codes.Unavailable)
	trust := lender.Client().Transport.(*http.Transport).TLSClientConfig
	secure := dial(t, address, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: trust.RootCAs, ServerName: "example.com"})))
	if _, err := inferencepb.NewGRPCInferenceServiceClient(secure).ServerLive(t.Context(), &inferencepb.ServerLiveRequest{}); err != nil {
		t.Error(err)
	}
}

// TestWhatIsNotHTTP2IsHungUpOn sends a request of the older sort.
func TestWhatIsNotHTTP2IsHungUpOn(t *testing.T) {
	_, address := start(t, serving.Single(served(predictortest.NewFake(signature()))), grpcapi.Options{})
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, connection); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Error(err)
	}
}
