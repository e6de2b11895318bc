package grpcapi

import (
	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
)

// classify tells an output as its highest values. Where it has several axes, the
// first counts rows, whether or not the model takes batches of any length.
func (i *inference) classify(spec domain.TensorSpec, output domain.Tensor, classes int) (domain.Tensor, error) {
	rows := len(output.Shape()) > 1 || i.served.Model.Signature().Batched()
	told, err := openinference.Classify(output, classes, i.served.Labels(spec), rows)
	return told, inferencepb.Named(spec.Name, err)
}
