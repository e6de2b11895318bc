//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// errFaults says that the table tells the rest.
var errFaults = errors.New("there are wrong answers, lost requests or crashes")

// table writes one line for each scenario, and returns an error unless all is
// well.
func table(w io.Writer, tallies []*tally, took time.Duration) error {
	fmt.Fprintln(w)
	lines := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(lines, "scenario\tseconds\tsent\taccepted\trefused\tleft\twrong\tlost\tcrashed\tskipped\t")
	all := newTally("all")
	var failure error
	for _, t := range tallies {
		line(lines, t)
		if t.sent != t.counts[accepted]+t.counts[refused]+t.counts[left]+t.counts[wrong]+t.counts[lost] {
			failure = errors.Join(failure, fmt.Errorf("%s: requests are missing in the count", t.name))
		}
		all.sent += t.sent
		for o, n := range t.counts {
			all.counts[o] += n
		}
		all.skipped = append(all.skipped, t.skipped...)
	}
	all.took = took
	line(lines, all)
	if err := lines.Flush(); err != nil {
		return err
	}
	if all.counts[wrong]+all.counts[lost]+all.counts[crashed] > 0 {
		failure = errors.Join(failure, errFaults)
	}
	return failure
}

func line(w io.Writer, t *tally) {
	fmt.Fprintf(w, "%s\t%.0f\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", t.name, t.took.Seconds(), t.sent,
		t.counts[accepted], t.counts[refused], t.counts[left], t.counts[wrong], t.counts[lost], t.counts[crashed], len(t.skipped))
}
