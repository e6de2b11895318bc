package metrics_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/adapters/observe/metrics"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

// TestLoadIsSeen has one prediction in the engine and two that wait.
func TestLoadIsSeen(t *testing.T) {
	fake, begun, release := predictortest.NewFake(signature()), make(chan struct{}, 3), make(chan struct{})
	fake.Hook = func(context.Context) error {
		begun <- struct{}{}
		<-release
		return nil
	}
	served := newServed("m", "1", serving.Options{})
	served.Model = serving.NewModel(fake, serving.Options{Concurrency: 1, Queue: 5})
	_, m := observed(t, served, metrics.Options{})
	ended := make(chan error)
	for range 3 {
		go func() {
			_, err := served.Model.Predict(context.Background(), inputs(t))
			ended <- err
		}()
	}
	<-begun
	for served.Model.Load().Waiting < 2 { // which they do soon
		if t.Context().Err() != nil {
			t.Fatal("the test ended")
		}
	}
	has(t, scrape(t, m, ""),
		`portent_predictions_in_flight{model="m",version="1"} 1`, `portent_predictions_concurrency{model="m",version="1"} 1`,
		`portent_queue_length{model="m",version="1"} 2`, `portent_queue_capacity{model="m",version="1"} 5`,
	)
	close(release)
	for range 3 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	has(t, scrape(t, m, ""), `portent_predictions_in_flight{model="m",version="1"} 0`, `portent_queue_length{model="m",version="1"} 0`)
}

// connections are some that never change.
type connections struct{ open, refused int64 }

func (c connections) Open() int64    { return c.open }
func (c connections) Refused() int64 { return c.refused }

func TestConnectionsAreSeen(t *testing.T) {
	_, m := observed(t, newServed("m", "1", serving.Options{}), metrics.Options{})
	for name, c := range map[string]connections{"http": {3, 0}, "grpc": {1, 9}} {
		if err := m.AddConnections(name, c); err != nil {
			t.Fatal(err)
		}
	}
	has(t, scrape(t, m, ""),
		`portent_connections{listener="http"} 3`, `portent_connections_refused_total{listener="http"} 0`,
		`portent_connections{listener="grpc"} 1`, `portent_connections_refused_total{listener="grpc"} 9`,
	)
	if err := m.AddConnections("http", connections{}); domain.KindOf(err) != domain.Internal {
		t.Errorf("a name that is there already: %v", err)
	}
}

func TestRefusedCallersAreSeen(t *testing.T) {
	_, m := observed(t, newServed("m", "1", serving.Options{}), metrics.Options{})
	for kind, n := range map[domain.Kind]int64{domain.Unauthenticated: 3, domain.RateLimited: 0} {
		if err := m.AddRefused(kind, func() int64 { return n }); err != nil {
			t.Fatal(err)
		}
	}
	has(t, scrape(t, m, ""), `portent_callers_refused_total{kind="unauthenticated"} 3`, `portent_callers_refused_total{kind="rate_limited"} 0`)
	if err := m.AddRefused(domain.RateLimited, nil); domain.KindOf(err) != domain.Internal {
		t.Errorf("a kind that is there already: %v", err)
	}
}

func TestSelfTestAndReadinessAreSeen(t *testing.T) {
	outputs, err := predictortest.NewFake(signature()).Predict(t.Context(), inputs(t))
	if err != nil {
		t.Fatal(err)
	}
	values, _ := domain.Data[float32](outputs[0])
	values[1] += 0.5
	served := newServed("m", "1", serving.Options{Tolerance: 2, Vectors: []serving.Vector{{Name: "v", Inputs: inputs(t), Outputs: outputs}}})
	_, m := observed(t, served, metrics.Options{})
	text := scrape(t, m, "")
	has(t, text, `portent_ready 0`, `portent_model_ready{model="m",version="1"} 0`)
	if strings.Contains(text, "portent_model_selftest_difference{") {
		t.Error("a difference before the self-test")
	}
	results, err := served.Model.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text = scrape(t, m, "")
	has(t, text, `portent_ready 1`, `portent_model_ready{model="m",version="1"} 1`)
	if difference, tested := served.Model.SelfTest(); !tested || difference != results[0].MaxRel || difference < 0.1 || !strings.Contains(text, `portent_model_selftest_difference{model="m",version="1"} 0.`) {
		t.Errorf("%v, expected %v\n%s", difference, results[0].MaxRel, ours(text))
	}
	about := served.Model.Metadata()
	has(t, text, `portent_model_info{engine="`+about.Engine+`",model="m",platform="`+about.Platform+`",sha256="abc",version="1"} 1`)
}

// loader loads what it is told that there is.
type loader struct{ versions []string }

func (l *loader) Scan(context.Context) (map[string][]string, error) {
	return map[string][]string{"m\xff": l.versions}, nil
}

func (l *loader) Load(_ context.Context, name, version string) (*serving.Served, error) {
	return newServed(name, version, serving.Options{}), nil
}

// TestVersionsThatAreGoneLeaveNoSeries has a version that is replaced. Its last
// requests are told to all who look, for a while. The model's name is not UTF-8,
// which labels must be.
func TestVersionsThatAreGoneLeaveNoSeries(t *testing.T) { synctest.Test(t, goneLeaveNoSeries) }

func goneLeaveNoSeries(t *testing.T) {
	l := &loader{versions: []string{"1"}}
	repository := serving.NewRepository(l)
	defer func() {
		if err := repository.Close(); err != nil {
			t.Error(err)
		}
	}()
	m, err := metrics.New(repository, metrics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	repository.AddObserver(m)
	load := func() {
		if err := repository.Load(t.Context(), "m\xff"); err != nil {
			t.Fatal(err)
		}
		served, release, err := repository.Acquire("m\xff", "")
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		repository.Observe(t.Context(), served, serving.Observation{Transport: "http", Rows: 1})
	}
	const first, second = `model="\"m\\xff\"",transport="http",version="1"} 1`, `model="\"m\\xff\"",transport="http",version="2"} 1`
	load()
	l.versions = []string{"2"}
	load()
	for look, want := range []bool{true, true, true, false, false} {
		text := scrape(t, m, "")
		if look == 2 { // after two that came at once, of two who look
			time.Sleep(5 * time.Minute)
		}
		if strings.Contains(text, `portent_requests_total{kind="ok",`+first) != want || strings.Contains(text, `version="1"`) != want {
			t.Errorf("look %d at a version that is gone, expected to see it: %v\n%s", look, want, ours(text))
		}
		if !strings.Contains(text, `portent_requests_total{kind="ok",`+second) {
			t.Errorf("look %d: the version that is served is not seen\n%s", look, ours(text))
		}
	}
}
