package serving

import (
	"context"

	"github.com/portent-go/portent/domain"
)

// Loader finds and opens the models of a Repository. Both methods may be called
// at the same time, for different models.
type Loader interface {
	// Scan returns the versions that are to be served, by the model's name. Which
	// of those that exist are to be served is the Loader's to say.
	Scan(ctx context.Context) (map[string][]string, error)

	// Load opens a version of a model. What it returns bears that name and
	// version, and is the Repository's to close. A Model that is not ready yet is
	// verified by the Repository.
	Load(ctx context.Context, name, version string) (*Served, error)
}

// open has the loader open a version and sees that it may be served.
func open(ctx context.Context, loader Loader, name, version string) (*Served, error) {
	served, err := loader.Load(ctx, name, version)
	if err != nil {
		return nil, err
	}
	if served == nil || served.Model == nil {
		return nil, domain.Errorf(domain.Internal, "the loader gave no model")
	}
	if err := fit(ctx, served, name, version); err != nil {
		discard(served)
		return nil, err
	}
	if served.Stats == nil {
		served.Stats = new(Statistics)
	}
	return served, nil
}

// fit says why what was opened may not be served as that version.
func fit(ctx context.Context, served *Served, name, version string) error {
	if served.Name != name || served.Version != version {
		return domain.Errorf(domain.Internal, "the loader gave version %s of model %s", abridged(served.Version), abridged(served.Name))
	}
	if served.Model.Ready() == nil {
		return nil
	}
	if _, err := served.Model.Verify(ctx); err != nil {
		return err
	}
	return served.Model.Ready()
}

// discard closes what will not be served.
func discard(served *Served) {
	if served != nil && served.Model != nil {
		_ = shut(served.Model) // who asked for it has been told of something worse
	}
}

// shut closes a model. An engine that panics meanwhile gives an error of kind
// Internal.
func shut(model *Model) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = domain.Errorf(domain.Internal, "the engine panicked while it was being closed: %v", cause)
		}
	}()
	return model.Close()
}

// guarded runs work that may panic, which gives an error of kind Internal, or
// hang: it returns when the context ends even if the work does not. What such
// work brings afterwards is discarded.
func guarded[T any](ctx context.Context, doing string, work func(context.Context) (T, error), discard func(T)) (T, error) {
	var none T
	if err := domain.FromContext(ctx, doing); err != nil {
		return none, err
	}
	type result struct {
		value T
		err   error
	}
	results, left := make(chan result), make(chan struct{})
	go func() {
		value, err := recovered(ctx, doing, work)
		select {
		case results <- result{value, err}:
		case <-left:
			discard(value)
		}
	}()
	select {
	case r := <-results:
		return r.value, r.err
	case <-ctx.Done():
		close(left)
		return none, domain.FromContext(ctx, doing)
	}
}

func recovered[T any](ctx context.Context, doing string, work func(context.Context) (T, error)) (value T, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			var none T
			value, err = none, domain.Errorf(domain.Internal, "%s panicked: %v", doing, cause)
		}
	}()
	return work(ctx)
}
