package serving

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/portent-go/portent/domain"
)

// Unload stops serving a model at once, all its versions, and closes them when
// their last leases have been released. It waits for that; if the context ends
// before, the error is of kind Timeout or Canceled, and they are closed all the
// same. A model that is not loaded is an error of kind NotFound; why it could not
// be loaded is forgotten. A loading of the name that is under way is waited for.
func (r *Repository) Unload(ctx context.Context, name string) error {
	if !r.Mutable() {
		return unchangeable()
	}
	versions, err := r.withdraw(ctx, name)
	if err != nil {
		return err
	}
	var failures []error
	for _, v := range versions {
		select {
		case <-v.closed:
			failures = append(failures, v.err)
		case <-ctx.Done():
			return domain.FromContext(ctx, "waiting for requests that use the model: it is not served any more, and is closed after them")
		}
	}
	return errors.Join(failures...)
}

// withdraw takes all versions of a model out of service.
func (r *Repository) withdraw(ctx context.Context, name string) ([]*version, error) {
	r.mu.Lock()
	if r.draining {
		r.mu.Unlock()
		return nil, shuttingDown()
	}
	e := r.use(name)
	r.mu.Unlock()
	err := r.awaitTurn(ctx, e)
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.leave(name, e)
	if err != nil {
		return nil, err
	}
	<-e.turn // nobody else can take it before mu is free
	versions := e.versions
	e.versions, e.failed = nil, nil
	if len(versions) == 0 {
		return nil, r.unknown(name)
	}
	for _, v := range versions {
		r.retire(v)
	}
	return versions, nil
}

// newVersion returns a version that the repository forgets once it is closed.
func (r *Repository) newVersion(served *Served) *version {
	var v *version
	v = newVersion(served, func() { r.forget(v) })
	return v
}

// retire takes a version out of service: it is closed when its last lease has
// been released.
func (r *Repository) retire(v *version) {
	r.leaving[v] = true
	v.drop()
}

func (r *Repository) forget(v *version) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.leaving, v)
	if r.leaveErrs == nil && v.err != nil && !r.closed {
		r.leaveErrs = fmt.Errorf("closing version %s of model %s: %w", v.served.Version, v.served.Name, v.err)
	}
}

// Drain makes all models not ready while they still answer, and ends loadings
// that are under way, so that whoever sends work can be told to send it
// elsewhere before Close.
func (r *Repository) Drain() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.draining = true
	r.endLoads()
	for _, e := range r.models {
		for _, v := range e.versions {
			v.served.Model.Drain()
		}
	}
}

// Close refuses further requests and closes all models, those too that are still
// leased: it waits for predictions under way, and whoever holds a lease gets an
// error of kind Unavailable from then on. The error is what closing a model
// gave, earlier ones included.
func (r *Repository) Close() error {
	r.closing.Do(func() { r.closeErr = r.close() })
	return r.closeErr
}

func (r *Repository) close() error {
	r.Drain()
	r.loads.Wait()
	r.mu.Lock()
	r.closed = true
	for _, e := range r.models {
		for _, v := range e.versions {
			r.leaving[v] = true
		}
		e.versions, e.failed = nil, nil
	}
	var closing sync.WaitGroup
	var versions []*version
	for v := range r.leaving {
		versions = append(versions, v)
		closing.Go(v.close)
	}
	r.mu.Unlock()
	closing.Wait()
	err := r.leaveErrs
	for _, v := range versions {
		err = errors.Join(err, v.err)
	}
	return err
}
