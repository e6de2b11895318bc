//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// models changes the files of models under a server that is asked for them all the
// time: to valid ones and to such that cannot be served.
func models(ctx context.Context, s *soak, t *tally) error {
	store, err := newModelStore(filepath.Join(s.folder, "models"))
	if err != nil {
		return err
	}
	if err := errors.Join(store.replace("plain", 1), store.point("linked", 1, 1), store.replace("steady", 1)); err != nil {
		return err
	}
	return s.leavesNothing(ctx, t, launch{args: []string{"--models", store.folder, "--poll", "50ms"}}, func(p *server) error {
		return s.changeWhileAsked(ctx, t, p, store)
	})
}

// changeWhileAsked has clients ask for models while their files are changed.
func (s *soak) changeWhileAsked(ctx context.Context, t *tally, p *server, store *modelStore) error {
	pool := newHTTPPool(p, 16)
	defer pool.close()
	lines, err := newGRPCLines(p, 2)
	if err != nil {
		return err
	}
	defer lines.close()
	plain, linked, steady := store.watch(pool, "plain"), store.watch(pool, "linked"), store.watch(pool, "steady")
	demanded, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	for _, w := range []*watchedModel{plain, linked, steady} {
		w.grpc = lines
		group.Go(func() { w.demand(demanded) })
		group.Go(func() { w.demand(demanded) })
	}
	err = changeModels(ctx, t, plain, linked, time.Now().Add(s.span))
	cancel()
	group.Wait()
	return err
}

// changeModels goes through all changes at least once.
func changeModels(ctx context.Context, t *tally, plain, linked *watchedModel, end time.Time) error {
	rounds := 0
	for ; ctx.Err() == nil && (rounds == 0 || time.Now().Before(end)); rounds++ {
		for _, c := range []struct {
			name  string
			apply func(context.Context) error
		}{
			{"replaced", plain.replaced}, {"garbage", plain.garbage}, {"truncated", plain.truncated}, {"written slowly", plain.writtenSlowly},
			{"unreadable", plain.unreadable}, {"deleted", plain.deleted}, {"a link swapped", linked.swapped}, {"a link to a model with other vectors", linked.misled},
			{"a link to nowhere", linked.lost},
		} {
			if err := c.apply(ctx); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	t.figure("%d rounds of changes to %d versions", rounds, plain.most.Load()+linked.most.Load())
	return nil
}

func (w *watchedModel) replaced(ctx context.Context) error {
	return errors.Join(w.change(w.most.Load()+1), w.awaitNewest(ctx))
}

func (w *watchedModel) garbage(ctx context.Context) error {
	err := w.awaitRefusal(ctx, func() error { return os.WriteFile(w.store.file(w.name), []byte("PK\x03\x04, but no model"), 0o600) })
	return errors.Join(err, w.replaced(ctx))
}

func (w *watchedModel) truncated(ctx context.Context) error {
	err := w.awaitRefusal(ctx, func() error { return os.Truncate(w.store.file(w.name), 1<<20) })
	return errors.Join(err, w.replaced(ctx))
}

// writtenSlowly overwrites a network in place and in pieces, so slowly that the
// server finds each piece.
func (w *watchedModel) writtenSlowly(ctx context.Context) error {
	factor := w.most.Load() + 1
	w.most.Store(factor)
	network := multiplier(factor)
	file, err := os.Create(w.store.file(w.name))
	if err != nil {
		return err
	}
	defer closed(file)
	const pieces = 4
	for i := range pieces {
		if _, err := file.Write(network[len(network)*i/pieces : len(network)*(i+1)/pieces]); err != nil {
			return err
		}
		pause(ctx, 120*time.Millisecond) // more than two looks of the server
	}
	return w.awaitNewest(ctx)
}

// unreadable puts a link that leads to itself in the place of the network. To root
// everything else can be read, whatever its mode is.
func (w *watchedModel) unreadable(ctx context.Context) error {
	err := w.awaitRefusal(ctx, func() error {
		file := w.store.file(w.name)
		return errors.Join(os.Remove(file), os.Symlink(filepath.Base(file), file))
	})
	return errors.Join(err, os.Remove(w.store.file(w.name)), w.replaced(ctx))
}

// deleted takes a model away, waits until it is not served, and brings it back.
func (w *watchedModel) deleted(ctx context.Context) error {
	w.absent.Store(true)
	if err := os.RemoveAll(filepath.Join(w.store.folder, w.name)); err != nil {
		return err
	}
	return w.comesBack(ctx, func(factor int64) error { return w.change(factor) })
}

// comesBack waits until a model is not served, and has it served again.
func (w *watchedModel) comesBack(ctx context.Context, change func(factor int64) error) error {
	timed, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	gone := newHTTPAsk("gone", "GET", "/v2/models/"+w.name, "", nil)
	err := until(timed, "end of "+w.name, func() bool {
		line, err := dial(w.http.server.http)
		if err != nil {
			return false
		}
		defer line.close()
		answer, err := line.ask(gone.raw)
		return err == nil && answer.status == 404
	})
	if err != nil {
		return err
	}
	factor := w.most.Load() + 1
	w.most.Store(factor)
	if err := errors.Join(change(factor), w.awaitNewest(ctx)); err != nil {
		return err
	}
	w.absent.Store(false)
	return nil
}

func (w *watchedModel) swapped(ctx context.Context) error {
	factor := w.most.Load() + 1
	w.most.Store(factor)
	return errors.Join(w.store.point(w.name, factor, factor), w.awaitNewest(ctx))
}

// misled links to a model whose test vectors are not its own: it must not answer.
func (w *watchedModel) misled(ctx context.Context) error {
	factor := w.most.Load() + 1
	err := w.awaitRefusal(ctx, func() error { return w.store.point(w.name, 1000+factor, factor) })
	return errors.Join(err, w.swapped(ctx))
}

// lost links to a folder that is not there: the model has gone.
func (w *watchedModel) lost(ctx context.Context) error {
	w.absent.Store(true)
	name := filepath.Join(w.store.folder, w.name)
	if err := errors.Join(os.Remove(name), os.Symlink(".nowhere", name)); err != nil {
		return err
	}
	return w.comesBack(ctx, func(factor int64) error { return w.store.point(w.name, factor, factor) })
}
