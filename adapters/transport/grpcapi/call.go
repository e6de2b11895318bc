package grpcapi

import (
	"context"
	"crypto/rand"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"

	"github.com/portent-go/portent/adapters/transport/internal/protocol"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// requestIDKey is the metadata in which a caller names its request and is told the
// name that the log has.
const requestIDKey = "x-request-id"

// call is one call on its way: what is noted about it for the log.
type call struct {
	method  string
	id      string
	start   time.Time
	timings serving.Timings
	decode  time.Duration // from messages to tensors
	encode  time.Duration
	failure error
}

type callKey struct{}

// callOf returns the context's call, or one that nobody reads.
func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return new(call)
}

func newCall(ctx context.Context, method string) (*call, context.Context) {
	c := &call{method: method, id: requestID(ctx), start: time.Now()}
	return c, context.WithValue(ctx, callKey{}, c)
}

// requestID returns the caller's id of the request if it can be put in a header
// and a log line as it is, else a new one.
func requestID(ctx context.Context) string {
	const longest = 128
	values := metadata.ValueFromIncomingContext(ctx, requestIDKey)
	if len(values) != 1 || values[0] == "" || len(values[0]) > longest {
		return rand.Text()
	}
	if strings.ContainsFunc(values[0], func(r rune) bool { return r <= ' ' || r > '~' }) {
		return rand.Text()
	}
	return values[0]
}

// around is around every call: its id, whether it may go on, its line in the log, the
// status of its error, and an answer when a handler panics.
func (s *Server) around(service any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	c, ctx := newCall(stream.Context(), info.FullMethod)
	_ = stream.SetHeader(metadata.Pairs(requestIDKey, c.id)) // fails only where the header is out, which it cannot be
	return s.guarded(ctx, c, func() error {
		if err := s.admit(ctx, c.method); err != nil {
			return err
		}
		if info.IsClientStream {
			return handle(service, &endingStream{stream, ctx, s.stopping})
		}
		return handle(service, &arrivingStream{stream, ctx, s.options.ReceiveTimeout})
	})
}

// guarded runs a handler, writes the call's line in the log and returns the status
// of its error.
func (s *Server) guarded(ctx context.Context, c *call, handle func() error) error {
	c.failure = s.recovered(ctx, c, handle)
	if c.failure == nil {
		s.log(ctx, c, codes.OK)
		return nil
	}
	failed := statusOf(c.failure, c.id)
	s.log(ctx, c, failed.Code())
	return failed.Err()
}

// recovered runs a handler and makes an error of its panic.
func (s *Server) recovered(ctx context.Context, c *call, handle func() error) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.options.Logger.ErrorContext(ctx, "a handler panicked", "cause", cause, "request_id", c.id, "stack", string(debug.Stack()))
			err = domain.Errorf(domain.Internal, "panic: %v", cause)
		}
	}()
	return handle()
}

// log writes the call's line. Errors that are not the server's are of no interest
// to its keeper: anyone can cause as many as they like. Internal is also what gRPC
// calls a request that is no message, or none at all.
func (s *Server) log(ctx context.Context, c *call, code codes.Code) {
	level, ours := slog.LevelDebug, code == codes.Internal && ofGRPC(c.failure) == nil
	if ours {
		level = slog.LevelError
	}
	if !s.options.Logger.Enabled(ctx, level) {
		return
	}
	attributes := []slog.Attr{
		slog.String("method", c.method), slog.String("code", code.String()),
		slog.Duration("duration", time.Since(c.start)), slog.String("request_id", c.id),
	}
	if c.timings.Infer > 0 {
		attributes = append(attributes,
			slog.Duration("decode", c.decode), slog.Duration("queue", c.timings.Queue),
			slog.Duration("infer", c.timings.Infer), slog.Duration("encode", c.encode))
	}
	if c.failure != nil {
		text := c.failure.Error()
		if !ours { // it may quote what came
			text = protocol.Shortened(text, longestMessage)
		}
		attributes = append(attributes, slog.String("error", text))
	}
	s.options.Logger.LogAttrs(ctx, level, "call", attributes...)
}
