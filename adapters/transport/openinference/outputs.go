package openinference

import (
	"errors"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/adapters/transport/internal/web"
	"github.com/portent-go/portent/domain"
)

// respond writes the outputs that are wanted.
func (i *inference) respond(answer *web.Body, p plan, outputs []domain.Tensor) error {
	response := &openinference.Response{Model: i.served.Name, Version: i.served.Version, ID: p.id, Outputs: make([]openinference.NamedTensor, len(p.wanted))}
	for n, w := range p.wanted {
		spec, tensor := i.signature.Outputs[w.position], outputs[w.position]
		if w.classes > 0 {
			var err error
			if tensor, err = i.classify(spec, tensor, w.classes); err != nil {
				return at(w.pointer, err)
			}
		}
		response.Outputs[n] = openinference.NamedTensor{Name: spec.Name, Tensor: tensor, Binary: w.binary}
	}
	body, size, err := openinference.AppendResponse(answer.Bytes, response)
	if err != nil {
		return err
	}
	answer.Bytes, i.documentSize = body, size
	return nil
}

// classify tells an output as its highest values. Where it has several axes, the
// first counts rows, whether or not the model takes batches of any length.
func (i *inference) classify(spec domain.TensorSpec, output domain.Tensor, classes int) (domain.Tensor, error) {
	rows := len(output.Shape()) > 1 || i.signature.Batched()
	told, err := openinference.Classify(output, classes, i.served.Labels(spec), rows)
	var reason *domain.Error
	if errors.As(err, &reason) {
		named := *reason
		named.Field = spec.Name
		return told, &named
	}
	return told, err
}
