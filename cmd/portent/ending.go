package main

import (
	"time"

	"github.com/spf13/pflag"
)

// ending says how a server ends after SIGTERM.
type ending struct {
	drainDelay time.Duration
	grace      time.Duration
}

func (e *ending) flags(flags *pflag.FlagSet) {
	flags.DurationVar(&e.drainDelay, "drain-delay", 0, "time to go on answering after SIGTERM, while nothing is ready any more, before listeners close: until balancers have noticed")
	flags.DurationVar(&e.grace, "grace", 10*time.Second, "longest time to answer what was accepted before the end, after SIGTERM and --drain-delay")
}

// wait lets the delay pass, or until a server has failed.
func (e *ending) wait(failed <-chan error) error {
	if e.drainDelay == 0 {
		return nil
	}
	timer := time.NewTimer(e.drainDelay)
	defer timer.Stop()
	select {
	case err := <-failed:
		return err
	case <-timer.C:
		return nil
	}
}
