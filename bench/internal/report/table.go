// Package report prints what was measured, and draws it.
package report

import (
	"math"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// None stands for a figure that is not there.
var None = math.NaN()

// Row is a line of the table. Figures that are not there are None.
type Row struct {
	What       string // is measured
	Peer       string
	P50        float64 // seconds
	TimeRatio  float64 // of P50 to the reference's
	Min        float64 // seconds
	P99        float64 // seconds
	Rate       float64 // a second
	RateRatio  float64 // to the reference's
	Difference float64 // of outputs
	Memory     float64 // bytes
	Start      float64 // seconds
	Remark     string
}

var header = table.Row{"what", "peer", "p50 ms", "p50/ref", "min ms", "p99 ms", "per s", "rate/ref", "max diff", "MiB", "start ms", "remark"}

func (r Row) cells(what string) table.Row {
	return table.Row{
		what, r.Peer, figure(r.P50 * 1e3), ratio(r.TimeRatio), figure(r.Min * 1e3), figure(r.P99 * 1e3), figure(r.Rate), ratio(r.RateRatio),
		exponent(r.Difference), whole(r.Memory / (1 << 20)), whole(r.Start * 1e3), r.Remark,
	}
}

// Table is the rows, those of the same subject together.
type Table []Row

// Text returns the table for a terminal.
func (t Table) Text() string {
	w := t.writer()
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	w.SetStyle(style)
	return w.Render()
}

// Markdown returns the table for a page.
func (t Table) Markdown() string { return t.writer().RenderMarkdown() }

func (t Table) writer() table.Writer {
	w := table.NewWriter()
	w.AppendHeader(header)
	var columns []table.ColumnConfig
	for i := 3; i <= 11; i++ {
		columns = append(columns, table.ColumnConfig{Number: i, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	w.SetColumnConfigs(columns)
	for i, row := range t {
		what := row.What
		if i > 0 && t[i-1].What == what {
			what = ""
		} else if i > 0 {
			w.AppendSeparator()
		}
		w.AppendRow(row.cells(what))
	}
	return w
}

// figure writes a number to three or more digits.
func figure(v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case v == 0:
		return "0"
	case math.Abs(v) >= 100:
		return whole(v)
	default:
		return strconv.FormatFloat(v, 'f', 2-int(math.Floor(math.Log10(math.Abs(v)))), 64)
	}
}

// ratio writes a number to two digits, small ones to three.
func ratio(v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case v < 0.1:
		return strconv.FormatFloat(v, 'f', 3, 64)
	default:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
}

func exponent(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'e', 0, 64)
}

func whole(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 0, 64)
}
