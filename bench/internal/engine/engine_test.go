package engine

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/bench/internal/nets"
	"github.com/portent-go/portent/bench/internal/worker"
)

// TestMain lets the test's own program be a peer, whose name is in a variable.
func TestMain(m *testing.M) {
	if name := os.Getenv("ENGINE_TEST_PEER"); name != "" {
		worker.Serve(func(worker.Config) (worker.Engine, error) { return fake(name), nil })
		return
	}
	os.Exit(m.Run())
}

// fake adds a tenth to the first number if it is called "near".
type fake string

func (f fake) Version() string { return string(f) }

func (f fake) Bind(input []float32, _ []int) (worker.Predict, error) {
	if f == "broken" {
		return nil, errors.New("no such operator")
	}
	output := slices.Clone(input)
	if f == "near" {
		output[0] += 0.125
	}
	return func() ([]float32, error) {
		time.Sleep(100 * time.Microsecond)
		return output, nil
	}, nil
}

func fakePeer(name string) Peer {
	return Peer{Name: name, Program: []string{os.Args[0]}, Environment: []string{"ENGINE_TEST_PEER=" + name}}
}

func TestMeasure(t *testing.T) {
	subject, err := Prepare(nets.Layers()[len(nets.Layers())-1], t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	plan := Plan{Rounds: 2, Turn: 4 * time.Millisecond, Patience: time.Minute, Folder: t.TempDir()}
	results := plan.Measure(t.Context(), subject, []Peer{fakePeer(Reference), fakePeer("near"), fakePeer("broken")})
	if len(results) != 3 {
		t.Fatalf("%d results, expected 3", len(results))
	}
	near := results[1]
	if near.Failure != "" || near.Latency == nil || near.Throughput == nil || near.Memory == 0 || near.FirstAnswer <= 0 || near.Version != "near" {
		t.Fatalf("%+v", near)
	}
	if l := near.Latency; l.P50 < 1e-4 || l.Min < 1e-4 || l.P99 < l.P50 || l.Ratio == nil || len(l.Rounds) != plan.Rounds {
		t.Errorf("latency %+v", l)
	}
	if tp := near.Throughput; tp.Rate <= 0 || tp.Setup == "" || tp.Ratio == nil || len(tp.Rounds) != 2 {
		t.Errorf("throughput %+v", tp)
	}
	if near.Difference == nil || *near.Difference != 0.125 {
		t.Errorf("difference %v, expected 0.125", near.Difference)
	}
	if broken := results[2]; !strings.Contains(broken.Failure, "no such operator") || broken.Latency != nil || broken.Throughput != nil {
		t.Errorf("%+v", broken)
	}
}

func TestWithoutReferenceThereAreNoRatios(t *testing.T) {
	subject, err := Prepare(nets.Layers()[len(nets.Layers())-1], t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	plan := Plan{Rounds: 1, Turn: time.Millisecond, Patience: time.Minute, Folder: t.TempDir()}
	r := plan.Measure(t.Context(), subject, []Peer{fakePeer("near")})[0]
	if r.Latency == nil || r.Latency.Ratio != nil || r.Difference != nil {
		t.Errorf("%+v", r)
	}
}

func TestFileReadsTheSignature(t *testing.T) {
	folder := t.TempDir()
	prepared, err := Prepare(nets.Layers()[0], folder)
	if err != nil {
		t.Fatal(err)
	}
	s, err := File("same", prepared.Model, folder)
	if err != nil {
		t.Fatal(err)
	}
	if s.Input != prepared.Input || s.Output != prepared.Output || !slices.Equal(s.InputShape, prepared.InputShape) || !slices.Equal(s.OutputShape, prepared.OutputShape) {
		t.Errorf("%+v, expected what %+v has", s, prepared)
	}
}

func TestMissingPeersAreSkipped(t *testing.T) {
	places := Places{Programs: t.TempDir(), Python: "no-such-python"}
	peers, skipped := places.Peers(t.Context(), []string{"", "avx2"})
	if len(peers) != 0 || len(skipped) != 6 {
		t.Errorf("peers %v, skipped %v, expected all six to be skipped", peers, skipped)
	}
}
