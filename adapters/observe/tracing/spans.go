package tracing

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports"
)

var _ serving.Observer = (*Tracing)(nil)

// Observe completes the span of a request, and makes those of its stages of what
// they took; that of the engine has been made while it ran.
func (t *Tracing) Observe(ctx context.Context, served *serving.Served, o serving.Observation) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attribute.String("portent.transport", o.Transport))
	if served != nil {
		span.SetAttributes(attribute.String("portent.model", sendable(served.Name)), attribute.String("portent.version", sendable(served.Version)), attribute.Int("portent.rows", o.Rows))
	}
	if o.Err != nil {
		span.SetAttributes(attribute.String("error.type", domain.KindOf(o.Err).String()))
	}
	end := time.Now()
	t.stage(ctx, "encode", &end, o.Output)
	end = end.Add(-o.Infer)
	queued := o.Queue
	if began := firstOf(ctx).Swap(nil); began != nil { // a busy processor may have left some time between the stages
		end, queued = began.at, began.queued
	}
	t.stage(ctx, "queue", &end, queued)
	t.stage(ctx, "decode", &end, o.Input)
}

// stage makes the span of a stage that took some time up to its end, which becomes
// the end of the stage before. One that took no time was not reached.
func (t *Tracing) stage(ctx context.Context, name string, end *time.Time, took time.Duration) {
	if took <= 0 {
		return
	}
	start := end.Add(-took)
	_, span := t.tracer.Start(ctx, name, trace.WithTimestamp(start))
	span.End(trace.WithTimestamp(*end))
	*end = start
}

// first is the engine's beginning with a request, or with the next one of a stream; nil
// before.
type first = atomic.Pointer[beginning]

// beginning is when the engine began. What a request waits for after that, to be joined
// with others, is within the engine's span.
type beginning struct {
	at     time.Time
	queued time.Duration // before
}

func beginningOf(ctx context.Context) *beginning {
	b := &beginning{at: time.Now()}
	if timings := serving.TimingsFrom(ctx); timings != nil {
		b.queued = timings.Queue
	}
	return b
}

type firstKey struct{}

func firstOf(ctx context.Context) *first {
	if known, ok := ctx.Value(firstKey{}).(*first); ok {
		return known
	}
	return new(first)
}

// Predictor returns a Predictor that makes a span of each prediction, below that
// of the request. Whatever the Predictor asks of other servers is below it.
func (t *Tracing) Predictor(over ports.Predictor) ports.Predictor {
	return &predictor{Predictor: over, tracer: t.tracer}
}

type predictor struct {
	ports.Predictor
	tracer trace.Tracer
}

// Predict predicts as the Predictor beneath does.
func (p *predictor) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return p.Predictor.Predict(ctx, inputs) // no request's: a self-test
	}
	began := beginningOf(ctx)
	firstOf(ctx).CompareAndSwap(nil, began)
	ctx, span := p.tracer.Start(ctx, "infer", trace.WithTimestamp(began.at))
	defer span.End()
	outputs, err := p.Predictor.Predict(ctx, inputs)
	if err != nil {
		span.SetStatus(codes.Error, domain.KindOf(err).String())
	}
	return outputs, err
}

// sendable returns a text, of a caller's or of a folder's name, as spans can be sent
// with it: one that is not UTF-8 would have all lost that are sent at once.
func sendable(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
