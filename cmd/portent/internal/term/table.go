package term

import (
	"io"
	"strings"
)

// gap is what is between two columns.
const gap = "  "

// Columns lays lines out in columns. A column is as wide as the widest cell that
// it has seen, so that what has been fitted before lines up with what follows.
type Columns struct {
	widths []int
	right  []bool
}

// NewColumns returns columns with an alignment each, a letter for each: l for the
// left, r for the right.
func NewColumns(alignment string) *Columns {
	c := &Columns{widths: make([]int, len(alignment)), right: make([]bool, len(alignment))}
	for i := range alignment {
		c.right[i] = alignment[i] == 'r'
	}
	return c
}

// Fit makes the columns wide enough for cells. Cells beyond the columns are none.
func (c *Columns) Fit(cells ...string) {
	for i := range min(len(cells), len(c.widths)) {
		c.widths[i] = max(c.widths[i], Width(cells[i]))
	}
}

// Widen makes a column so wide at least.
func (c *Columns) Widen(column, width int) { c.widths[column] = max(c.widths[column], width) }

// Line returns cells in their columns, without blanks or a line's end behind them.
func (c *Columns) Line(cells ...string) string {
	c.Fit(cells...)
	var line strings.Builder
	for i := range min(len(cells), len(c.widths)) {
		if i > 0 {
			line.WriteString(gap)
		}
		if c.right[i] {
			line.WriteString(PadLeft(cells[i], c.widths[i]))
			continue
		}
		line.WriteString(Pad(cells[i], c.widths[i]))
	}
	return strings.TrimRight(line.String(), " ")
}

// Table is rows that are laid out once all are there.
type Table struct {
	columns *Columns
	rows    [][]string
}

// NewTable returns a table with the titles of its columns, and their alignment as
// NewColumns takes it.
func NewTable(alignment string, titles ...string) *Table {
	t := &Table{columns: NewColumns(alignment)}
	t.Row(titles...)
	return t
}

// Row appends a row.
func (t *Table) Row(cells ...string) {
	t.columns.Fit(cells...)
	t.rows = append(t.rows, cells)
}

// WriteTo writes the table.
func (t *Table) WriteTo(w io.Writer) (int64, error) {
	var text strings.Builder
	for _, row := range t.rows {
		text.WriteString(t.columns.Line(row...) + "\n")
	}
	n, err := io.WriteString(w, text.String())
	return int64(n), err
}
