package main

import (
	"fmt"
	"strings"

	"github.com/portent-go/portent/cmd/portent/internal/term"
	"github.com/portent-go/portent/domain"
)

// tablePrinter is for people. It writes each row as it comes, in columns that are
// wide enough for all names and labels that are known beforehand. On a terminal
// there are bars, and what is predicted alone has a row for each class.
type tablePrinter struct {
	screen  *term.Screen
	columns *term.Columns
	k       int
	tall    bool
	longest int // of a name; 0: no name is shortened
	started bool
}

// barWidth is how many columns a bar takes that is full.
const barWidth = 10

// widestPercent is the widest that a probability is written.
const widestPercent = "100.0 %"

func newTablePrinter(screen *term.Screen, k int) *tablePrinter {
	return &tablePrinter{screen: screen, columns: term.NewColumns("llrl"), k: max(k, 0)}
}

// prepare makes the columns wide enough for labels, and for inputs as far as they
// are known. Names that leave no room on a terminal will be shortened.
func (t *tablePrinter) prepare(inputs []input, labels domain.Labels) {
	t.tall = t.screen.Terminal() && len(inputs) == 1 && t.k > 1
	label := term.Width("LABEL")
	for _, l := range labels {
		label = max(label, term.Width(term.Printable(l)))
	}
	const gap, leastName = 2, 24
	if columns := t.screen.Columns(); columns > 0 {
		others := label + gap + barWidth + 1 + len(widestPercent) + gap
		if t.k > 1 && !t.tall {
			others += gap + (t.k-1)*(label+len(", 99.9 %"))
		}
		t.longest = max(leastName, columns-others)
	}
	for _, in := range inputs {
		name := in.name
		if in.tensor() {
			name += "[00]" // there may be rows
		}
		t.columns.Fit(t.name(name))
	}
	t.columns.Widen(1, label)
}

func (t *tablePrinter) name(name string) string {
	name = term.Printable(name)
	if t.longest > 0 {
		name = term.Cut(name, t.longest)
	}
	return name
}

func (t *tablePrinter) add(name string, p domain.Prediction) error {
	if err := t.start(); err != nil {
		return err
	}
	top := p.Top(max(t.k, 1))
	if !t.tall {
		return t.line(t.name(name), t.screen.Paint(term.Strong, term.Printable(top[0].Label)), t.percent(top[0]), then(top[1:]))
	}
	for i, r := range top {
		label := term.Printable(r.Label)
		if i == 0 {
			label = t.screen.Paint(term.Strong, label)
		}
		if err := t.line(t.name(name), label, t.percent(r)); err != nil {
			return err
		}
		name = ""
	}
	return nil
}

func (t *tablePrinter) start() error {
	if t.started {
		return nil
	}
	t.started = true
	t.columns.Fit("", "", t.percent(domain.Ranked{Probability: 1}))
	cells := []string{"INPUT", "LABEL", "PROBABILITY"}
	if t.k > 1 && !t.tall {
		cells = append(cells, "THEN")
	}
	return t.line(t.screen.Titles(cells...)...)
}

// percent writes a probability, on a terminal with a bar.
func (t *tablePrinter) percent(r domain.Ranked) string {
	text := fmt.Sprintf("%.1f %%", 100*r.Probability)
	if !t.screen.Terminal() {
		return text
	}
	return t.screen.Paint(term.Link, t.screen.Bar(float64(r.Probability), barWidth)) + " " + term.PadLeft(text, len(widestPercent))
}

// then names the classes behind the first.
func then(top []domain.Ranked) string {
	var texts []string
	for _, r := range top {
		texts = append(texts, fmt.Sprintf("%s %.1f %%", term.Printable(r.Label), 100*r.Probability))
	}
	return strings.Join(texts, ", ")
}

func (t *tablePrinter) line(cells ...string) error {
	_, err := fmt.Fprintln(t.screen, t.columns.Line(cells...))
	return err
}

func (t *tablePrinter) close() error { return nil }
