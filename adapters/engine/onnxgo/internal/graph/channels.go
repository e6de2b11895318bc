package graph

import (
	"slices"

	"github.com/portent-go/portent/domain"
)

// withChannels returns the inputs, with the number of channels that the weights of
// the convolutions ask for where it is dynamic. Some exporters name every axis of a
// picture dynamic; whoever reads the signature should not have to guess.
func withChannels(d Definition) []domain.TensorSpec {
	inputs := cloneSpecs(d.Inputs)
	for _, n := range d.Nodes {
		if n.OpType != "Conv" || n.Domain != "" || len(n.Inputs) < 2 {
			continue
		}
		weights, constant := d.Constants[n.Inputs[1]]
		at := slices.IndexFunc(inputs, func(input domain.TensorSpec) bool { return input.Name == n.Inputs[0] })
		if !constant || at < 0 {
			continue
		}
		groups := max(1, int(attributeOf(n, "group").Int))
		shape, filter := inputs[at].Shape, weights.Shape()
		// Weights that do not go into the groups are refused later, whatever the channels.
		if len(shape) == len(filter) && len(shape) > 1 && shape[1] == domain.Dynamic && min(filter[0], filter[1]) > 0 && filter[0]%groups == 0 {
			shape[1] = filter[1] * groups
		}
	}
	return inputs
}
