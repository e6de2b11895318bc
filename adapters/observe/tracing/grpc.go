package tracing

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
)

// GRPC returns what makes a span of each call for predictions. Other calls only
// look at what there is, many of them every few seconds. A stream is one call.
func (t *Tracing) GRPC() stats.Handler { return &calls{t} }

// calls follows the calls to a server.
type calls struct{ tracing *Tracing }

// callKey is where the span of a call is in its context. What the context has
// besides may be another one: that which the caller's headers name.
type callKey struct{}

// TagRPC begins the span of a call.
func (c *calls) TagRPC(ctx context.Context, call *stats.RPCTagInfo) context.Context {
	service, method, _ := strings.Cut(strings.TrimPrefix(sendable(call.FullMethodName), "/"), "/")
	if !strings.HasSuffix(method, "Infer") {
		return ctx
	}
	incoming, _ := metadata.FromIncomingContext(ctx)
	ctx, span := c.tracing.begin(ctx, headers(incoming), service+"/"+method,
		attribute.String("rpc.system", "grpc"), attribute.String("rpc.service", service), attribute.String("rpc.method", method))
	return context.WithValue(ctx, callKey{}, span)
}

// HandleRPC ends the span of a call when the call ends.
func (*calls) HandleRPC(ctx context.Context, event stats.RPCStats) {
	end, ok := event.(*stats.End)
	if !ok {
		return
	}
	span, ok := ctx.Value(callKey{}).(trace.Span)
	if !ok {
		return
	}
	code := status.Code(end.Error)
	ended(span, attribute.Int("rpc.grpc.status_code", int(code)), serverFault(code))
}

// serverFault reports whether a status says that the server is at fault.
func serverFault(code codes.Code) bool {
	switch code {
	case codes.Unknown, codes.Internal, codes.Unavailable, codes.DeadlineExceeded, codes.Unimplemented, codes.DataLoss:
		return true
	default:
		return false
	}
}

// TagConn adds nothing: connections have no spans.
func (*calls) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }

// HandleConn does nothing: connections have no spans.
func (*calls) HandleConn(context.Context, stats.ConnStats) {}

// headers reads a call's metadata as the propagator wants it.
type headers metadata.MD

// Get returns the first value of a key, empty if there is none.
func (h headers) Get(key string) string {
	if values := metadata.MD(h).Get(key); len(values) > 0 {
		return values[0]
	}
	return ""
}

// Set puts one value in the place of those of a key.
func (h headers) Set(key, value string) { metadata.MD(h).Set(key, value) }

// Keys returns the keys.
func (h headers) Keys() []string {
	keys := make([]string, 0, len(h))
	for key := range h {
		keys = append(keys, key)
	}
	return keys
}
