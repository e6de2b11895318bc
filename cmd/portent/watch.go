package main

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// watcher keeps a Repository as a folder of models is. It looks at the folder
// again and again rather than being told by the system, which is not to be had on
// every file system that models are kept on.
type watcher struct {
	look       func() (map[string]string, error) // a text for each model, which changes when its files do
	repository *serving.Repository
	logger     *slog.Logger

	served  map[string]string // what has been loaded, as look told it
	pending map[string]string // what differed the last time
}

// newWatcher returns a watcher of a folder that was as look told it before its
// models were loaded.
func newWatcher(look func() (map[string]string, error), before map[string]string, repository *serving.Repository, logger *slog.Logger) *watcher {
	return &watcher{look: look, repository: repository, logger: logger, served: before, pending: map[string]string{}}
}

// run looks whenever it is told to, until the context ends.
func (w *watcher) run(ctx context.Context, ticks <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			w.check(ctx)
		}
	}
}

// check loads what is new or has changed and unloads what has gone, once it has
// stayed the same since the last look: files may still be on their way.
func (w *watcher) check(ctx context.Context) {
	now, err := w.look()
	if err != nil {
		w.logger.Warn("the folder of models cannot be read", "error", err)
		return
	}
	names := maps.Clone(now)
	maps.Copy(names, w.served)
	pending := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		found := now[name] // "" if it has gone
		if found == w.served[name] {
			continue
		}
		if last, ok := w.pending[name]; !ok || last != found {
			pending[name] = found
			continue
		}
		w.follow(ctx, name, found)
	}
	w.pending = pending
}

// follow does to the repository what was done to a model's folder. What fails is
// not tried again before the folder changes, unless it may go better the next time.
func (w *watcher) follow(ctx context.Context, name, found string) {
	change, apply := "loading", w.repository.Load
	if found == "" {
		change, apply = "unloading", w.repository.Unload
		delete(w.served, name)
	} else {
		w.served[name] = found
	}
	w.logger.Info("a model's folder has changed", "model", name, "action", change)
	err := apply(ctx, name)
	if found == "" && domain.KindOf(err) == domain.NotFound {
		return // it could not be loaded, or was unloaded by request
	}
	if passing(err) {
		delete(w.served, name)
	}
	if err != nil && ctx.Err() == nil {
		w.logger.Error("a model could not follow its folder", "model", name, "action", change, "error", err)
	}
}

// passing reports whether what could not be done may be possible later, though the
// model's folder stays as it is: as when it runs on other servers.
func passing(err error) bool {
	switch domain.KindOf(err) {
	case domain.Overloaded, domain.Unavailable, domain.Timeout:
		return err != nil
	default:
		return false
	}
}
