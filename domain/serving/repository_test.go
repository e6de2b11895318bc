package serving_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// numbered is a predictor whose every answer is its own number.
type numbered struct {
	*predictortest.Fake
	number float32
	closed chan struct{} // is closed when it is
	once   sync.Once
	fault  error // of closing
}

func newNumbered(number float32) *numbered {
	return &numbered{Fake: predictortest.NewFake(signature(domain.Dynamic)), number: number, closed: make(chan struct{})}
}

func (n *numbered) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	outputs, err := n.Fake.Predict(ctx, inputs)
	if err != nil {
		return nil, err
	}
	values, _ := domain.Data[float32](outputs[0])
	for i := range values {
		values[i] = n.number
	}
	return outputs, nil
}

func (n *numbered) Close() error {
	n.once.Do(func() { close(n.closed) })
	return errors.Join(n.Fake.Close(), n.fault)
}

func (n *numbered) isClosed() bool {
	select {
	case <-n.closed:
		return true
	default:
		return false
	}
}

// shelf is a loader whose models answer with a number that no other has.
type shelf struct {
	mu     sync.Mutex
	found  map[string][]string
	opened map[*serving.Served]*numbered
	count  atomic.Int64
	// hook, if not nil, is called before a version is opened.
	hook func(ctx context.Context, name, version string) error
	// change, if not nil, is called with what has been opened.
	change func(*serving.Served, *numbered)
}

func newShelf(found map[string][]string) *shelf {
	return &shelf{found: found, opened: make(map[*serving.Served]*numbered)}
}

func (s *shelf) put(name string, versions ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found[name] = versions
}

func (s *shelf) Scan(context.Context) (map[string][]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := make(map[string][]string)
	for name, versions := range s.found {
		found[name] = slices.Clone(versions)
	}
	return found, nil
}

func (s *shelf) Load(ctx context.Context, name, version string) (*serving.Served, error) {
	engine := newNumbered(float32(s.count.Add(1)))
	if s.hook != nil {
		if err := s.hook(ctx, name, version); err != nil {
			return nil, err
		}
	}
	served := &serving.Served{Name: name, Version: version, Model: serving.NewModel(engine, serving.Options{})}
	if s.change != nil {
		s.change(served, engine)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened[served] = engine
	return served, nil
}

func (s *shelf) engine(served *serving.Served) *numbered {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened[served]
}

// open returns a repository with the given models loaded.
func open(t testing.TB, loader *shelf, names ...string) *serving.Repository {
	t.Helper()
	repository := serving.NewRepository(loader)
	for _, name := range names {
		if err := repository.Load(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := repository.Close(); err != nil {
			t.Error(err)
		}
	})
	return repository
}

// acquire leases a version, which must be loaded.
func acquire(t testing.TB, repository *serving.Repository, name, version string) (*serving.Served, func()) {
	t.Helper()
	served, release, err := repository.Acquire(name, version)
	if err != nil {
		t.Fatal(err)
	}
	return served, release
}

// answer returns the number that a model answers.
func answer(t testing.TB, served *serving.Served) float32 {
	t.Helper()
	outputs, err := served.Model.Predict(t.Context(), row(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	values, _ := domain.Data[float32](outputs[0])
	return values[0]
}

// expectIndex compares the index with lines such as "m 1 ready".
func expectIndex(t testing.TB, repository *serving.Repository, want ...string) []serving.Status {
	t.Helper()
	index, err := repository.Index(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"absent", "loading", "ready", "unloading", "failed"}
	var got []string
	for _, line := range index {
		got = append(got, line.Name+" "+line.Version+" "+words[line.State])
		if line.State != serving.Ready && line.State != serving.Absent && line.Reason == "" {
			t.Errorf("%+v has no reason", line)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the index is %q, expected %q", got, want)
	}
	return index
}

func expectKind(t testing.TB, err error, kind domain.Kind, parts ...string) {
	t.Helper()
	if err == nil || domain.KindOf(err) != kind {
		t.Errorf("%v, expected an error of kind %v", err, kind)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v, expected something of %q", err, part)
		}
	}
}

func TestAcquireFindsVersions(t *testing.T) {
	loader := newShelf(map[string][]string{"a": {"10", "9", "9", "1"}, "b": {""}})
	repository := open(t, loader, "a", "b")
	if got := repository.Versions("a"); !slices.Equal(got, []string{"1", "9", "10"}) {
		t.Errorf("versions %q", got)
	}
	for _, test := range []struct{ name, version, want string }{
		{"a", "", "a 10"}, {"a", "9", "a 9"}, {"a", "1", "a 1"}, {"", "", "a 10"}, {"", "1", "a 1"}, {"b", "", "b "},
	} {
		served, release := acquire(t, repository, test.name, test.version)
		if got := served.Name + " " + served.Version; got != test.want || served.Stats == nil {
			t.Errorf("%q %q is %s", test.name, test.version, got)
		}
		release()
	}
	if names := repository.Names(); !slices.Equal(names, []string{"a", "b"}) {
		t.Errorf("names %q", names)
	}
	_, _, err := repository.Acquire("c", "")
	expectKind(t, err, domain.NotFound, "model c")
	_, _, err = repository.Acquire("a", "2")
	expectKind(t, err, domain.NotFound, "version 2", "model a")
	_, _, err = repository.Acquire(strings.Repeat("x", 1e6), "")
	if expectKind(t, err, domain.NotFound); len(err.Error()) > 300 {
		t.Errorf("the message has %d bytes", len(err.Error()))
	}
	if repository.Versions("c") != nil {
		t.Errorf("versions of what is not there: %q", repository.Versions("c"))
	}
}

func TestDefaultModel(t *testing.T) {
	repository := open(t, newShelf(map[string][]string{"a": {"1"}, "b": {"1"}}))
	_, _, err := repository.Acquire("", "")
	expectKind(t, err, domain.NotFound, "no default")
	expectKind(t, repository.Ready(), domain.Unavailable, "no model is loaded")
	for _, name := range []string{"b", "a"} {
		if err := repository.Load(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	if got := repository.Default(); got != "b" {
		t.Errorf("the default is %q, expected the first that was loaded", got)
	}
	repository.SetDefault("c")
	expectKind(t, repository.Ready(), domain.Unavailable, "model c", "default")
	repository.SetDefault("a")
	if err := repository.Ready(); err != nil {
		t.Error(err)
	}
	served, release := acquire(t, repository, "", "")
	defer release()
	if served.Name != "a" {
		t.Errorf("the default model is %s", served.Name)
	}
}

func TestReadyNamesTheModelThatIsNot(t *testing.T) {
	repository := open(t, newShelf(map[string][]string{"a": {"1"}, "b": {"1"}}), "a", "b")
	served, release := acquire(t, repository, "b", "")
	defer release()
	served.Model.Drain()
	expectKind(t, repository.Ready(), domain.Unavailable, "model b")
	expectIndex(t, repository, "a 1 ready", "b 1 unloading")
}

func TestSingleStaysAsItIs(t *testing.T) {
	engine := newNumbered(7)
	repository := serving.Single(&serving.Served{Name: "only", Version: "3", Model: serving.NewModel(engine, serving.Options{})})
	if repository.Mutable() || repository.Default() != "only" || !slices.Equal(repository.Versions(""), []string{"3"}) {
		t.Errorf("%v, %q, %q", repository.Mutable(), repository.Default(), repository.Versions(""))
	}
	expectKind(t, repository.Load(t.Context(), "only"), domain.Unsupported)
	expectKind(t, repository.Unload(t.Context(), "only"), domain.Unsupported)
	expectIndex(t, repository, "only 3 ready")
	served, release := acquire(t, repository, "", "")
	if got := answer(t, served); got != 7 {
		t.Errorf("the answer is %v", got)
	}
	release()
	if err := errors.Join(repository.Ready(), repository.Close()); err != nil || !engine.isClosed() {
		t.Errorf("%v, closed: %v", err, engine.isClosed())
	}
	expectKind(t, repository.Ready(), domain.Unavailable)
	_, _, err := repository.Acquire("", "")
	expectKind(t, err, domain.Unavailable)
}

func TestDrainAndClose(t *testing.T) {
	loader := newShelf(map[string][]string{"a": {"1", "2"}, "b": {"1"}})
	repository := open(t, loader, "a", "b")
	repository.Drain()
	expectKind(t, repository.Ready(), domain.Unavailable, "shut down")
	served, release := acquire(t, repository, "a", "1")
	expectKind(t, served.Model.Ready(), domain.Unavailable)
	answer(t, served) // a request that is accepted is answered
	release()
	expectKind(t, repository.Load(t.Context(), "a"), domain.Unavailable)
	expectKind(t, repository.Unload(t.Context(), "a"), domain.Unavailable)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := repository.Close(); err != nil {
				t.Error(err)
			}
			for _, engine := range loader.opened {
				if !engine.isClosed() {
					t.Error("Close returned before a model was closed")
				}
			}
		})
	}
	group.Wait()
	expectIndex(t, repository, "a 1 absent", "a 2 absent", "b 1 absent")
}

// TestCloseDoesNotWaitForLeases closes while a lease is held, and never given
// back.
func TestCloseDoesNotWaitForLeases(t *testing.T) {
	loader := newShelf(map[string][]string{"a": {"1"}})
	repository := open(t, loader, "a")
	old, release := acquire(t, repository, "a", "")
	if err := repository.Load(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	current, _ := acquire(t, repository, "a", "")
	if err := repository.Close(); err != nil {
		t.Error(err)
	}
	for _, served := range []*serving.Served{old, current} {
		_, err := served.Model.Predict(t.Context(), row(t, 1))
		expectKind(t, err, domain.Unavailable)
		if !loader.engine(served).isClosed() {
			t.Error("a model was not closed")
		}
	}
	release()
	release()
}

func TestErrorsOfClosingAreTold(t *testing.T) {
	loader := newShelf(map[string][]string{"a": {"1"}})
	loader.change = func(_ *serving.Served, engine *numbered) { engine.fault = errors.New("the disk is full") }
	repository := serving.NewRepository(loader)
	for range 2 {
		if err := repository.Load(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
	}
	if err := repository.Unload(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "disk is full") {
		t.Errorf("unloading: %v", err)
	}
	if err := repository.Close(); err == nil || !strings.Contains(err.Error(), "version 1 of model a: the disk is full") {
		t.Errorf("closing: %v", err)
	}
}
