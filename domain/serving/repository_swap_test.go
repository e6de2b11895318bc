package serving_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// TestNoRequestIsLostWhileModelsChange has clients predict while one model is
// replaced again and again and another comes and goes. Each opened version
// answers with a number of its own.
func TestNoRequestIsLostWhileModelsChange(t *testing.T) {
	loader := newShelf(map[string][]string{"stays": {"1", "2"}, "comes and goes": {"1"}})
	repository := open(t, loader, "stays")
	var done atomic.Bool
	var stays, comes atomic.Int64
	var clients, changers sync.WaitGroup
	for range 16 {
		clients.Go(func() {
			for !done.Load() {
				for _, version := range []string{"", "1", "2"} {
					stays.Add(ask(t, loader, repository, "stays", version))
				}
				comes.Add(ask(t, loader, repository, "comes and goes", ""))
			}
		})
	}
	for name, change := range map[string]func(){
		"stays": func() {},
		"comes and goes": func() {
			if err := repository.Unload(t.Context(), "comes and goes"); err != nil {
				t.Error(err)
			}
		},
	} {
		changers.Go(func() {
			for range 150 {
				if err := repository.Load(t.Context(), name); err != nil {
					t.Error(err)
				}
				runtime.Gosched()
				change()
			}
		})
	}
	changers.Wait()
	done.Store(true)
	clients.Wait()
	if stays.Load() == 0 || comes.Load() == 0 {
		t.Errorf("%d and %d answers", stays.Load(), comes.Load())
	}
	if err := repository.Close(); err != nil {
		t.Error(err)
	}
	for served, engine := range loader.opened {
		if !engine.isClosed() {
			t.Errorf("%s %s was not closed", served.Name, served.Version)
		}
	}
}

// ask makes one request, and returns how many were answered. A model that stays
// must answer, with the number of the version that was leased.
func ask(t *testing.T, loader *shelf, repository *serving.Repository, name, version string) int64 {
	served, release, err := repository.Acquire(name, version)
	if err != nil {
		if kind := domain.KindOf(err); name == "stays" || kind != domain.NotFound && kind != domain.Unavailable {
			t.Errorf("acquiring %s: %v", name, err)
		}
		return 0
	}
	defer release()
	outputs, err := served.Model.Predict(t.Context(), row(t, 1))
	if err != nil {
		t.Errorf("predicting with a lease of %s: %v", name, err)
		return 0
	}
	values, _ := domain.Data[float32](outputs[0])
	if want := loader.engine(served).number; values[0] != want || version != "" && served.Version != version {
		t.Errorf("version %s of %s answers %v, expected %v", served.Version, name, values[0], want)
	}
	return 1
}

// TestMemoryIsGivenBack loads, uses, replaces and unloads, and has the garbage
// collector find that nothing holds what was loaded.
func TestMemoryIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loader := newShelf(map[string][]string{"a": {"1", "2"}})
		var mu sync.Mutex
		var pointers []weak.Pointer[serving.Served]
		loader.change = func(served *serving.Served, _ *numbered) {
			mu.Lock()
			defer mu.Unlock()
			pointers = append(pointers, weak.Make(served))
		}
		repository := open(t, loader, "a")
		served, release := acquire(t, repository, "a", "1")
		answer(t, served)
		if err := repository.Load(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		release()
		if err := repository.Unload(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		clear(loader.opened)
		runtime.GC()
		for i, pointer := range pointers {
			if pointer.Value() != nil {
				t.Errorf("the %d. of what was loaded is still held", i+1)
			}
		}
		runtime.KeepAlive(repository)
	})
}
