package tracing

import (
	"context"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/portent-go/portent/domain"
)

// Tracing makes the spans of one server and sends them. It is safe for concurrent
// use.
type Tracing struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// scope is the name under which this package's spans are known.
const scope = "github.com/portent-go/portent"

// propagator is how the context of a trace goes from one server to the next.
var propagator = propagation.TraceContext{}

// FromEnvironment returns the Tracing that the environment asks for, nil if it
// asks for none. The version is the server's own. What goes wrong with sending
// spans is logged as a warning. A variable with a value that is not possible is
// an error of kind Invalid.
func FromEnvironment(ctx context.Context, version string, logger *slog.Logger) (*Tracing, error) {
	if on, err := wanted(); err != nil || !on {
		return nil, err
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, domain.Errorf(domain.Invalid, "the variables of OpenTelemetry do not say where spans go: %w", err)
	}
	// The environment's attributes come last: they are who runs the server's to say.
	about, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "portent"), attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		return nil, domain.Errorf(domain.Invalid, "OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("spans cannot be sent", "error", err) }))
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about))
	return &Tracing{provider: provider, tracer: provider.Tracer(scope, trace.WithInstrumentationVersion(version))}, nil
}

// shutdownTimeout bounds how long the last spans are waited for.
const shutdownTimeout = 3 * time.Second

// Shutdown sends the spans that have not been sent yet. What is not sent after a
// few seconds, or when the context ends, is lost.
func (t *Tracing) Shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, shutdownTimeout)
	defer cancel()
	return t.provider.Shutdown(ctx)
}

// TraceID returns the id of the trace that a request belongs to, empty if the
// trace is not kept.
func TraceID(ctx context.Context) string {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsSampled() {
		return ""
	}
	return span.TraceID().String()
}

// Inject tells the headers that carry a request's trace to another server.
func Inject(ctx context.Context, set func(key, value string)) {
	carrier := make(propagation.MapCarrier)
	propagator.Inject(ctx, carrier)
	for key, value := range carrier {
		set(key, value)
	}
}
