package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// lookAtFiles is how often files are looked at for a change.
const lookAtFiles = 5 * time.Second

// followed is a file, or files that belong together, which the server follows.
type followed struct {
	what   string
	reload func() (changed bool, err error)
	told   string // the error that was last told
}

// followedFiles are those of the settings that change while the server runs.
func (s *serveSettings) followedFiles(logger *slog.Logger) (list []*followed) {
	if s.tls.files != nil {
		list = append(list, &followed{what: "the TLS files", reload: func() (bool, error) { return s.tls.reload(logger) }})
	}
	if s.guard.tokens != nil {
		list = append(list, &followed{what: "the tokens", reload: s.guard.tokens.Reload})
	}
	return list
}

// followFiles reads files again when they have changed or SIGHUP comes, until the
// function that it returns is called. Without files SIGHUP stays what it is.
func (s *serveSettings) followFiles(ctx context.Context, logger *slog.Logger) (stop func()) {
	list := s.followedFiles(logger)
	if len(list) == 0 {
		return func() {}
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	ticker := time.NewTicker(lookAtFiles)
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		reloadWhen(ctx, list, ticker.C, hangups, logger)
	}()
	return func() {
		cancel()
		signal.Stop(hangups)
		ticker.Stop()
		<-ended
	}
}

// reloadWhen reloads at every tick and signal. An error is told once, until it is
// another one; who sends a signal is told in any case.
func reloadWhen(ctx context.Context, list []*followed, ticks <-chan time.Time, hangups <-chan os.Signal, logger *slog.Logger) {
	for {
		asked := false
		select {
		case <-ctx.Done():
			return
		case <-ticks:
		case <-hangups:
			asked = true
		}
		for _, f := range list {
			f.look(asked, logger)
		}
	}
}

func (f *followed) look(asked bool, logger *slog.Logger) {
	changed, err := f.reload()
	switch {
	case err != nil && (asked || f.told != err.Error()):
		logger.Error(f.what+" cannot be used; what was read before goes on", "error", err)
	case changed:
		logger.Info(f.what + " were read anew")
	case err == nil && asked:
		logger.Info(f.what + " have not changed")
	}
	f.told = ""
	if err != nil {
		f.told = err.Error()
	}
}
