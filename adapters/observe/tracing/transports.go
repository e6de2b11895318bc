package tracing

import (
	"net/http"
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/metric/noop"
	"google.golang.org/grpc/stats"
)

// HTTP returns a handler that makes a span of each request with a body. Others
// only look at what there is, many of them every few seconds.
func (t *Tracing) HTTP(over http.Handler) http.Handler {
	return otelhttp.NewHandler(over, "",
		otelhttp.WithTracerProvider(t.provider), otelhttp.WithPropagators(propagator), otelhttp.WithMeterProvider(noop.NewMeterProvider()),
		otelhttp.WithFilter(func(r *http.Request) bool { return r.Method == http.MethodPost }),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return r.Method }),
	)
}

// GRPC returns what makes a span of each call to a server, but for those that only
// look at its health.
func (t *Tracing) GRPC() stats.Handler {
	return otelgrpc.NewServerHandler(
		otelgrpc.WithTracerProvider(t.provider), otelgrpc.WithPropagators(propagator), otelgrpc.WithMeterProvider(noop.NewMeterProvider()),
		otelgrpc.WithFilter(func(call *stats.RPCTagInfo) bool { return strings.HasSuffix(call.FullMethodName, "Infer") }),
	)
}
