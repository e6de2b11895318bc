package service

import (
	"slices"

	"github.com/portent-go/portent/bench/internal/stats"
)

// Result is what was measured of one server, body and number of connections.
// Times are in seconds.
type Result struct {
	Server      string `json:"server"`
	Body        string `json:"body,omitempty"`
	BodyBytes   int    `json:"body_bytes,omitempty"`
	Connections int    `json:"connections,omitempty"`
	Failure     string `json:"failure,omitempty"` // why there are no figures

	Rate   float64 `json:"requests_per_s"`
	P50    float64 `json:"p50_s"`
	Min    float64 `json:"min_s"`
	P99    float64 `json:"p99_s"`
	Errors int     `json:"errors"`           // answers that were no predictions
	Memory uint64  `json:"resident_bytes"`   // of all processes, the most after any turn
	Start  float64 `json:"first_answer_s"`   // after the start of the process
	Binary int64   `json:"binary,omitempty"` // bytes

	Difference *float64 `json:"max_difference,omitempty"` // of the probabilities to the reference's
	RateRatio  *float64 `json:"rate_ratio,omitempty"`     // to the reference's, with as many connections
	P50Ratio   *float64 `json:"p50_ratio,omitempty"`
	P99Ratio   *float64 `json:"p99_ratio,omitempty"`

	RoundRates []float64 `json:"rounds_requests_per_s,omitempty"`
	RoundP50s  []float64 `json:"rounds_p50_s,omitempty"`
	RoundP99s  []float64 `json:"rounds_p99_s,omitempty"`

	answer []float64 // the probabilities
}

func (r *Result) fail(err error) { r.Failure = err.Error() }

// compare relates all results to the reference's, if that is there.
func compare(results []*Result) {
	for _, r := range results {
		at := slices.IndexFunc(results, func(of *Result) bool {
			return of.Server == Reference && of.Connections == r.Connections && of.Failure == ""
		})
		if at < 0 || r.Failure != "" {
			continue
		}
		of := results[at]
		r.RateRatio = stats.Finite(stats.Ratio(r.RoundRates, of.RoundRates))
		r.P50Ratio = stats.Finite(stats.Ratio(r.RoundP50s, of.RoundP50s))
		r.P99Ratio = stats.Finite(stats.Ratio(r.RoundP99s, of.RoundP99s))
		if r.answer != nil {
			r.Difference = stats.Finite(stats.MaxDifference(r.answer, of.answer))
		}
	}
}
