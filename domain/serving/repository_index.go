package serving

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/portent-go/portent/domain"
)

// Index returns what is known of every version of every model, sorted by name
// and version: those that the Loader finds, and those that are loaded. A version
// that is served while it could not be loaded anew is Ready with a reason.
func (r *Repository) Index(ctx context.Context) ([]Status, error) {
	lines := make(index)
	if r.Mutable() {
		found, err := r.scan(ctx)
		if err != nil {
			return nil, err
		}
		for name, versions := range found {
			for _, version := range versions {
				lines.put(name, version, Absent, "")
			}
		}
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	for v := range r.leaving {
		lines.put(v.served.Name, v.served.Version, Unloading, "it is answering what it has accepted")
	}
	for name, e := range r.models {
		lines.entry(name, e)
	}
	return lines.sorted(), nil
}

// index is the lines of an index, by name and version.
type index map[[2]string]Status

// put writes a line over what was said of that version before.
func (lines index) put(name, version string, state State, reason string) {
	lines[[2]string{name, version}] = Status{Name: name, Version: version, State: state, Reason: reason}
}

// entry writes what is known of a name, the most important last.
func (lines index) entry(name string, e *entry) {
	for version, err := range e.failed {
		lines.put(name, version, Failed, err.Error())
	}
	for version := range e.loading {
		lines.put(name, version, Loading, "it is being loaded")
	}
	for _, v := range e.versions {
		version := v.served.Version
		switch err := v.served.Model.Ready(); {
		case err != nil:
			lines.put(name, version, Unloading, err.Error())
		case e.failed[version] != nil:
			lines.put(name, version, Ready, "it could not be loaded anew: "+e.failed[version].Error())
		default:
			lines.put(name, version, Ready, "")
		}
	}
}

func (lines index) sorted() []Status {
	sorted := make([]Status, 0, len(lines))
	for _, line := range lines {
		sorted = append(sorted, line)
	}
	slices.SortFunc(sorted, func(a, b Status) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), compareVersions(a.Version, b.Version))
	})
	return sorted
}

// Ready returns nil if every model that is loaded can predict and should be given
// work, and the default one is loaded; else an error of kind Unavailable that
// says why not. A repository in which nothing is loaded is not ready.
func (r *Repository) Ready() error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed || r.draining || !r.allReady() {
		return r.whyNot()
	}
	return nil
}

// allReady is asked with every request, so it stops at a yes or no.
func (r *Repository) allReady() bool {
	for _, e := range r.models {
		for _, v := range e.versions {
			if v.served.Model.Ready() != nil {
				return false
			}
		}
	}
	first := r.models[r.first]
	return first != nil && len(first.versions) > 0
}

func (r *Repository) whyNot() error {
	names := r.names()
	for _, name := range names {
		for _, v := range r.models[name].versions {
			if err := v.served.Model.Ready(); err != nil {
				return notReady(v.served, err, len(names) == 1)
			}
		}
	}
	switch {
	case r.draining:
		return shuttingDown()
	case len(names) == 0:
		return &domain.Error{Kind: domain.Unavailable, Msg: "no model is loaded"}
	default:
		return &domain.Error{Kind: domain.Unavailable, Field: "model " + r.first, Msg: "is the default one and is not loaded"}
	}
}

// notReady says which model is not, unless there is no other.
func notReady(served *Served, err error, alone bool) error {
	if alone {
		return err
	}
	return &domain.Error{Kind: domain.KindOf(err), Msg: fmt.Sprintf("version %s of model %s is not ready", served.Version, served.Name), Err: err}
}
