package graph

import (
	"context"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// DependsOnElements reports whether a graph could not be compiled because
// something depends on the elements of the inputs. Evaluate needs no plan.
func DependsOnElements(err error) bool { return operator.DependsOnElements(err) }

// Evaluate computes the outputs for inputs that fit the graph's, node by node and
// without a plan. It is for graphs whose shapes depend on the elements of the
// inputs, which no plan can foresee: every element is known when an operator is
// met. It is slow, because nothing is packed, fused or reused. The outputs share
// nothing with the inputs.
func (g *Graph) Evaluate(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	values := make([]operator.Value, len(inputs))
	for i, input := range inputs {
		values[i] = known(input)
	}
	p, err := g.inferFrom(values, func() error { return domain.FromContext(ctx, "predicting") })
	if err != nil {
		return nil, err
	}
	outputs := make([]domain.Tensor, len(p.outputs))
	for i, name := range p.outputs {
		if !p.values[name].Known() {
			return nil, domain.Errorf(domain.Internal, "output %s was not computed", name)
		}
		outputs[i] = p.values[name].Const.Clone()
	}
	return outputs, nil
}
