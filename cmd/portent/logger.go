package main

import (
	"io"
	"log/slog"

	"github.com/portent-go/portent/domain"
)

// newLogger returns a logger of a level and format as the flags name them.
func newLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, &domain.Error{Kind: domain.Invalid, Field: "--log-level", Msg: level + " is not a level", Expected: "debug, info, warn or error"}
	}
	options := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	default:
		return nil, &domain.Error{Kind: domain.Invalid, Field: "--log-format", Msg: format + " is not a format", Expected: "text or json"}
	}
}

// quiet is the log of commands whose output is all that they have to say.
var quiet = slog.New(slog.DiscardHandler)
