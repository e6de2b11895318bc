package serving

import (
	"context"

	"github.com/portent-go/portent/domain"
)

// load is one loading of a name, for all who asked for it before it began.
type load struct {
	*company
	done chan struct{}
	err  error
}

// Load loads the versions of a model that the Loader finds, or loads them anew,
// one after the other. A version that is loaded takes the place of the one of
// its name at once; that one is closed when its last lease has been released.
// Versions that the Loader does not find any more are closed likewise, unless
// another could not be loaded.
//
// A version that cannot be loaded leaves what is served as it is. The error, of
// the kind that the Loader gave, says which and why, and so does Index. A Loader
// that panics is an error of kind Internal; one that hangs is left behind when
// the context ends. A name that the Loader does not find is one of kind NotFound.
//
// Calls for one name that come while it is being loaded are served together by
// one loading after it, since what is to be loaded may have changed meanwhile.
func (r *Repository) Load(ctx context.Context, name string) error {
	const doing = "loading the model"
	if !r.Mutable() {
		return unchangeable()
	}
	if err := domain.FromContext(ctx, doing); err != nil {
		return err
	}
	l, err := r.joinLoad(ctx, name)
	if err != nil {
		return err
	}
	select {
	case <-l.done:
		l.leave()
		return l.err
	case <-ctx.Done():
		if l.leave() {
			<-l.done // which is soon, now that nobody waits
		}
		return domain.FromContext(ctx, doing)
	}
}

func unchangeable() error {
	return &domain.Error{
		Kind: domain.Unsupported, Msg: "models cannot be loaded or unloaded here: the server was started with what it serves",
		Hint: "start it with a repository of models",
	}
}

// joinLoad returns the loading that has not begun yet; if there is none it starts
// one.
func (r *Repository) joinLoad(ctx context.Context, name string) (*load, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.draining {
		return nil, shuttingDown()
	}
	e := r.use(name)
	if e.next != nil && e.next.join() {
		r.leave(name, e)
		return e.next, nil
	}
	// The first caller may leave while others wait, and then its Timings are its own.
	l := &load{company: newCompany(WithTimings(ctx, new(Timings))), done: make(chan struct{})}
	l.join()
	e.next = l
	r.loads.Go(func() { r.carryOut(l, name, e) })
	return l, nil
}

// use returns the entry of a name and keeps it until leave.
func (r *Repository) use(name string) *entry {
	e := r.models[name]
	if e == nil {
		e = &entry{turn: make(chan struct{}, 1)}
		r.models[name] = e
	}
	e.users++
	return e
}

// leave forgets a name of which nothing is to be remembered.
func (r *Repository) leave(name string, e *entry) {
	e.users--
	if e.users == 0 && len(e.versions) == 0 && len(e.failed) == 0 {
		delete(r.models, name)
	}
}

// carryOut loads a name once it is its turn.
func (r *Repository) carryOut(l *load, name string, e *entry) {
	defer close(l.done)
	defer context.AfterFunc(r.life, l.cancel)()
	err := r.awaitTurn(l.ctx, e)
	r.mu.Lock()
	if e.next == l {
		e.next = nil // who comes from now on waits for another loading
	}
	ours := err == nil
	e.busy = e.busy || ours
	r.mu.Unlock()
	if ours {
		err = r.loadAll(l.ctx, name, e)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if ours {
		e.busy = false
		<-e.turn
	}
	if r.draining && err != nil {
		err = shuttingDown()
	}
	l.err = err
	r.leave(name, e)
}

func (r *Repository) awaitTurn(ctx context.Context, e *entry) error {
	select {
	case e.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return domain.FromContext(ctx, "waiting for another loading of the model")
	}
}
