package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"

	"github.com/spf13/pflag"
	"google.golang.org/grpc/stats"

	"github.com/portent-go/portent/adapters/observe/metrics"
	"github.com/portent-go/portent/adapters/observe/tracing"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports"
)

// observing is how the server can be watched.
type observing struct {
	logLevel  string
	logFormat string
	logBurst  int
	adminAddr string
	metrics   *metrics.Metrics
}

func (o *observing) flags(flags *pflag.FlagSet) {
	flags.StringVar(&o.logLevel, "log-level", "info", "debug (every request), info, warn or error")
	flags.StringVar(&o.logFormat, "log-format", "text", "text or json")
	flags.IntVar(&o.logBurst, "log-burst", 20, "log lines of one kind a second; further ones are counted; 0: all")
	flags.StringVar(&o.adminAddr, "admin-addr", addrOff, "address to listen on for profiles (pprof) and metrics, for operators only; port 0 takes a free one; off: none")
}

// logger returns the server's log, and what has the last lines written at the end.
func (o *observing) logger(w io.Writer) (logger *slog.Logger, end func(), err error) {
	beside, err := newLogger(w, o.logLevel, o.logFormat)
	if err != nil {
		return nil, nil, err
	}
	queue, end := newLogQueue(w, func(leftOut int64) {
		beside.Warn("the log could not be written as fast as it came", "left_out", leftOut)
	})
	plain, err := newLogger(queue, o.logLevel, o.logFormat)
	if err != nil {
		end()
		return nil, nil, err
	}
	handler := tracing.LogHandler(plain.Handler())
	if o.logBurst > 0 {
		handler = newLogSampler(handler, o.logBurst)
	}
	return slog.New(handler), end, nil
}

// observe has the requests to a repository's models counted, and those of callers that
// are refused; and traced if anything is.
func (s *serveSettings) observe(repository *serving.Repository) (err error) {
	if s.metrics, err = metrics.New(repository, metrics.Options{Version: versionNumber(), TraceID: tracing.TraceID}); err != nil {
		return err
	}
	repository.AddObserver(s.metrics)
	if s.tracing != nil {
		repository.AddObserver(s.tracing)
	}
	return s.guard.observe(s.metrics)
}

// trace begins to trace what is served, if the environment asks for that, until
// the function that it returns is called.
func (s *serveSettings) trace(ctx context.Context, logger *slog.Logger) (stop func(), err error) {
	s.tracing, err = tracing.FromEnvironment(ctx, versionNumber(), logger)
	if err != nil || s.tracing == nil {
		return func() {}, err
	}
	return func() {
		if err := s.tracing.Shutdown(context.WithoutCancel(ctx)); err != nil {
			logger.Warn("the last spans could not be sent", "error", err)
		}
	}, nil
}

// traced has an engine's predictions traced, if anything is.
func (l *loading) traced(over ports.Predictor) ports.Predictor {
	if l.tracing == nil {
		return over
	}
	return l.tracing.Predictor(over)
}

func (l *loading) tracedHTTP(over http.Handler) http.Handler {
	if l.tracing == nil {
		return over
	}
	return l.tracing.HTTP(over)
}

func (l *loading) tracedGRPC() stats.Handler {
	if l.tracing == nil {
		return nil
	}
	return l.tracing.GRPC()
}
