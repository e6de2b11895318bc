package benchresult

import (
	"fmt"
	"io"
	"strings"

	"github.com/portent-go/portent/cmd/portent/internal/term"
)

// glyphs are what a chart in the terminal is drawn with.
type glyphs struct{ line, p50, p90, p99, largest rune }

var (
	inUnicode = glyphs{'─', '●', '┼', '┤', '·'}
	inASCII   = glyphs{'-', 'o', '+', '|', '.'}
)

// The widths of a chart in the terminal.
const (
	narrowest = 60
	widest    = 110
)

// Chart draws the latencies of every cell as a line on one logarithmic axis: from the
// median over the 90th to the 99th percentile, and the largest. Columns is how many
// the terminal has, 0 if it is none.
func (d *Document) Chart(w io.Writer, columns int, unicode bool) {
	scale, ok := scaleOf(d.latencies())
	if !ok {
		return
	}
	with := inASCII
	if unicode {
		with = inUnicode
	}
	names, width := d.names(), 0
	for _, name := range names {
		width = max(width, term.Width(name))
	}
	if columns == 0 {
		columns = widest
	}
	plot := min(max(columns, narrowest), widest) - width - 3
	fmt.Fprintf(w, "latency: %c p50  %c p90  %c p99  %c largest, on a logarithmic axis\n", with.p50, with.p90, with.p99, with.largest)
	fmt.Fprintf(w, "  %s %s\n", strings.Repeat(" ", width), axis(scale, plot))
	for i, c := range d.Cells {
		if c.Measured() {
			fmt.Fprintf(w, "  %s %s\n", term.PadLeft(names[i], width), strings.TrimRight(c.line(scale, plot, with), " "))
		}
	}
	fmt.Fprintln(w)
}

// latencies returns all that are drawn.
func (d *Document) latencies() []float64 {
	var all []float64
	for _, c := range d.Cells {
		if c.Measured() {
			all = append(all, c.Latency.P50, c.Latency.P90, c.Latency.P99, c.Latency.Max)
		}
	}
	return all
}

// names returns what each cell is called: without its target where there is one.
func (d *Document) names() []string {
	names := make([]string, len(d.Cells))
	for i, c := range d.Cells {
		names[i] = c.name()
		if len(d.Targets) > 1 {
			names[i] = fmt.Sprintf("%s: %s", term.Cut(term.Printable(d.Targets[c.Target].Name), 24), names[i])
		}
	}
	return names
}

// axis writes the steps of an axis, those that have room.
func axis(scale logScale, width int) string {
	line := []rune(strings.Repeat(" ", width))
	free := 0
	for _, step := range scale.steps() {
		label := stepText(step)
		if at := column(scale, step, width); at >= free && at+len(label) <= width {
			copy(line[at:], []rune(label))
			free = at + len(label) + 2
		}
	}
	return strings.TrimRight(string(line), " ")
}

// stepText is seconds without digits that say nothing.
func stepText(step float64) string {
	number, unit, _ := strings.Cut(seconds(step), " ")
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return number + " " + unit
}

func column(scale logScale, v float64, width int) int {
	return int(scale.at(v)*float64(width-1) + 0.5)
}

// line draws a cell. What comes first in a column stays.
func (c Cell) line(scale logScale, width int, with glyphs) string {
	line := []rune(strings.Repeat(" ", width))
	at := func(v float64) int { return column(scale, v, width) }
	for i := at(c.Latency.P50); i <= at(c.Latency.P99); i++ {
		line[i] = with.line
	}
	for _, mark := range []struct {
		v     float64
		glyph rune
	}{{c.Latency.Max, with.largest}, {c.Latency.P99, with.p99}, {c.Latency.P90, with.p90}, {c.Latency.P50, with.p50}} {
		line[at(mark.v)] = mark.glyph
	}
	return string(line)
}
