package tracing

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// HTTP returns a handler that makes a span of each POST. Other requests only look
// at what there is, many of them every few seconds.
func (t *Tracing) HTTP(over http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			over.ServeHTTP(w, r)
			return
		}
		ctx, span := t.begin(r.Context(), propagation.HeaderCarrier(r.Header), r.Method,
			attribute.String("http.request.method", r.Method), attribute.String("url.path", sendable(r.URL.Path)))
		answer := &answerWriter{ResponseWriter: w}
		defer func() {
			ended(span, attribute.Int("http.response.status_code", answer.status), answer.status == 0 || answer.status >= http.StatusInternalServerError)
		}()
		over.ServeHTTP(answer, r.WithContext(ctx))
	})
}

// begin begins the span of a request to this server, in the trace that it names.
func (t *Tracing) begin(ctx context.Context, headers propagation.TextMapCarrier, name string, about ...attribute.KeyValue) (context.Context, trace.Span) {
	ctx = context.WithValue(propagator.Extract(ctx, headers), firstKey{}, new(first))
	return t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(about...))
}

// ended ends the span of a request, which has failed if the fault is the server's.
func ended(span trace.Span, status attribute.KeyValue, failed bool) {
	span.SetAttributes(status)
	if failed {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// answerWriter notes an answer's status. It stays 0 where the handler panicked
// before there was one.
type answerWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *answerWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write writes a part of the body, before which the status is out.
func (w *answerWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
