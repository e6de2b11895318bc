package main

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"time"

	"github.com/spf13/pflag"

	"github.com/portent-go/portent/domain"
)

// prepare refuses settings that cannot be meant, and makes the default number of
// workers that of the cores, once for all models that are opened: readPromptly
// changes what later ones would find.
func (l *loading) prepare(flags *pflag.FlagSet) error {
	if err := cmp.Or(notNegative("--workers", l.workers), notNegative("--threads", l.threads), notNegative("--max-memory", l.maxMemory)); err != nil {
		return err
	}
	if !(l.tolerance > 0) || math.IsInf(l.tolerance, 0) {
		return &domain.Error{Kind: domain.Invalid, Field: "--tolerance", Msg: fmt.Sprintf("is %g", l.tolerance), Expected: "a number above 0"}
	}
	if l.engine != engineRemote {
		if err := needed(flags, "--engine remote", "endpoint", "remote-model", "remote-version", "endpoint-token-file"); err != nil {
			return err
		}
	}
	const remote = 64 // other servers have cores of their own
	switch {
	case l.workers != 0:
	case l.engine == engineRemote:
		l.workers = remote
	default:
		l.workers = runtime.GOMAXPROCS(0)
	}
	return nil
}

func (s *serveSettings) prepare(flags *pflag.FlagSet) error {
	err := cmp.Or(
		s.loading.prepare(flags), notNegative("--batch", s.batching.rows), notNegative("--batch-delay", s.batching.delay),
		notNegative("--poll", s.poll), notNegative("--timeout", s.timeout), notNegative("--grace", s.grace), notNegative("--drain-delay", s.drainDelay), notNegative("--max-connections", s.mostConnections),
		notNegative("--log-burst", s.logBurst), s.checkQueue(),
	)
	if err == nil && s.guard.rate == 0 {
		err = needed(flags, "--rate", "burst")
	}
	switch {
	case err != nil:
		return err
	case s.models == "":
		return needed(flags, "--models", "poll", "default-model")
	case s.remote.model != "" || s.remote.version != "":
		return &domain.Error{
			Kind: domain.Invalid, Field: "--models", Msg: "has a name for each model, but --remote-model or --remote-version says one for all", Expected: "one or the other",
		}
	}
	return nil
}

func (s *serveSettings) checkQueue() error {
	const none = -1
	if s.queue >= none {
		return nil
	}
	return &domain.Error{Kind: domain.Invalid, Field: "--queue", Msg: fmt.Sprintf("is %d", s.queue), Expected: "a number of predictions, or -1 for none", Got: fmt.Sprint(s.queue)}
}

// notNegative returns an error of a setting that is below zero.
func notNegative[T int | time.Duration](flag string, value T) error {
	if value >= 0 {
		return nil
	}
	return &domain.Error{Kind: domain.Invalid, Field: flag, Msg: fmt.Sprintf("is %v", value), Expected: "0 or more", Got: fmt.Sprint(value)}
}

// needed returns an error of the first setting that is given although nobody reads
// it without another: somebody relies on it.
func needed(flags *pflag.FlagSet, other string, names ...string) error {
	for _, name := range names {
		if flags.Changed(name) {
			return &domain.Error{Kind: domain.Invalid, Field: "--" + name, Msg: "is given without " + other, Expected: "both or neither"}
		}
	}
	return nil
}
