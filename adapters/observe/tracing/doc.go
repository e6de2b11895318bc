// Package tracing tells OpenTelemetry where the time of requests goes.
//
// A request that comes by HTTP or gRPC is part of the trace that its caller names
// in the header traceparent (W3C Trace Context), or begins one. Below the
// request's span are those of its stages: decode, queue, infer and encode. What
// the infer stage asks of another server carries the context on.
//
// The environment variables of OpenTelemetry say where spans go, over OTLP, and
// which are kept. Without an endpoint among them nothing is traced.
package tracing
