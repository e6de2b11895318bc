package benchresult

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/portent-go/portent/cmd/portent/internal/term"
)

// Table writes what was measured of each target, for people.
func (d *Document) Table(w io.Writer) error {
	for i, t := range d.Targets {
		fmt.Fprintf(w, "%s\n  %s\n\n", t.title(), t.terms())
		table := term.NewTable("rrrrrrrrrr", "CONCURRENCY", "BATCH", "REQUESTS", "INPUTS/S", "+/-", "P50", "P90", "P99", "MAX", "FAILED")
		for _, c := range d.of(i) {
			if !c.Measured() {
				table.Row(strconv.Itoa(c.Concurrency), strconv.Itoa(c.Batch), "-", "-", "-", "-", "-", "-", "-", strconv.Itoa(c.Failed()))
				continue
			}
			table.Row(strconv.Itoa(c.Concurrency), strconv.Itoa(c.Batch), strconv.Itoa(c.Requests), digits(c.Throughput), noiseText(c.values(throughput)),
				seconds(c.Latency.P50), seconds(c.Latency.P90), seconds(c.Latency.P99), seconds(c.Latency.Max), strconv.Itoa(c.Failed()))
		}
		if _, err := table.WriteTo(w); err != nil {
			return err
		}
		fmt.Fprintln(w)
		for _, c := range d.of(i) {
			for _, remark := range c.remarks(d.Settings) {
				fmt.Fprintf(w, "  %s: %s\n", c.name(), term.Printable(remark))
			}
		}
	}
	return nil
}

// Header returns how it was measured, in lines.
func (d *Document) Header() []string {
	s := d.Settings
	lines := []string{
		fmt.Sprintf("portent %s on %s", d.Portent, d.Machine),
		fmt.Sprintf("%s, %d rounds that last %s together, after %s of warm-up", loop(s.Rate), s.Rounds, seconds(s.Duration), seconds(s.WarmUp)),
	}
	if d.Interrupted {
		lines = append(lines, "interrupted: what was measured until then")
	}
	return lines
}

// of returns a target's cells.
func (d *Document) of(target int) []Cell { return Side{Document: d, Target: target}.cells() }

func (t Target) title() string {
	var parts []string
	if t.SHA256 != "" {
		parts = append(parts, "sha256 "+t.SHA256[:min(12, len(t.SHA256))])
	}
	parts = append(parts, t.Engine+" on "+t.Device)
	return term.Printable(fmt.Sprintf("%s: %s, %s", t.Name, t.Model, strings.Join(parts, ", ")))
}

func (t Target) terms() string {
	return term.Printable(fmt.Sprintf("sends %s; answers are %s", t.Sent, t.Checked))
}

func (c Cell) name() string { return fmt.Sprintf("concurrency %d, batch %d", c.Concurrency, c.Batch) }

// remarks tells what the figures of a cell do not.
func (c Cell) remarks(s Settings) []string {
	var remarks []string
	if c.Error != "" {
		remarks = append(remarks, "not measured: "+c.Error)
	}
	for _, f := range c.Failures {
		remarks = append(remarks, fmt.Sprintf("%d failed (%s): %s", f.Count, f.Kind, f.Message))
	}
	if c.Unsent > 0 {
		remarks = append(remarks, fmt.Sprintf(
			"cannot keep up with %g requests a second: %d were due and not sent in time; latency grows for as long as it is measured", s.Rate, c.Unsent))
	}
	const fewForP99 = 100
	if c.Measured() && c.Requests < fewForP99 {
		remarks = append(remarks, fmt.Sprintf("%d requests are too few for a 99th percentile: it is the largest", c.Requests))
	}
	return remarks
}

// Table writes the comparison for people.
func (c *Comparison) Table(w io.Writer) error {
	fmt.Fprintf(w, "old  %s\nnew  %s\n\n", term.Printable(c.Old), term.Printable(c.New))
	table := term.NewTable("rrlrrrrrrl", "CONCURRENCY", "BATCH", "FIGURE", "OLD", "+/-", "NEW", "+/-", "CHANGE", "P", "")
	for _, d := range c.Differences {
		change := "~"
		if d.Verdict == Better || d.Verdict == Worse || d.Verdict == Slight {
			change = fmt.Sprintf("%+.1f%%", 100*d.Change)
		}
		table.Row(strconv.Itoa(d.Concurrency), strconv.Itoa(d.Batch), d.Metric, d.Old.text(d.metric), d.Old.noise(), d.New.text(d.metric), d.New.noise(),
			change, likelihood(d.P), string(d.Verdict))
	}
	if _, err := table.WriteTo(w); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, line := range c.explanation() {
		fmt.Fprintln(w, term.Printable(line))
	}
	return nil
}

// likelihood writes a P.
func likelihood(p float64) string {
	if p < 0.001 {
		return "<0.001"
	}
	return fmt.Sprintf("%.3f", p)
}

func (f Figure) text(m metric) string {
	if f.Rounds == 0 {
		return "-"
	}
	return m.text(f.Median)
}

func (f Figure) noise() string {
	if f.Noise == nil {
		return "?"
	}
	return fmt.Sprintf("%.0f%%", 100**f.Noise)
}

// explanation says what the verdicts stand on.
func (c *Comparison) explanation() []string {
	lines := []string{
		"Medians of rounds, +/- at 95% confidence. P: how likely noise alone differs so much",
		fmt.Sprintf("(Mann-Whitney U, Holm over %d figures); above %g no difference is shown, less than %g%% is slight.", len(c.Differences), c.Alpha, 100*c.Least),
	}
	if !c.InTurn {
		lines = append(lines, "The runs were made at different times, of which their rounds know nothing:",
			"to have them measured in turn, name both targets in one portent bench.")
	}
	for _, note := range c.Notes {
		lines = append(lines, "note: "+note)
	}
	return lines
}
