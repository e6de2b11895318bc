package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"github.com/portent-go/portent/adapters/transport/grpcapi"
	"github.com/portent-go/portent/adapters/transport/httpapi"
	"github.com/portent-go/portent/adapters/transport/openinference"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// listening is one transport on its address.
type listening struct {
	name     string
	listener net.Listener
	serve    func(net.Listener) error        // until shut down
	shutdown func(ctx context.Context) error // answers what was accepted, as long as the context lives
}

// servers are those that are switched on.
type servers []listening

// listen makes the servers and takes their addresses.
func (s *serveSettings) listen(ctx context.Context, o *offer, logger *slog.Logger) (list servers, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, list.close())
		}
	}()
	if s.addr != addrOff {
		if list, err = list.add(ctx, "--addr", s.addr, func() (listening, error) { return s.httpServer(o, logger) }); err != nil {
			return list, err
		}
	}
	if s.grpcAddr != addrOff {
		if list, err = list.add(ctx, "--grpc-addr", s.grpcAddr, func() (listening, error) { return s.grpcServer(o, logger) }); err != nil {
			return list, err
		}
	}
	if len(list) == 0 {
		return list, &domain.Error{Kind: domain.Invalid, Field: "--addr and --grpc-addr", Msg: "both are off", Expected: "one of them at least"}
	}
	if err = s.limitConnections(list, logger); err != nil {
		return list, err
	}
	if s.adminAddr != addrOff {
		list, err = list.add(ctx, "--admin-addr", s.adminAddr, func() (listening, error) { return s.adminServer(logger), nil })
	}
	return list, err
}

// add listens on an address, and makes what serves there.
func (list servers) add(ctx context.Context, flag, addr string, open func() (listening, error)) (servers, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return list, &domain.Error{
			Kind: domain.Unavailable, Field: flag + " " + addr, Msg: "cannot listen", Err: err,
			Hint: fmt.Sprintf("is another server running there? %s :0 takes a free port, %s off does without", flag, flag),
		}
	}
	made, err := open()
	if err != nil {
		return list, errors.Join(err, listener.Close())
	}
	made.listener = listener
	return append(list, made), nil
}

func (list servers) close() error {
	var errs error
	for _, s := range list {
		errs = errors.Join(errs, s.listener.Close())
	}
	return errs
}

// find returns the address of a server, nil if it is off.
func (list servers) find(name string) net.Addr {
	for _, s := range list {
		if s.name == name {
			return s.listener.Addr()
		}
	}
	return nil
}

// Names of the servers.
const (
	nameHTTP  = "http"
	nameGRPC  = "grpc"
	nameAdmin = "admin"
)

func (s *serveSettings) httpServer(o *offer, logger *slog.Logger) (listening, error) {
	inference := openinference.New(o.repository, openinference.Options{Logger: logger, Version: versionNumber(), MaxBody: s.maxBody, MaxBatch: s.maxBatch})
	options := httpapi.Options{
		Logger: logger, Version: versionNumber(), MaxBody: s.maxBody, MaxBatch: s.maxBatch, MaxPixels: s.maxPixels,
		SelfTest: o.selfTest, Samples: s.samples.of, Mounts: []httpapi.Mount{
			{Path: "/v2", Handler: inference, Describe: inference.Describe},
			{Path: metricsPath, Handler: s.metrics.Handler()},
		},
		Middleware: s.guard.overHTTP(), Asked: s.guard.asked(s.tls.clientCA != ""),
	}
	if o.chosen != nil {
		options.ExamplePicture = o.chosen.folder.Example
	}
	handler, err := httpapi.NewForRepository(o.repository, options)
	if err != nil {
		return listening{}, err
	}
	over := httpapi.NewServer(s.tracedHTTP(handler), logger)
	serve, shutdown := sayingFarewell(over, longestSilence)
	return listening{name: nameHTTP, shutdown: shutdown, serve: func(listener net.Listener) error { return serve(s.tls.protect(listener)) }}, nil
}

func (s *serveSettings) grpcServer(o *offer, logger *slog.Logger) (listening, error) {
	over, err := grpcapi.New(o.repository, grpcapi.Options{
		Logger: logger, Version: versionNumber(), MaxMessage: int(s.maxBody), MaxBatch: s.maxBatch,
		TLS: s.tls.config(protocolGRPC), Admit: s.guard.overGRPC(), Stats: s.tracedGRPC(),
	})
	if err != nil {
		return listening{}, err
	}
	return listening{name: nameGRPC, serve: over.Serve, shutdown: over.Shutdown}, nil
}

// serveUntil serves until the context ends. Then nothing is ready any more, and what
// still comes is answered for a while; connections are taken no longer, what was
// accepted is answered, and it returns. The first server that fails ends the others.
func (list servers) serveUntil(ctx context.Context, repository *serving.Repository, end ending, logger *slog.Logger) error {
	failed := make(chan error, len(list))
	for _, s := range list {
		go func() { failed <- s.serve(s.listener) }()
	}
	var failure error
	select {
	case failure = <-failed:
	case <-ctx.Done():
	}
	logger.Info("draining", "delay", end.drainDelay, "grace", end.grace)
	repository.Drain()
	if failure == nil {
		failure = end.wait(failed)
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), end.grace)
	defer cancel()
	if err := list.shutdown(drain); err != nil {
		return errors.Join(failure, fmt.Errorf("not everything was answered within the grace period of %v: %w", end.grace, err))
	}
	logger.Info("stopped")
	return failure
}

// shutdown shuts all servers down at the same time.
func (list servers) shutdown(ctx context.Context) error {
	ended := make(chan error, len(list))
	for _, s := range list {
		go func() { ended <- s.shutdown(ctx) }()
	}
	var errs error
	for range list {
		errs = errors.Join(errs, <-ended)
	}
	return errs
}
