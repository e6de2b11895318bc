package graph

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
)

// branches is an If.
type branches struct{ then, otherwise *body }

func parseIf(n operator.Node) (control, []error) {
	then, refused := bodyOf(n, "then_branch")
	otherwise, more := bodyOf(n, "else_branch")
	refused = append(append(refused, more...), unknownAttributes(n, "then_branch", "else_branch")...)
	if len(n.Inputs) != 1 {
		refused = append(refused, n.Invalid(fmt.Sprintf("has %d inputs, expected 1", len(n.Inputs))))
	}
	for _, b := range []*body{then, otherwise} {
		if b != nil && (len(b.inputs) != 0 || len(b.outputs) != len(n.Outputs)) {
			refused = append(refused, n.Invalid(fmt.Sprintf("has a branch of %d inputs and %d outputs, expected 0 and %d", len(b.inputs), len(b.outputs), len(n.Outputs))))
		}
	}
	return branches{then, otherwise}, refused
}

func (b branches) expand(p *program, n operator.Node, outside scope) error {
	condition, err := p.truth(n, n.Inputs[0])
	if err != nil {
		return err
	}
	taken := b.otherwise
	if condition {
		taken = b.then
	}
	outputs, err := p.inline(taken, nil, outside)
	if err != nil {
		return err
	}
	return p.alias(n, outputs, n.Outputs)
}
