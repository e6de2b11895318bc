package graph

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
)

// sequenceMap is a SequenceMap: its body takes the tensors in one place of all
// sequences, and tensors that are the same for each place.
type sequenceMap struct{ body *body }

func parseSequenceMap(n operator.Node) (control, []error) {
	if n.Opset < 17 {
		return nil, []error{n.Unsupported(fmt.Sprintf("operator %s of opset %d is not supported", n.OpType, n.Opset))}
	}
	b, refused := bodyOf(n, "body")
	refused = append(refused, unknownAttributes(n, "body")...)
	if b != nil && (len(n.Inputs) < 1 || len(n.Inputs) != len(b.inputs) || len(n.Outputs) != len(b.outputs)) {
		refused = append(refused, n.Invalid(fmt.Sprintf("has %d inputs and %d outputs, which its body of %d inputs and %d outputs does not fit", len(n.Inputs), len(n.Outputs), len(b.inputs), len(b.outputs))))
	}
	return sequenceMap{b}, refused
}

func (s sequenceMap) expand(p *program, n operator.Node, outside scope) error {
	first, err := p.sequence(n)
	if err != nil {
		return err
	}
	made := make([]group, len(n.Outputs))
	for i := range first.items {
		arguments := make([]string, len(n.Inputs))
		for k, name := range n.Inputs {
			arguments[k] = name
			if g, ok := p.groups[name]; ok && !g.optional {
				if len(g.items) != len(first.items) {
					return n.Invalid(fmt.Sprintf("its sequences have %d and %d tensors", len(first.items), len(g.items)))
				}
				arguments[k] = g.items[i]
			}
		}
		outputs, err := p.inline(s.body, arguments, outside)
		if err != nil {
			return err
		}
		for k, name := range outputs {
			datatype, err := p.tensor(n, name)
			if err != nil {
				return err
			}
			made[k] = group{datatype: datatype, items: append(made[k].items, name)}
		}
	}
	for k, name := range n.Outputs {
		if len(first.items) == 0 {
			made[k].datatype = s.body.outputs[k].Datatype
		}
		if err := p.keep(n, name, made[k]); err != nil {
			return err
		}
	}
	return nil
}
