package grpcapi_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// rows is the table of errors, written down a second time.
var rows = map[domain.Kind]struct {
	code   codes.Code
	reason string
}{
	domain.Internal: {codes.Internal, "INTERNAL"}, domain.Invalid: {codes.InvalidArgument, "INVALID_INPUT"}, domain.NotFound: {codes.NotFound, "NOT_FOUND"},
	domain.Unsupported: {codes.Unimplemented, "UNSUPPORTED"}, domain.Overloaded: {codes.Unavailable, "OVERLOADED"}, domain.Unavailable: {codes.Unavailable, "UNAVAILABLE"},
	domain.Timeout: {codes.DeadlineExceeded, "TIMEOUT"}, domain.Canceled: {codes.Canceled, "CANCELED"},
	domain.Unauthenticated: {codes.Unauthenticated, "UNAUTHENTICATED"}, domain.RateLimited: {codes.ResourceExhausted, "RATE_LIMITED"},
}

// failing is a fake whose predictions fail as hook says.
func failing(hook func(context.Context) error) *predictortest.Fake {
	fake := predictortest.NewFake(signature())
	fake.Hook = hook
	return fake
}

func TestEveryKindOfErrorHasItsCode(t *testing.T) {
	for _, kind := range domain.Kinds() {
		want, ok := rows[kind]
		if !ok {
			t.Errorf("kind %v is not in the table", kind)
			continue
		}
		c := over(t, failing(func(context.Context) error {
			return &domain.Error{Kind: kind, Field: "x", Msg: "is secret", Expected: "silence", Got: "noise", Hint: "hush", RetryAfter: 1500 * time.Millisecond}
		}))
		_, err := c.ModelInfer(metadata.AppendToOutgoingContext(t.Context(), "x-request-id", "r1"), typed(1, 2, 3, 4))
		told := status.Convert(err)
		info, retry := detailsOf(told)
		if told.Code() != want.code || info.GetReason() != want.reason || info.GetDomain() != "portent" || info.GetMetadata()["request_id"] != "r1" {
			t.Errorf("%v: %v %v", kind, told, info)
		}
		if kind == domain.Internal {
			if strings.Contains(told.String(), "secret") || len(info.GetMetadata()) != 1 || retry != nil {
				t.Errorf("internal details are told: %v %v", told, info)
			}
			continue
		}
		if told.Message() != "x: is secret (hush)" || info.GetMetadata()["field"] != "x" || info.GetMetadata()["expected"] != "silence" || info.GetMetadata()["got"] != "noise" {
			t.Errorf("%v: %v %v", kind, told, info)
		}
		if retry.GetRetryDelay().AsDuration() != 1500*time.Millisecond {
			t.Errorf("%v: retry %v", kind, retry)
		}
	}
}

func detailsOf(s *status.Status) (info *errdetails.ErrorInfo, retry *errdetails.RetryInfo) {
	for _, detail := range s.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			info = detail
		case *errdetails.RetryInfo:
			retry = detail
		}
	}
	return info, retry
}

func TestOverloadAlwaysTellsWhenToComeBack(t *testing.T) {
	c := over(t, failing(func(context.Context) error { return domain.Errorf(domain.Overloaded, "full") }))
	_, err := c.ModelInfer(t.Context(), typed(1, 2, 3, 4))
	if _, retry := detailsOf(status.Convert(err)); retry.GetRetryDelay().AsDuration() != time.Second {
		t.Errorf("%v", retry)
	}
	c = over(t, failing(func(context.Context) error { return domain.Errorf(domain.Unavailable, "not yet") }))
	_, err = c.ModelInfer(t.Context(), typed(1, 2, 3, 4))
	if _, retry := detailsOf(status.Convert(err)); retry != nil {
		t.Errorf("%v", retry)
	}
}

// lockedBuffer is a log that the server writes while the test reads.
type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// TestInternalErrorsAreForTheLog looks for the cause in the log and only there,
// under the same id.
func TestInternalErrorsAreForTheLog(t *testing.T) {
	for name, hook := range map[string]func(context.Context) error{
		"error":            func(context.Context) error { return errors.New("the secret cause") },
		"internal error":   func(context.Context) error { return domain.Errorf(domain.Internal, "the secret cause") },
		"another's status": func(context.Context) error { return status.Error(codes.NotFound, "the secret cause") },
		"panic":            func(context.Context) error { panic("the secret cause") },
	} {
		var log lockedBuffer
		_, address := start(t, serving.Single(served(failing(hook))), grpcapi.Options{Logger: slog.New(slog.NewJSONHandler(&log, nil))})
		var header metadata.MD
		_, err := inferencepb.NewGRPCInferenceServiceClient(dial(t, address)).ModelInfer(t.Context(), typed(1, 2, 3, 4), grpc.Header(&header))
		id := header.Get("x-request-id")
		if len(id) != 1 || id[0] == "" || status.Code(err) != codes.Internal || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), id[0]) {
			t.Errorf("%s: %v, id %q", name, err, id)
		}
		if written := log.String(); !strings.Contains(written, "the secret cause") || !strings.Contains(written, id[0]) {
			t.Errorf("%s: the log says %s", name, written)
		}
	}
}

// TestHandlersThatPanic serves a model that is nil.
func TestHandlersThatPanic(t *testing.T) {
	var log lockedBuffer
	broken := &serving.Served{Name: "m", Version: "3", Stats: new(serving.Statistics)}
	server, err := grpcapi.New(serving.Single(broken), grpcapi.Options{Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Shutdown(context.Background()) }()
	address := listener.Addr().String()
	c := inferencepb.NewGRPCInferenceServiceClient(dial(t, address))
	for range 2 {
		_, err = c.ModelMetadata(t.Context(), &inferencepb.ModelMetadataRequest{})
		expectCode(t, "a handler that panics", err, codes.Internal)
	}
	_, err = c.ModelInfer(t.Context(), typed(1, 2, 3, 4))
	expectCode(t, "a prediction that panics", err, codes.Internal)
	if failed := broken.Stats.Snapshot().Fail.Count; failed != 1 {
		t.Errorf("%d requests are counted to have failed", failed)
	}
	if !strings.Contains(log.String(), "a handler panicked") || strings.Contains(err.Error(), "nil pointer") {
		t.Errorf("%v, and the log says %s", err, log.String())
	}
}

// TestWhatIsNoRequestIsNotOurFault: gRPC calls it internal that a call holds no
// message, one that is none, or two. Anyone can send that, so it is no error in the
// log.
func TestWhatIsNoRequestIsNotOurFault(t *testing.T) {
	var log lockedBuffer
	_, address := start(t, serving.Single(served(predictortest.NewFake(signature()))), grpcapi.Options{Logger: slog.New(slog.NewJSONHandler(&log, nil))})
	connection := dial(t, address)
	for what, messages := range map[string][]any{
		"no message": nil, "two messages": {typed(1, 2, 3, 4), typed(1, 2, 3, 4)}, "another message": {wrapperspb.Bytes([]byte("\xff\xff"))},
	} {
		stream, err := connection.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true}, inferencepb.GRPCInferenceService_ModelInfer_FullMethodName)
		if err != nil {
			t.Fatal(err)
		}
		for _, message := range messages {
			if err := stream.SendMsg(message); err != nil {
				t.Fatal(err)
			}
		}
		if err := stream.CloseSend(); err != nil {
			t.Fatal(err)
		}
		expectCode(t, what, stream.RecvMsg(new(response)), codes.Internal)
	}
	if log.String() != "" {
		t.Errorf("the log says %s", log.String())
	}
}

func TestRequestIDs(t *testing.T) {
	c := over(t, predictortest.NewFake(signature()))
	for sent, kept := range map[string]bool{"mine-1": true, strings.Repeat("x", 129): false, "two words": false} {
		var header metadata.MD
		_, err := c.ServerLive(metadata.AppendToOutgoingContext(t.Context(), "x-request-id", sent), &inferencepb.ServerLiveRequest{}, grpc.Header(&header))
		if got := header.Get("x-request-id"); err != nil || len(got) != 1 || (got[0] == sent) != kept || got[0] == "" {
			t.Errorf("%q came back as %q, %v", sent, got, err)
		}
	}
}

// TestLongErrorsFitIntoHeaders: many clients accept no more than 8 KiB of them.
func TestLongErrorsFitIntoHeaders(t *testing.T) {
	long := strings.Repeat("\xff\u00e9", 1<<16)
	_, address := start(t, serving.Single(served(failing(func(context.Context) error {
		return &domain.Error{Kind: domain.Invalid, Field: long, Msg: long, Expected: long, Got: long, Hint: long}
	}))), grpcapi.Options{})
	connection := dial(t, address, grpc.WithMaxHeaderListSize(8<<10), grpc.WithTransportCredentials(insecure.NewCredentials()))
	_, err := inferencepb.NewGRPCInferenceServiceClient(connection).ModelInfer(t.Context(), typed(1, 2, 3, 4))
	expectCode(t, "a long error", err, codes.InvalidArgument)
	if info, _ := detailsOf(status.Convert(err)); info.GetReason() != "INVALID_INPUT" {
		t.Errorf("the details are lost: %v", err)
	}
}
