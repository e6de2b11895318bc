package serving

import (
	"context"
	"errors"
	"slices"

	"github.com/portent-go/portent/domain"
)

func (r *Repository) loadAll(ctx context.Context, name string, e *entry) error {
	found, err := r.scan(ctx)
	if err != nil {
		return err
	}
	versions := inOrder(found[name])
	if len(versions) == 0 {
		return &domain.Error{Kind: domain.NotFound, Field: "model " + abridged(name), Msg: "is not in the repository", Got: abridged(name)}
	}
	r.begin(e, versions)
	for _, version := range versions {
		err = errors.Join(err, r.loadVersion(ctx, e, name, version))
	}
	if err == nil {
		r.keepOnly(e, versions)
	}
	return err
}

// scan asks the loader what there is.
func (r *Repository) scan(ctx context.Context) (map[string][]string, error) {
	return guarded(ctx, "looking for models", r.loader.Scan, func(map[string][]string) {})
}

// begin notes that versions are being loaded, and forgets what failed before.
func (r *Repository) begin(e *entry, versions []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.failed, e.loading = make(map[string]error), make(map[string]bool)
	for _, version := range versions {
		e.loading[version] = true
	}
}

func (r *Repository) loadVersion(ctx context.Context, e *entry, name, version string) error {
	served, err := guarded(ctx, "loading the model", func(ctx context.Context) (*Served, error) {
		return open(ctx, r.loader, name, version)
	}, discard)
	if err == nil {
		if err = r.install(e, served); err != nil {
			discard(served)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(e.loading, version)
	if err == nil {
		return nil
	}
	e.failed[version] = err
	return &domain.Error{
		Kind: domain.KindOf(err), Field: "version " + abridged(version) + " of model " + abridged(name), Msg: "could not be loaded", Err: err,
	}
}

// install serves a version from now on, in the place of the one of its name.
func (r *Repository) install(e *entry, served *Served) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining {
		return shuttingDown()
	}
	v := r.newVersion(served)
	at, replaces := slices.BinarySearchFunc(e.versions, served.Version, func(v *version, name string) int {
		return compareVersions(v.served.Version, name)
	})
	if replaces {
		r.retire(e.versions[at])
		e.versions[at] = v
	} else {
		e.versions = slices.Insert(e.versions, at, v)
	}
	if r.first == "" {
		r.first = served.Name
	}
	return nil
}

// keepOnly stops serving versions that are not among the given ones.
func (r *Repository) keepOnly(e *entry, versions []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.versions = slices.DeleteFunc(e.versions, func(v *version) bool {
		if slices.Contains(versions, v.served.Version) {
			return false
		}
		r.retire(v)
		return true
	})
}
