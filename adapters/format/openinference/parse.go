package openinference

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/format/jsontensor"
)

// The fields of a request and of an output that it asks for.
var (
	requestFields = []string{"id", "model_name", "parameters", "inputs", "outputs"}
	outputFields  = []string{"name", "parameters"}
)

// ParseRequest reads a request: a JSON document, and the raw tensors that follow
// it. Neither is kept. What is wrong is a *jsontensor.Error, whose reason is of
// kind Invalid, or Unsupported for what only this server cannot do.
func ParseRequest(document, raw []byte) (*Request, error) {
	p := &requestParser{tensorParser: tensorParser{Decoder: jsontensor.NewDecoder(document), rest: raw}}
	if err := p.Object(requestFields, p.field); err != nil {
		return nil, err
	}
	if !p.given {
		return nil, p.Refuse(`the request has no "inputs"`, `"inputs": [{"name", "shape", "datatype", "data"}]`, "none", "")
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	return p.finish()
}

type requestParser struct {
	tensorParser
	Request
	given   bool   // there are inputs
	decided []bool // of each output: whether it says itself if it is wanted in raw form
}

func (p *requestParser) field(i int) (err error) {
	switch requestFields[i] {
	case "id":
		p.ID, err = p.optionalText()
	case "model_name":
		p.Model, err = p.optionalText()
	case "parameters":
		p.Parameters, err = p.parameters()
	case "inputs":
		p.given = true
		p.Inputs, err = p.tensors()
	default:
		err = p.outputs()
	}
	return err
}

func (p *tensorParser) optionalText() (string, error) {
	if p.Null() {
		return "", nil
	}
	return p.Text(longestText)
}

func (p *requestParser) outputs() error {
	if p.Null() {
		return nil
	}
	return p.Array(func(i int) error {
		if i == maxTensors {
			return p.Refuse(fmt.Sprintf("is one more than the %d that may be", maxTensors), "", "", "")
		}
		output, decided, err := p.output()
		if err != nil {
			return err
		}
		if slices.ContainsFunc(p.Outputs, func(other RequestedOutput) bool { return other.Name == output.Name }) {
			return p.Refuse(fmt.Sprintf("has the name %q, which another has already", output.Name), "each output once", output.Name, "")
		}
		p.Outputs, p.decided = append(p.Outputs, output), append(p.decided, decided)
		return nil
	})
}

func (p *requestParser) output() (output RequestedOutput, decided bool, err error) {
	err = p.Fields(outputFields, func(i int) (err error) {
		if outputFields[i] == "name" {
			output.Name, err = p.Text(longestText)
		} else {
			output.Parameters, err = p.parameters()
		}
		return err
	})
	if err != nil {
		return output, false, err
	}
	if output.Name == "" {
		return output, false, p.missing("name")
	}
	if err := output.Parameters.NoSharedMemory(); err != nil {
		return output, false, p.refuse(err)
	}
	if output.Binary, decided, err = output.Parameters.takeBool(binaryParameter); err != nil {
		return output, false, p.refuse(err)
	}
	return output, decided, nil
}

// finish applies what the request says of all outputs to those that say nothing
// themselves.
func (p *requestParser) finish() (*Request, error) {
	all, _, err := p.Parameters.takeBool(allBinaryParameter)
	if err != nil {
		return nil, p.refuse(err)
	}
	p.Binary = all
	for i := range p.Outputs {
		if !p.decided[i] {
			p.Outputs[i].Binary = all
		}
	}
	return &p.Request, nil
}

// The fields of an answer.
var responseFields = []string{"id", "model_name", "model_version", "parameters", "outputs"}

// ParseResponse reads an answer: a JSON document, and the raw tensors that follow
// it. Neither is kept. Fields that the protocol does not know are passed over,
// since servers add their own. What is wrong is a *jsontensor.Error.
func ParseResponse(document, raw []byte) (*Response, error) {
	p := &tensorParser{Decoder: jsontensor.NewDecoder(document), rest: raw}
	p.IgnoreUnknown()
	r, given := new(Response), false
	err := p.Object(responseFields, func(i int) (err error) {
		switch responseFields[i] {
		case "id":
			r.ID, err = p.optionalText()
		case "model_name":
			r.Model, err = p.optionalText()
		case "model_version":
			r.Version, err = p.optionalText()
		case "parameters":
			r.Parameters, err = p.parameters()
		default:
			given = true
			r.Outputs, err = p.tensors()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if !given {
		return nil, p.Refuse(`the answer has no "outputs"`, `"outputs": [...]`, "none", "")
	}
	return r, p.end()
}
