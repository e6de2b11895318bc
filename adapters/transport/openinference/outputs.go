package openinference

import (
	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/adapters/transport/internal/protocol"
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
			if tensor, err = protocol.Classify(i.served, spec, tensor, w.classes); err != nil {
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
