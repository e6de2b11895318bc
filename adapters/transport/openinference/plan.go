package openinference

import (
	"fmt"
	"time"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/adapters/transport/internal/protocol"
	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// plan is what a request asks a model to do.
type plan struct {
	id      string
	inputs  []domain.Tensor // in the model's order
	wanted  []wanted
	timeout time.Duration // 0: none
}

// wanted is an output that is asked for.
type wanted struct {
	position int // among the model's outputs
	classes  int // answer with so many of its highest values; 0: with the output itself
	binary   bool
	pointer  string // to where it is asked for
}

// plan checks a request against the model's signature.
func (i *inference) plan(request *openinference.Request) (p plan, err error) {
	if request.Model != "" && request.Model != i.served.Name {
		name := web.Shortened(request.Model)
		return p, at("/model_name", &domain.Error{
			Kind: domain.Invalid, Field: "model_name", Msg: fmt.Sprintf("is %q, but the address says %q", name, i.served.Name), Expected: i.served.Name, Got: name,
		})
	}
	p.id = request.ID
	if err := request.Parameters.CheckRequest(); err != nil {
		return p, at("/parameters", err)
	}
	if p.timeout, err = request.Parameters.Timeout(); err != nil {
		return p, at("/parameters/timeout", err)
	}
	if p.wanted, err = i.wanted(request); err != nil {
		return p, err
	}
	p.inputs, err = i.inputs(request.Inputs)
	return p, err
}

// inputs returns the request's inputs in the order of the model's.
func (i *inference) inputs(given []openinference.NamedTensor) ([]domain.Tensor, error) {
	specs := i.signature.Inputs
	inputs := make([]domain.Tensor, len(specs))
	for n, input := range given {
		pointer := fmt.Sprintf("/inputs/%d", n)
		position, err := protocol.PositionOf("input", specs, input.Name)
		if err != nil {
			return nil, at(pointer+"/name", err)
		}
		if err := specs[position].Check(input.Tensor); err != nil {
			return nil, at(pointer, err)
		}
		inputs[position] = input.Tensor // the only one of its name
	}
	rows, err := protocol.Rows(i.signature, inputs, i.handler.options.MaxBatch)
	i.rows = rows
	if err != nil {
		return nil, at("/inputs", err)
	}
	return inputs, nil
}

// wanted returns the outputs that the request asks for, all if it names none.
func (i *inference) wanted(request *openinference.Request) ([]wanted, error) {
	specs := i.signature.Outputs
	if len(request.Outputs) == 0 {
		all := make([]wanted, len(specs))
		for position := range specs {
			all[position] = wanted{position: position, binary: request.Binary}
		}
		return all, nil
	}
	some := make([]wanted, len(request.Outputs))
	for n, output := range request.Outputs {
		pointer := fmt.Sprintf("/outputs/%d", n)
		position, err := protocol.PositionOf("output", specs, output.Name)
		if err != nil {
			return nil, at(pointer+"/name", err)
		}
		classes, err := output.Parameters.Classes()
		if err != nil {
			return nil, at(pointer+"/parameters/classification", err)
		}
		some[n] = wanted{position: position, classes: classes, binary: output.Binary, pointer: pointer}
	}
	return some, nil
}
