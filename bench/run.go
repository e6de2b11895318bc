package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/portent-go/portent/bench/internal/engine"
	"github.com/portent-go/portent/bench/internal/report"
	"github.com/portent-go/portent/bench/internal/service"
)

// run measures what the settings ask for, prints it and writes it down.
func run(ctx context.Context, s *settings) error {
	places := s.places()
	if err := os.MkdirAll(places.Nets, 0o750); err != nil {
		return err
	}
	document := report.Document{Machine: report.ThisMachine(), Date: time.Now().UTC().Truncate(time.Second), Arguments: os.Args[1:]}
	var err error
	if document.Engine, document.Skipped, err = engines(ctx, s, places); err != nil {
		return err
	}
	if s.has(levelHTTP) {
		results, skipped, err := httpLevel(ctx, s, places)
		if err != nil {
			return err
		}
		document.Service, document.Skipped = results, append(document.Skipped, skipped...)
	}
	fmt.Print("\n", document.Text())
	return document.Write(s.results)
}

func (s *settings) places() engine.Places {
	return engine.Places{
		Programs:    filepath.Join(s.cache, "bin"),
		ONNXRuntime: filepath.Join(s.cache, "libonnxruntime.so.1"),
		Python:      s.python,
		Scripts:     filepath.Join("peer", "torchscript"),
		Nets:        filepath.Join(s.cache, "nets"),
	}
}

// engines measures the engine level.
func engines(ctx context.Context, s *settings, places engine.Places) ([]engine.Result, []engine.Skipped, error) {
	if !s.has(levelNetworks) && !s.has(levelLayers) {
		return nil, nil, nil
	}
	peers, skipped := places.Peers(ctx, s.isas)
	tell(skipped)
	var results []engine.Result
	for subject, err := range s.subjects(places.Nets) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, nil, err
		}
		progress("measuring %s", subject.Name)
		results = append(results, s.plan(subject).Measure(ctx, subject, s.peersOf(subject, peers))...)
	}
	return results, skipped, ctx.Err()
}

// httpLevel measures servers.
func httpLevel(ctx context.Context, s *settings, places engine.Places) ([]*service.Result, []engine.Skipped, error) {
	found, skipped, err := servers(ctx, s, places)
	if err != nil {
		return nil, nil, err
	}
	tell(skipped)
	plan := service.Plan{Starts: 3, Rounds: 3, Turn: 3 * time.Second, Connections: []int{1, 16}}
	if s.quick {
		plan.Starts, plan.Rounds, plan.Turn = 1, 1, 1500*time.Millisecond
	}
	progress("measuring HTTP")
	results, err := plan.Measure(ctx, found)
	return results, skipped, err
}

// tell says loudly what is not measured.
func tell(skipped []engine.Skipped) {
	for _, s := range skipped {
		progress("SKIPPED: %s: %s", s.Name, s.Reason)
	}
}

func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
