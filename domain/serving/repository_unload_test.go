package serving_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/domain"
)

func TestUnloadWaitsForLeases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loader := newShelf(map[string][]string{"a": {"1", "2"}})
		repository := open(t, loader, "a")
		served, release := acquire(t, repository, "a", "1")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		expectKind(t, repository.Unload(ctx, "a"), domain.Timeout)
		expectIndex(t, repository, "a 1 unloading", "a 2 absent")
		_, _, err := repository.Acquire("a", "1")
		expectKind(t, err, domain.NotFound)
		answer(t, served)
		expectKind(t, repository.Unload(t.Context(), "a"), domain.NotFound)
		if err := repository.Load(t.Context(), "a"); err != nil { // leases of the old do not keep the new away
			t.Fatal(err)
		}
		result := make(chan error, 1)
		_, again := acquire(t, repository, "a", "2")
		go func() { result <- repository.Unload(t.Context(), "a") }()
		synctest.Wait()
		if len(result) != 0 {
			t.Error("Unload did not wait")
		}
		again()
		if err := <-result; err != nil {
			t.Error(err)
		}
		release()
		synctest.Wait()
		for _, engine := range loader.opened {
			if !engine.isClosed() {
				t.Error("a model was not closed")
			}
		}
		expectIndex(t, repository, "a 1 absent", "a 2 absent")
	})
}

func TestUnloadWaitsForALoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loader := newShelf(map[string][]string{"a": {"1"}})
		gate := make(chan struct{})
		loader.hook = func(context.Context, string, string) error {
			<-gate
			return nil
		}
		repository := open(t, loader)
		loaded, unloaded := make(chan error, 1), make(chan error, 1)
		go func() { loaded <- repository.Load(t.Context(), "a") }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		expectKind(t, repository.Unload(ctx, "a"), domain.Timeout)
		go func() { unloaded <- repository.Unload(t.Context(), "a") }()
		synctest.Wait()
		close(gate)
		if err := errors.Join(<-loaded, <-unloaded); err != nil {
			t.Error(err)
		}
		expectIndex(t, repository, "a 1 absent")
	})
}
