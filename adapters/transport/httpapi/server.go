package httpapi

import (
	"log/slog"
	"net/http"
	"time"
)

// The time limits of a connection. A slow sender is bounded by readTimeout, a
// slow reader by writeTimeout, which starts when the request's header has been
// read: a prediction's own timeout must be shorter than it.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = time.Minute
	writeTimeout      = 5 * time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
)

// NewServer returns a server for the handler with time and size limits against
// slow and hostile clients. What goes wrong on a connection, outside any
// request, is logged as a warning; a nil logger logs nothing.
func NewServer(handler http.Handler, logger *slog.Logger) *http.Server {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
}
