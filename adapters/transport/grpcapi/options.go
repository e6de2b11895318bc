package grpcapi

import (
	"context"
	"crypto/tls"
	"log/slog"
	"time"

	"google.golang.org/grpc/stats"

	"github.com/portent-go/portent/domain"
)

// Options are the limits and the particulars of a Server. The zero value asks for
// the defaults.
type Options struct {
	// Logger gets a line for each call: level Debug, Error where the fault is the
	// server's. Default: none.
	Logger *slog.Logger
	// Version is the server's own, told as part of its metadata.
	Version string
	// MaxMessage is the largest request in bytes, after decompression. Default: 16
	// MiB.
	MaxMessage int
	// MaxBatch is the most rows of one request to a model that takes batches.
	// Default: 256.
	MaxBatch int
	// MaxStreams is how many calls one connection may have under way. Default: 256.
	MaxStreams int
	// ReceiveTimeout is how long the request of a call may take to arrive. Streams to
	// which clients send any number of requests have no such bound. Default: a minute.
	ReceiveTimeout time.Duration
	// Stats is told how each call begins and ends, and may add to its context.
	// Default: none.
	Stats stats.Handler
	// TLS makes the server speak TLS only. Default: plain text.
	TLS *tls.Config
	// Admit decides from a call's context and its full method whether it may go on,
	// before its request is read, and again for each further request of a stream. Its
	// error is the call's. Default: all may.
	Admit func(ctx context.Context, method string) error
	// WatchInterval is how often a watched model's health is looked at. Default: a
	// second.
	WatchInterval time.Duration
}

const (
	defaultMaxMessage    = 16 << 20
	defaultMaxBatch      = 256
	defaultMaxStreams    = 256
	defaultWatchInterval = time.Second

	defaultReceiveTimeout = time.Minute
)

func (o Options) withDefaults() (Options, error) {
	if o.MaxMessage < 0 || o.MaxBatch < 0 || o.MaxStreams < 0 || o.WatchInterval < 0 || o.ReceiveTimeout < 0 {
		return o, domain.Errorf(domain.Invalid, "a limit of the gRPC interface is negative: message %d, batch %d, streams %d, watch interval %v, time to receive %v",
			o.MaxMessage, o.MaxBatch, o.MaxStreams, o.WatchInterval, o.ReceiveTimeout)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Version == "" {
		o.Version = "devel"
	}
	if o.MaxMessage == 0 {
		o.MaxMessage = defaultMaxMessage
	}
	if o.MaxBatch == 0 {
		o.MaxBatch = defaultMaxBatch
	}
	if o.MaxStreams == 0 {
		o.MaxStreams = defaultMaxStreams
	}
	if o.ReceiveTimeout == 0 {
		o.ReceiveTimeout = defaultReceiveTimeout
	}
	if o.WatchInterval == 0 {
		o.WatchInterval = defaultWatchInterval
	}
	return o, nil
}
