package grpcapi

import (
	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/adapters/transport/internal/protocol"
	"github.com/portent-go/portent/domain"
)

// want is an output that a request asks for.
type want struct {
	position int // among the model's outputs
	classes  int // answer with so many classes, best first; 0: with the output itself
}

// wanted returns the outputs that the request asks for, all if it names none.
func (i *inference) wanted() ([]want, error) {
	specs := i.served.Model.Signature().Outputs
	var wanted []want
	for _, out := range i.request.GetOutputs() {
		position, err := protocol.PositionOf("output", specs, out.GetName())
		if err != nil {
			return nil, err
		}
		for _, earlier := range wanted {
			if earlier.position == position {
				return nil, &domain.Error{Kind: domain.Invalid, Field: out.GetName(), Msg: "is asked for twice"}
			}
		}
		parameters := inferencepb.Parameters(out.GetParameters())
		if err := parameters.NoSharedMemory(); err != nil {
			return nil, inferencepb.Named(out.GetName(), err)
		}
		classes, err := parameters.Classes()
		if err != nil {
			return nil, inferencepb.Named(out.GetName(), err)
		}
		wanted = append(wanted, want{position, classes})
	}
	if len(wanted) == 0 {
		for position := range specs {
			wanted = append(wanted, want{position: position})
		}
	}
	return wanted, nil
}

// respond puts the answer together.
func (i *inference) respond(wanted []want, outputs []domain.Tensor) (*inferencepb.ModelInferResponse, error) {
	response := &inferencepb.ModelInferResponse{ModelName: i.served.Name, ModelVersion: i.served.Version, Id: i.request.GetId()}
	specs := i.served.Model.Signature().Outputs
	tensors, raw := make([]domain.Tensor, len(wanted)), len(i.request.GetRawInputContents()) > 0
	for at, w := range wanted {
		tensors[at] = outputs[w.position]
		if w.classes > 0 {
			var err error
			if tensors[at], err = protocol.Classify(i.served, specs[w.position], tensors[at], w.classes); err != nil {
				return nil, err
			}
		}
		raw = raw || !inferencepb.HasTyped(tensors[at].Datatype())
	}
	for at, w := range wanted {
		if err := appendOutput(response, specs[w.position].Name, tensors[at], raw); err != nil {
			return nil, err
		}
	}
	return response, nil
}

func appendOutput(response *inferencepb.ModelInferResponse, name string, t domain.Tensor, raw bool) (err error) {
	out := &inferencepb.ModelInferResponse_InferOutputTensor{Name: name, Datatype: t.Datatype().String(), Shape: wide(t.Shape())}
	response.Outputs = append(response.Outputs, out)
	if !raw {
		out.Contents, err = inferencepb.Contents(t)
		return err
	}
	data, err := openinference.AppendRaw(make([]byte, 0, openinference.RawSize(t)), t)
	response.RawOutputContents = append(response.RawOutputContents, data)
	return err
}
