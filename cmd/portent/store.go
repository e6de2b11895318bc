package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/model"
)

// storeLoader opens the models of a folder for a Repository.
type storeLoader struct {
	*loading
	store   *model.Store
	options serving.Options
	logger  *slog.Logger
}

var _ serving.Loader = (*storeLoader)(nil)

// Scan returns the models that are in the folder.
func (l *storeLoader) Scan(context.Context) (map[string][]string, error) { return l.store.Scan() }

// Load opens a version of a model, and notes how it went.
func (l *storeLoader) Load(ctx context.Context, name, version string) (*serving.Served, error) {
	folder, err := l.store.Open(name, version)
	if err != nil {
		return nil, err
	}
	opened, err := l.open(ctx, folder, l.options, l.logger)
	if err != nil {
		return nil, err
	}
	if _, err := opened.verify(ctx); err != nil {
		return nil, errors.Join(err, opened.Model.Close())
	}
	l.logger.Info("loaded", "model", name, "version", version, "sha256", opened.Card.SHA256)
	return opened.Served, nil
}

// loadAll loads all models of the folder. One that cannot be loaded is told in the
// log and stands in the index; it is an error only if there is none that can. One
// that may be possible later is taken out of the folder's fingerprints, so that a
// watcher loads it when it is.
func loadAll(ctx context.Context, repository *serving.Repository, store *model.Store, prints map[string]string, logger *slog.Logger) error {
	models, err := store.Scan()
	if err != nil {
		return err
	}
	var failures error
	for _, name := range slices.Sorted(maps.Keys(models)) {
		if err := repository.Load(ctx, name); err != nil {
			logger.Error("a model could not be loaded", "model", name, "error", err)
			failures = errors.Join(failures, err)
			if passing(err) {
				delete(prints, name)
			}
		}
	}
	if len(repository.Names()) > 0 {
		return nil
	}
	if failures == nil {
		failures = errors.New("there is none")
	}
	return &domain.Error{
		Kind: domain.NotFound, Field: "--models", Msg: "no model could be loaded", Err: failures,
		Expected: "a folder with a folder for each model, which holds model.onnx, or a numbered folder for each version",
	}
}

// defaultModel makes a model the one that /predict asks: the named one, or the
// first that was loaded.
func defaultModel(repository *serving.Repository, name string) error {
	if name == "" {
		return nil
	}
	if !slices.Contains(repository.Names(), name) {
		return &domain.Error{
			Kind: domain.NotFound, Field: "--default-model", Msg: fmt.Sprintf("%q is not loaded", name), Expected: fmt.Sprintf("one of %q", repository.Names()),
		}
	}
	repository.SetDefault(name)
	return nil
}
