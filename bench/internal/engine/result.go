package engine

// Result is what was measured of one peer on one subject. Times are in seconds.
type Result struct {
	Subject      string `json:"subject"`
	Layer        bool   `json:"layer"`
	MultiplyAdds int64  `json:"multiply_adds,omitempty"` // of one sample, where they were counted
	Peer         string `json:"peer"`
	Version      string `json:"version,omitempty"` // of the peer
	Failure      string `json:"failure,omitempty"` // why there are no figures, or not all

	Latency    *Latency    `json:"latency,omitempty"`    // of one sample on one thread
	Throughput *Throughput `json:"throughput,omitempty"` // of batches with all cores

	Difference  *float64 `json:"max_difference,omitempty"` // to the reference's outputs
	Memory      uint64   `json:"resident_bytes,omitempty"` // after predicting single samples on one thread
	FirstAnswer float64  `json:"first_answer_s,omitempty"` // after the start of the process
}

// Latency is how long predictions took.
type Latency struct {
	P50    float64   `json:"p50_s"`
	Min    float64   `json:"min_s"`
	P99    float64   `json:"p99_s"`
	Count  int       `json:"count"`
	Rounds []float64 `json:"rounds_p50_s"`    // 0 where the peer sat a round out
	Ratio  *float64  `json:"ratio,omitempty"` // to the reference's
}

// Throughput is that of the better of the setups that were tried.
type Throughput struct {
	Setup  string               `json:"setup"`
	Rate   float64              `json:"samples_per_s"`
	Rounds map[string][]float64 `json:"rounds_samples_per_s"` // by setup
	Ratio  *float64             `json:"ratio,omitempty"`      // to the reference's
}
