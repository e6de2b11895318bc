package serving_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

func TestTheOldIsClosedAfterItsLastLease(t *testing.T) {
	loader := newShelf(map[string][]string{"a": {"1"}})
	repository := open(t, loader, "a")
	old, first := acquire(t, repository, "a", "")
	_, second := acquire(t, repository, "a", "")
	if err := repository.Load(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	current, release := acquire(t, repository, "a", "")
	defer release()
	if answer(t, old) != 1 || answer(t, current) != 2 {
		t.Errorf("the old answers %v, the new %v", answer(t, old), answer(t, current))
	}
	first()
	first() // more than once is once
	if loader.engine(old).isClosed() {
		t.Error("closed while a lease was held")
	}
	answer(t, old)
	second()
	<-loader.engine(old).closed
	if loader.engine(current).isClosed() {
		t.Error("the new one was closed")
	}
}

func TestVersionsComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loader := newShelf(map[string][]string{"a": {"1", "2"}, "b": {"1"}})
		repository := open(t, loader, "a")
		expectIndex(t, repository, "a 1 ready", "a 2 ready", "b 1 absent")
		gone, release := acquire(t, repository, "a", "1")
		release()
		loader.put("a", "2", "10")
		if err := repository.Load(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if !loader.engine(gone).isClosed() {
			t.Error("what is not there any more was not closed")
		}
		expectIndex(t, repository, "a 2 ready", "a 10 ready", "b 1 absent")
		delete(loader.found, "a")
		expectKind(t, repository.Load(t.Context(), "a"), domain.NotFound, "model a")
		expectIndex(t, repository, "a 2 ready", "a 10 ready", "b 1 absent")
	})
}

func TestAFailedLoadLeavesWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loader := newShelf(map[string][]string{"a": {"1", "2"}})
		repository := open(t, loader, "a")
		loader.put("a", "2", "3", "4")
		loader.hook = func(_ context.Context, _, version string) error {
			switch version {
			case "2":
				return domain.Errorf(domain.Invalid, "the file is torn")
			case "3":
				panic("boom")
			}
			return nil
		}
		expectKind(t, repository.Load(t.Context(), "a"), domain.Invalid, "version 2 of model a", "torn", "version 3", "boom")
		index := expectIndex(t, repository, "a 1 ready", "a 2 ready", "a 3 failed", "a 4 ready")
		for i, want := range []string{"", "it could not be loaded anew: the file is torn", "loading the model panicked: boom", ""} {
			if index[i].Reason != want {
				t.Errorf("%+v, expected the reason %q", index[i], want)
			}
		}
		for version, want := range map[string]float32{"1": 1, "2": 2, "4": 5} {
			served, release := acquire(t, repository, "a", version)
			if got := answer(t, served); got != want {
				t.Errorf("version %s answers %v, expected %v", version, got, want)
			}
			release()
		}
		_, _, err := repository.Acquire("a", "3")
		expectKind(t, err, domain.NotFound)
		loader.hook = nil
		if err := repository.Load(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for _, line := range expectIndex(t, repository, "a 2 ready", "a 3 ready", "a 4 ready") {
			if line.Reason != "" {
				t.Errorf("%+v: the reason is out of date", line)
			}
		}
	})
}

func TestWhatALoaderMustNotGive(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*serving.Served, *numbered)
		kind   domain.Kind
		want   string
	}{
		"another name":    {func(s *serving.Served, _ *numbered) { s.Name = "b" }, domain.Internal, "model b"},
		"another version": {func(s *serving.Served, _ *numbered) { s.Version = "2" }, domain.Internal, "version 2"},
		"no model":        {func(s *serving.Served, _ *numbered) { s.Model = nil }, domain.Internal, "no model"},
		"a wrong model": {func(s *serving.Served, n *numbered) {
			s.Model = serving.NewModel(n, serving.Options{Vectors: []serving.Vector{vectorOf(t, func([]float32) {})}})
		}, domain.Invalid, "test vector"},
		"a closed model": {func(s *serving.Served, _ *numbered) { _ = s.Model.Close() }, domain.Unavailable, "closed"},
	} {
		loader := newShelf(map[string][]string{"a": {"1"}})
		var engine *numbered
		loader.change = func(s *serving.Served, n *numbered) {
			engine = n
			test.change(s, n)
		}
		repository := open(t, loader)
		expectKind(t, repository.Load(t.Context(), "a"), test.kind, test.want)
		expectIndex(t, repository, "a 1 failed")
		if name != "no model" && !engine.isClosed() {
			t.Errorf("%s: what was opened was not closed", name)
		}
	}
}

func TestTheRepositoryVerifies(t *testing.T) {
	loader := newShelf(map[string][]string{"a": {"1"}})
	loader.change = func(s *serving.Served, n *numbered) {
		s.Model = serving.NewModel(n, serving.Options{Vectors: []serving.Vector{vectorOf(t, func(v []float32) {
			for i := range v {
				v[i] = n.number
			}
		})}})
	}
	repository := open(t, loader, "a")
	expectIndex(t, repository, "a 1 ready")
	if err := repository.Ready(); err != nil {
		t.Error(err)
	}
}

// TestLoadsOfOneNameAreJoined has many ask for a name while it is being loaded:
// what they ask for may be newer than what is being read, so there is one more
// loading for all of them.
func TestLoadsOfOneNameAreJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loader := newShelf(map[string][]string{"a": {"1"}, "b": {"1"}})
		gate := make(chan struct{})
		var atOnce, most atomic.Int64
		loader.hook = func(_ context.Context, name, _ string) error {
			if name == "b" {
				return nil
			}
			defer atOnce.Add(-1)
			most.Store(max(most.Load(), atOnce.Add(1)))
			<-gate
			return nil
		}
		repository := open(t, loader)
		results := make(chan error, 10)
		load := func() { results <- repository.Load(t.Context(), "a") }
		go load()
		synctest.Wait()
		_, _, err := repository.Acquire("a", "")
		expectKind(t, err, domain.Unavailable, "being loaded")
		expectIndex(t, repository, "a 1 loading", "b 1 absent")
		for range 8 {
			go load()
		}
		synctest.Wait()
		if err := repository.Load(t.Context(), "b"); err != nil { // which nothing keeps waiting
			t.Error(err)
		}
		gate <- struct{}{}
		synctest.Wait()
		if len(results) != 1 {
			t.Errorf("%d loads have ended, expected the first", len(results))
		}
		close(gate)
		for range 9 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if got := loader.count.Load(); got != 3 || most.Load() != 1 {
			t.Errorf("the loader was called %d times, %d at once, expected twice for a, and once for b", got, most.Load())
		}
	})
}

// TestAJoinedLoadIsNobodysAlone takes callers away from a loading.
func TestAJoinedLoadIsNobodysAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loader := newShelf(map[string][]string{"a": {"1"}})
		gate := make(chan struct{})
		loader.hook = func(ctx context.Context, _, _ string) error {
			select {
			case <-gate:
				return nil
			case <-ctx.Done():
				return domain.FromContext(ctx, "reading")
			}
		}
		repository := open(t, loader)
		ask := func() (cancel context.CancelFunc, result chan error) {
			ctx, cancel := context.WithCancel(t.Context())
			result = make(chan error, 1)
			go func() { result <- repository.Load(ctx, "a") }()
			synctest.Wait()
			return cancel, result
		}
		leaveFirst, first := ask()
		leaveSecond, second := ask() // waits for its turn
		leaveThird, third := ask()
		leaveFirst()
		expectKind(t, <-first, domain.Canceled) // nobody waits for it, so it ends
		leaveSecond()
		expectKind(t, <-second, domain.Canceled)
		close(gate)
		if err := <-third; err != nil {
			t.Errorf("disturbed by those who left: %v", err)
		}
		leaveThird()
		expectIndex(t, repository, "a 1 ready")
	})
}

// TestALoaderThatHangs ignores its context for as long as it likes, once.
func TestALoaderThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loader := newShelf(map[string][]string{"a": {"1"}})
		gate, opened := make(chan struct{}), make(chan *numbered, 2)
		var calls atomic.Int64
		loader.hook = func(context.Context, string, string) error {
			if calls.Add(1) == 1 {
				<-gate
			}
			return nil
		}
		loader.change = func(_ *serving.Served, engine *numbered) { opened <- engine }
		repository := open(t, loader)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		expectKind(t, repository.Load(ctx, "a"), domain.Timeout)
		expectIndex(t, repository, "a 1 failed")
		_, _, err := repository.Acquire("a", "")
		expectKind(t, err, domain.NotFound)
		if err := repository.Load(t.Context(), "a"); err != nil { // the name is not blocked
			t.Error(err)
		}
		close(gate)
		current, late := <-opened, <-opened
		<-late.closed
		served, release := acquire(t, repository, "a", "")
		defer release()
		if got := answer(t, served); got != current.number {
			t.Errorf("the answer is %v: what came too late is served", got)
		}
	})
}

// TestShuttingDownEndsLoads does not wait for a loader that hangs.
func TestShuttingDownEndsLoads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		loader := newShelf(map[string][]string{"a": {"1"}})
		gate, late := make(chan struct{}), make(chan *numbered, 1)
		loader.hook = func(context.Context, string, string) error {
			<-gate
			return nil
		}
		loader.change = func(_ *serving.Served, engine *numbered) { late <- engine }
		repository := open(t, loader)
		results := make(chan error, 2)
		for range 2 {
			go func() { results <- repository.Load(t.Context(), "a") }()
			synctest.Wait()
		}
		if err := repository.Close(); err != nil {
			t.Error(err)
		}
		for range 2 {
			expectKind(t, <-results, domain.Unavailable)
		}
		close(gate)
		<-(<-late).closed // what comes too late is closed
	})
}

// TestWhatIsOpenedWhileDrainingIsNotServed drains when a version has just been
// opened.
func TestWhatIsOpenedWhileDrainingIsNotServed(t *testing.T) {
	for range 20 { // whether the end of the context is seen before is a matter of luck
		loader := newShelf(map[string][]string{"a": {"1"}})
		repository := open(t, loader)
		engines := make(chan *numbered, 1)
		loader.change = func(_ *serving.Served, engine *numbered) {
			engines <- engine
			repository.Drain()
		}
		expectKind(t, repository.Load(t.Context(), "a"), domain.Unavailable)
		<-(<-engines).closed
		if names := repository.Names(); len(names) != 0 {
			t.Errorf("%q are served", names)
		}
	}
}

func TestScanMayFail(t *testing.T) {
	for _, scan := range []func() (map[string][]string, error){
		func() (map[string][]string, error) { return nil, domain.Errorf(domain.Internal, "boom") },
		func() (map[string][]string, error) { panic("boom") },
	} {
		repository := serving.NewRepository(badScan(scan))
		expectKind(t, repository.Load(t.Context(), "a"), domain.Internal, "boom")
		_, err := repository.Index(t.Context())
		expectKind(t, err, domain.Internal, "boom")
		if names := repository.Names(); len(names) != 0 {
			t.Errorf("%q", names)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	repository := open(t, newShelf(map[string][]string{"a": {"1"}}))
	expectKind(t, repository.Load(ctx, "a"), domain.Canceled)
	expectKind(t, repository.Load(t.Context(), "b"), domain.NotFound)
	expectIndex(t, repository, "a 1 absent")
	if !slices.Equal(repository.Names(), nil) {
		t.Errorf("%q", repository.Names())
	}
}

type badScan func() (map[string][]string, error)

func (b badScan) Scan(context.Context) (map[string][]string, error) { return b() }

func (badScan) Load(context.Context, string, string) (*serving.Served, error) {
	return nil, errors.New("not to be called")
}

// TestALoadHasTimingsOfItsOwn looks at what a Loader is given: the values of who
// asked first, but not the Timings, for that one may leave and read them while the
// load goes on for others.
func TestALoadHasTimingsOfItsOwn(t *testing.T) {
	type key struct{}
	loader := newShelf(map[string][]string{"a": {"1"}})
	ctx := serving.WithTimings(context.WithValue(t.Context(), key{}, "value"), new(serving.Timings))
	loader.hook = func(given context.Context, _, _ string) error {
		if given.Value(key{}) != "value" || serving.TimingsFrom(given) == serving.TimingsFrom(ctx) {
			t.Errorf("value %v, timings %p, the caller's %p", given.Value(key{}), serving.TimingsFrom(given), serving.TimingsFrom(ctx))
		}
		return nil
	}
	if err := open(t, loader).Load(ctx, "a"); err != nil {
		t.Error(err)
	}
}
