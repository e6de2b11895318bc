//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// soak is what all scenarios have in common.
type soak struct {
	folder string        // for files, removed at the end
	binary string        // the program
	span   time.Duration // of the longest scenarios; others take a part of it
	short  bool
	race   bool              // the server is built with the race detector
	quiet  map[string]*doors // reference answers, by instruction set
}

// scenario is one kind of fault.
type scenario struct {
	name string
	run  func(ctx context.Context, s *soak, t *tally) error
}

var scenarios = []scenario{
	{"mixed", mixed},
	{"overload", overload},
	{"sigterm", sigterm},
	{"kill -9", kill},
	{"disk", disk},
	{"clock", clock},
	{"descriptors", descriptors},
	{"models", models},
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == jailArgument {
		fmt.Fprintln(os.Stderr, "soak:", enterJail(os.Args[2:]))
		os.Exit(1)
	}
	span := flag.Duration("time", time.Minute, "how long the longest scenarios last")
	short := flag.Bool("short", false, "everything once, in well under a minute")
	race := flag.Bool("race", false, "build the server with the race detector")
	only := flag.String("only", "", "scenarios to run, with commas between (default: all)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	s := &soak{span: *span, short: *short, race: *race, quiet: make(map[string]*doors)}
	if s.short {
		s.span = 3 * time.Second
	}
	err := s.run(ctx, strings.Split(*only, ","))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// part returns a part of the longest scenarios' time, but no less than a second.
func (s *soak) part(n int) time.Duration { return max(s.span/time.Duration(n), time.Second) }

// run runs the scenarios and prints the table.
func (s *soak) run(ctx context.Context, only []string) (err error) {
	if s.folder, err = os.MkdirTemp("", "soak-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.folder)) }()
	s.binary = filepath.Join(s.folder, "portent")
	if err := build(ctx, s.binary, s.race); err != nil {
		return err
	}
	began := time.Now()
	var tallies []*tally
	for _, sc := range scenarios {
		if only[0] != "" && !slices.Contains(only, sc.name) {
			continue
		}
		t := newTally(sc.name)
		fmt.Printf("%s ...\n", sc.name)
		start := time.Now()
		if err := sc.run(ctx, s, t); err != nil {
			t.fault(crashed, "the scenario could not be carried out: "+err.Error())
		}
		t.took = time.Since(start)
		t.tell(os.Stdout)
		tallies = append(tallies, t)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return table(os.Stdout, tallies, time.Since(began))
}
