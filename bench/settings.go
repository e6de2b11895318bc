package main

import (
	"flag"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/portent-go/portent/bench/internal/engine"
)

// settings is what to measure, and how long.
type settings struct {
	quick   bool
	levels  []string
	nets    []string
	peers   []string
	isas    []string
	cache   string
	results string
	python  string
}

// The levels of measurement.
const (
	levelNetworks = "networks"
	levelLayers   = "layers"
	levelHTTP     = "http"
)

func parse(args []string) (*settings, error) {
	s := &settings{}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.BoolVar(&s.quick, "quick", false, "measure each thing once and shortly")
	list := func(to *[]string, name, value, usage string) {
		*to = strings.Split(value, ",")
		flags.Func(name, usage+defaultOf(value), func(v string) error {
			*to = strings.Split(v, ",")
			return nil
		})
	}
	list(&s.levels, "levels", "networks,layers,http", "what to measure, with commas between")
	list(&s.nets, "nets", "*", "names or patterns of networks and layers")
	list(&s.isas, "isa", "", "instruction sets for Portent: avx512, avx2, generic; each makes a peer")
	list(&s.peers, "peers", "*", "names or patterns of peers")
	flags.StringVar(&s.cache, "cache", ".cache", "folder of the programs and libraries")
	flags.StringVar(&s.results, "results", "results", "folder to write to")
	flags.StringVar(&s.python, "python", "/usr/bin/python3", "interpreter that has PyTorch and FastAPI")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	return s, s.check(flags.Args())
}

// defaultOf says what a list is without its flag.
func defaultOf(value string) string {
	if value == "" {
		return ""
	}
	return " (default " + value + ")"
}

func (s *settings) check(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("unexpected argument %q: lists have commas between, and no spaces", rest[0])
	}
	for _, level := range s.levels {
		if known := []string{levelNetworks, levelLayers, levelHTTP}; !slices.Contains(known, level) {
			return fmt.Errorf("-levels has %q, expected %s", level, strings.Join(known, ", "))
		}
	}
	for _, pattern := range slices.Concat(s.nets, s.peers) {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("the pattern %q: %w", pattern, err)
		}
	}
	return nil
}

func (s *settings) has(level string) bool { return slices.Contains(s.levels, level) }

// chosen reports whether one of the patterns matches a name.
func chosen(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, _ := path.Match(pattern, name)
		return ok
	})
}

// plan returns how long to measure a subject.
func (s *settings) plan(subject engine.Subject) engine.Plan {
	// A peer that takes longer than the patience is too slow to be of interest.
	p := engine.Plan{Rounds: 5, Turn: 500 * time.Millisecond, Patience: 20 * time.Second, Folder: s.cache}
	if subject.Layer {
		p.Turn = 200 * time.Millisecond
	}
	if s.quick {
		p.Rounds, p.Turn = 3, p.Turn/5
	}
	return p
}
