package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/model"
	"github.com/portent-go/portent/ports/predictortest"
)

// fakeLoader loads whatever a folder of the test's holds; a model called broken
// fails, and one called elsewhere does so at first.
type fakeLoader struct {
	folder map[string]string
	loads  []string
}

func (l *fakeLoader) Scan(context.Context) (map[string][]string, error) {
	models := map[string][]string{}
	for name := range l.folder {
		models[name] = []string{"1"}
	}
	return models, nil
}

func (l *fakeLoader) Load(_ context.Context, name, version string) (*serving.Served, error) {
	l.loads = append(l.loads, name)
	switch {
	case name == "broken":
		return nil, domain.Errorf(domain.Invalid, "it is broken")
	case name == "elsewhere" && l.count(name) < 3:
		return nil, domain.Errorf(domain.Unavailable, "its server is not there yet")
	}
	return &serving.Served{Name: name, Version: version, Model: serving.NewModel(predictortest.NewFake(), serving.Options{})}, nil
}

func (l *fakeLoader) count(name string) (n int) {
	for _, loaded := range l.loads {
		if loaded == name {
			n++
		}
	}
	return n
}

func TestWatcherFollowsTheFolder(t *testing.T) {
	loader := &fakeLoader{folder: map[string]string{"a": "1"}}
	repository := serving.NewRepository(loader)
	t.Cleanup(func() { _ = repository.Close() })
	if err := repository.Load(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	var unreadable error
	w := newWatcher(func() (map[string]string, error) { return maps.Clone(loader.folder), unreadable }, maps.Clone(loader.folder), repository, quiet)
	steps := []struct {
		name   string
		change func()
		loads  []string // after the second look
		names  []string
	}{
		{"nothing", func() {}, []string{"a"}, []string{"a"}},
		{"a new one", func() { loader.folder["b"] = "1" }, []string{"a", "b"}, []string{"a", "b"}},
		{"a changed one", func() { loader.folder["a"] = "2" }, []string{"a", "b", "a"}, []string{"a", "b"}},
		{"one that fails", func() { loader.folder["broken"] = "1" }, []string{"a", "b", "a", "broken"}, []string{"a", "b"}},
		{"a folder that cannot be read", func() { unreadable = errors.New("gone") }, []string{"a", "b", "a", "broken"}, []string{"a", "b"}},
		{"one less", func() { unreadable = nil; delete(loader.folder, "b") }, []string{"a", "b", "a", "broken"}, []string{"a"}},
	}
	for _, step := range steps {
		before := len(loader.loads)
		step.change()
		w.check(t.Context())
		if len(loader.loads) != before {
			t.Fatalf("%s: it was loaded before its files had settled", step.name)
		}
		w.check(t.Context())
		w.check(t.Context())
		if names := repository.Names(); !slices.Equal(loader.loads, step.loads) || !slices.Equal(names, step.names) {
			t.Fatalf("%s: loaded %q, expected %q; there is %q, expected %q", step.name, loader.loads, step.loads, names, step.names)
		}
	}
}

// TestAModelThatFailedAndWentIsForgotten sees that nothing is left of it, and no
// error is told of what has come to pass anyway.
func TestAModelThatFailedAndWentIsForgotten(t *testing.T) {
	loader := &fakeLoader{folder: map[string]string{"a": "1", "broken": "1"}}
	repository := serving.NewRepository(loader)
	t.Cleanup(func() { _ = repository.Close() })
	_ = repository.Load(t.Context(), "broken")
	var log bytes.Buffer
	w := newWatcher(func() (map[string]string, error) { return maps.Clone(loader.folder), nil }, maps.Clone(loader.folder), repository, slog.New(slog.NewTextHandler(&log, nil)))
	delete(loader.folder, "broken")
	for range 3 {
		w.check(t.Context())
	}
	index, err := repository.Index(t.Context())
	if err != nil || len(index) != 1 || index[0].Name != "a" {
		t.Errorf("%+v, %v", index, err)
	}
	if strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("an error was told: %s", &log)
	}
}

func TestWatcherTriesAgainWhatMayGoBetter(t *testing.T) {
	loader := &fakeLoader{folder: map[string]string{"elsewhere": "1"}}
	repository := serving.NewRepository(loader)
	t.Cleanup(func() { _ = repository.Close() })
	w := newWatcher(func() (map[string]string, error) { return maps.Clone(loader.folder), nil }, map[string]string{}, repository, quiet)
	for range 20 {
		w.check(t.Context())
	}
	if len(loader.loads) != 3 || len(repository.Names()) != 1 {
		t.Errorf("it was tried %d times, and there is %q", len(loader.loads), repository.Names())
	}
}

// TestWhatCouldNotBeLoadedAtTheStartIsLeftToTheWatcher loads a folder one of whose
// models may be possible later, and one never.
func TestWhatCouldNotBeLoadedAtTheStartIsLeftToTheWatcher(t *testing.T) {
	folder, loader := t.TempDir(), &fakeLoader{folder: map[string]string{"a": "", "broken": "", "elsewhere": ""}}
	for name := range loader.folder {
		scaler(t, filepath.Join(folder, name), 1)
	}
	store, err := model.OpenStore(folder)
	if err != nil {
		t.Fatal(err)
	}
	prints, err := store.Fingerprints()
	if err != nil {
		t.Fatal(err)
	}
	repository := serving.NewRepository(loader)
	t.Cleanup(func() { _ = repository.Close() })
	if err := loadAll(t.Context(), repository, store, prints, quiet); err != nil {
		t.Fatal(err)
	}
	if left := slices.Sorted(maps.Keys(prints)); !slices.Equal(left, []string{"a", "broken"}) {
		t.Errorf("%q are taken for loaded", left)
	}
}

func TestWatcherWaitsForFilesOnTheirWay(t *testing.T) {
	loader := &fakeLoader{folder: map[string]string{}}
	repository := serving.NewRepository(loader)
	t.Cleanup(func() { _ = repository.Close() })
	w := newWatcher(func() (map[string]string, error) { return maps.Clone(loader.folder), nil }, map[string]string{}, repository, quiet)
	for _, size := range []string{"10", "20", "30"} {
		loader.folder["a"] = size
		w.check(t.Context())
	}
	if len(loader.loads) != 0 {
		t.Errorf("a file that grows was loaded: %v", loader.loads)
	}
	ticks := make(chan time.Time)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { w.run(ctx, ticks); close(ended) }()
	ticks <- time.Time{}
	ticks <- time.Time{}
	cancel()
	<-ended
	if !slices.Equal(loader.loads, []string{"a"}) {
		t.Errorf("%v", loader.loads)
	}
}
