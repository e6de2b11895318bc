package report

import (
	"fmt"
	"strings"

	"github.com/portent-go/portent/bench/internal/engine"
)

// Engine returns a row of the engine level.
func Engine(r engine.Result) Row {
	row := Row{
		What: r.Subject, Peer: r.Peer, P50: None, TimeRatio: None, Min: None, P99: None, Rate: None, RateRatio: None,
		Difference: value(r.Difference), Memory: None, Start: None,
	}
	var remarks []string
	if l := r.Latency; l != nil {
		row.P50, row.Min, row.P99, row.TimeRatio = l.P50, l.Min, l.P99, value(l.Ratio)
		row.Start = r.FirstAnswer
	}
	if r.Memory > 0 {
		row.Memory = float64(r.Memory)
	}
	if t := r.Throughput; t != nil {
		row.Rate, row.RateRatio = t.Rate, value(t.Ratio)
		remarks = append(remarks, t.Setup)
	}
	if r.Failure != "" {
		remarks = append(remarks, "fails: "+shortened(r.Failure))
	}
	row.Remark = strings.Join(remarks, "; ")
	return row
}

// value returns what a pointer points at, None if it is nil.
func value(v *float64) float64 {
	if v == nil {
		return None
	}
	return *v
}

const remarkLength = 100

// shortened returns the first line of a text, cut to what a table takes.
func shortened(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if runes := []rune(s); len(runes) > remarkLength {
		return fmt.Sprintf("%s...", string(runes[:remarkLength]))
	}
	return s
}
