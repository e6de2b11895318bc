package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

const defaultAddr = ":8000"

// serveSettings is what `portent serve` can be told.
type serveSettings struct {
	loading
	addr      string
	queue     int
	timeout   time.Duration
	grace     time.Duration
	maxBody   int64
	maxBatch  int
	maxPixels int
	logLevel  string
	logFormat string
}

func newServe() *cobra.Command {
	var s serveSettings
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve a model over HTTP",
		Long:  "Load a model, check it against its own test vectors, and answer POST /predict.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return serve(cmd, &s) },
	}
	flags := cmd.Flags()
	s.flags(flags)
	flags.StringVar(&s.addr, "addr", defaultAddr, "address to listen on; port 0 takes a free one")
	flags.IntVar(&s.queue, "queue", 0, "predictions that may wait for their turn (default: 64 a worker; -1: none)")
	flags.DurationVar(&s.timeout, "timeout", 30*time.Second, "longest time for a prediction, waiting included")
	flags.DurationVar(&s.grace, "grace", 10*time.Second, "longest time to answer what was accepted before the end, after SIGTERM")
	flags.Int64Var(&s.maxBody, "max-body", 16<<20, "largest request body in bytes")
	flags.IntVar(&s.maxBatch, "max-batch", 256, "most inputs in one batch request")
	flags.IntVar(&s.maxPixels, "max-pixels", 24_000_000, "most pixels of one picture")
	flags.StringVar(&s.logLevel, "log-level", "info", "debug (every request), info, warn or error")
	flags.StringVar(&s.logFormat, "log-format", "text", "text or json")
	return showVariables(cmd)
}

func serve(cmd *cobra.Command, s *serveSettings) error {
	start := time.Now()
	logger, err := newLogger(cmd.ErrOrStderr(), s.logLevel, s.logFormat)
	if err != nil {
		return err
	}
	loaded, err := s.open(serving.Options{Queue: s.queue, Timeout: s.timeout})
	if err != nil {
		return err
	}
	defer loaded.Model().Close()
	results, err := loaded.verify(cmd.Context())
	if err != nil {
		return err
	}
	listener, err := listen(cmd.Context(), s.addr)
	if err != nil {
		return err
	}
	banner := banner{loaded: loaded, results: results, url: urlOf(listener.Addr()), tolerance: s.tolerance}
	server, err := newServer(loaded, s, banner.selfTest(), logger)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	banner.took = time.Since(start)
	if _, err := banner.WriteTo(cmd.OutOrStdout()); err != nil {
		return errors.Join(err, listener.Close())
	}
	defer readPromptly()()
	return serveUntil(cmd.Context(), server, listener, loaded, s.grace, logger)
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, &domain.Error{
			Kind: domain.Unavailable, Field: "--addr " + addr, Msg: "cannot listen", Err: err,
			Hint: "is another server running there? --addr :0 takes a free port",
		}
	}
	return listener, nil
}

func newServer(l *loaded, s *serveSettings, selfTest string, logger *slog.Logger) (*http.Server, error) {
	handler, err := httpapi.New(l.Classifier, httpapi.Options{
		Logger: logger, Version: versionNumber(), MaxBody: s.maxBody, MaxBatch: s.maxBatch, MaxPixels: s.maxPixels,
		ExamplePicture: l.folder.Example, SelfTest: selfTest,
	})
	if err != nil {
		return nil, err
	}
	return httpapi.NewServer(handler, logger), nil
}

// serveUntil serves until the context ends. Then the server is not ready any
// more, takes no new connections, answers what it has accepted, and returns.
func serveUntil(ctx context.Context, server *http.Server, listener net.Listener, l *loaded, grace time.Duration, logger *slog.Logger) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	logger.Info("draining", "grace", grace)
	l.Model().Drain()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("not everything was answered within the grace period of %v: %w", grace, err), server.Close())
	}
	logger.Info("stopped")
	return nil
}
