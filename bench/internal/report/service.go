package report

import (
	"fmt"
	"strings"

	"github.com/portent-go/portent/bench/internal/service"
)

// Service returns a row of the HTTP level.
func Service(r *service.Result) Row {
	row := Row{
		What: "HTTP", Peer: strings.TrimSpace(r.Server + " " + r.Body),
		P50: None, TimeRatio: None, Min: None, P99: None, Rate: None, RateRatio: None, Difference: None, Memory: None, Start: None,
	}
	if r.Failure != "" {
		row.Remark = "fails: " + shortened(r.Failure)
		return row
	}
	row.What = fmt.Sprintf("HTTP, %d connections", r.Connections)
	if r.Connections == 1 {
		row.What = "HTTP, 1 connection"
	}
	row.P50, row.TimeRatio, row.Min, row.P99 = r.P50, value(r.P50Ratio), r.Min, r.P99
	row.Rate, row.RateRatio = r.Rate, value(r.RateRatio)
	row.Difference, row.Memory, row.Start = value(r.Difference), float64(r.Memory), r.Start
	remarks := []string{fmt.Sprintf("%d errors", r.Errors)}
	if r.P99Ratio != nil {
		remarks = append(remarks, "p99 "+ratio(*r.P99Ratio)+" of ref")
	}
	if r.Binary > 0 {
		remarks = append(remarks, fmt.Sprintf("binary %.1f MB", float64(r.Binary)/1e6))
	}
	row.Remark = strings.Join(remarks, ", ")
	return row
}
