package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

const metricsPath = "/metrics"

// adminServer is for operators: it tells how the server does and what it is at,
// which is nothing for callers to know.
func (s *serveSettings) adminServer(logger *slog.Logger) listening {
	mux := http.NewServeMux()
	mux.Handle(metricsPath, s.metrics.Handler())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintf(w, "%s\n%s\n", metricsPath, "/debug/pprof/")
	})
	asking, end := context.WithCancel(context.Background())
	over := &http.Server{
		BaseContext: func(net.Listener) context.Context { return asking },
		Handler:     mux, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	over.RegisterOnShutdown(end) // of profiles that are being made, for minutes maybe
	return listening{name: nameAdmin, shutdown: shutdownHTTP(over), serve: func(listener net.Listener) error {
		if err := over.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}}
}
