package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/portent-go/portent/domain/serving"
)

// exchange is one request on its way: what is noted about it for the answer's
// headers and the log. It is the ResponseWriter that all handlers get.
type exchange struct {
	http.ResponseWriter
	id         string
	status     int
	bytes      int64
	timings    serving.Timings
	decode     time.Duration // from the first byte of the body to the tensor
	encode     time.Duration
	failure    error
	repository *serving.Repository
}

// WriteHeader notes the status. A server that is not ready any more by now asks the
// client to close the connection: the next request shall find another server.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 {
		x.status = status
		if x.repository.Ready() != nil {
			x.Header().Set("Connection", "close")
		}
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write counts what is written.
func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		x.WriteHeader(http.StatusOK)
	}
	n, err := x.ResponseWriter.Write(p)
	x.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// log writes the request's line. Errors that are not the server's are of no
// interest to its keeper: anyone can cause as many as they like.
func (x *exchange) log(ctx context.Context, logger *slog.Logger, r *http.Request, took time.Duration) {
	level := slog.LevelDebug
	if x.status == http.StatusInternalServerError {
		level = slog.LevelError
	}
	if !logger.Enabled(ctx, level) {
		return
	}
	attributes := []slog.Attr{
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", x.status),
		slog.Int64("bytes", x.bytes), slog.Duration("duration", took), slog.String("request_id", x.id),
	}
	if x.timings.Infer > 0 {
		attributes = append(attributes, slog.Duration("queue", x.timings.Queue), slog.Duration("infer", x.timings.Infer))
	}
	if x.encode > 0 { // else a mounted handler did it, which tells the client alone
		attributes = append(attributes, slog.Duration("decode", x.decode), slog.Duration("encode", x.encode))
	}
	if x.failure != nil {
		attributes = append(attributes, slog.String("error", x.failure.Error()))
	}
	logger.LogAttrs(ctx, level, "request", attributes...)
}
