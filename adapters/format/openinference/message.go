package openinference

import "github.com/portent-go/portent/domain"

// Request asks a model for a prediction.
type Request struct {
	Model      string // the model's name, where the request bears it; over HTTP the address says it already
	ID         string // comes back in the answer; may be empty
	Parameters Parameters
	Inputs     []NamedTensor
	Outputs    []RequestedOutput // empty: all of the model's
	Binary     bool              // the outputs are wanted in raw form where Outputs does not say otherwise
}

// Response is the answer to a Request.
type Response struct {
	Model      string
	Version    string // may be empty
	ID         string // the request's
	Parameters Parameters
	Outputs    []NamedTensor
}

// NamedTensor is an input of a Request or an output of a Response.
type NamedTensor struct {
	Name       string
	Tensor     domain.Tensor
	Parameters Parameters
	Binary     bool // in raw form behind the JSON, not as numbers in it
}

// RequestedOutput is an output that a Request asks for.
type RequestedOutput struct {
	Name       string
	Parameters Parameters
	Binary     bool // in raw form behind the JSON, not as numbers in it
}

const (
	longestText = 1 << 10 // bytes of a name or an id
	maxTensors  = 1 << 10 // inputs or outputs of one message
)

// rawHint is what to do where JSON cannot hold an output.
const rawHint = `ask for the output in raw form: "parameters": {"binary_data": true} beside its name, or "binary_data_output": true for all`
