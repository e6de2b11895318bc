package worker

// Config is what a peer is started with.
type Config struct {
	Model       string `json:"model"`        // path of the ONNX file
	Input       string `json:"input"`        // name of the model's input
	Output      string `json:"output"`       // name of its output
	InputShape  []int  `json:"input_shape"`  // of one sample, without the batch axis
	OutputShape []int  `json:"output_shape"` // of one sample
	Samples     string `json:"samples"`      // path of the samples, as little-endian float32
	Threads     int    `json:"threads"`      // that one prediction may use
	Callers     int    `json:"callers"`      // that predict at the same time
	ISA         string `json:"isa"`          // instruction set to use, "" for the best
}

// Request asks for predictions of the first Batch samples.
type Request struct {
	Batch int `json:"batch"`
	// Output, if not empty, asks for one prediction, and is the path to write
	// its result to as little-endian float32.
	Output string `json:"output,omitempty"`
	// Seconds is for how long to predict, one prediction after the other for
	// each caller, at least one each.
	Seconds float64 `json:"seconds,omitempty"`
}

// Reply is the answer to a Request.
type Reply struct {
	Error     string    `json:"error,omitempty"`
	Version   string    `json:"version,omitempty"`   // of the engine, with an Output
	Latencies []float64 `json:"latencies,omitempty"` // of the predictions, in seconds
	Rate      float64   `json:"rate,omitempty"`      // samples a second of all callers together
}
