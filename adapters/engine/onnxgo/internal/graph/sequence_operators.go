package graph

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
)

// sequenceConstruct makes a sequence of its inputs.
func sequenceConstruct(p *program, n operator.Node, _ scope) error {
	made := group{items: slices.Clone(n.Inputs)}
	for i, name := range n.Inputs {
		datatype, err := p.tensor(n, name)
		if err != nil {
			return err
		}
		if i > 0 && datatype != made.datatype {
			return n.Invalid(fmt.Sprintf("its inputs have datatypes %v and %v, expected one", made.datatype, datatype))
		}
		made.datatype = datatype
	}
	return p.keep(n, n.Outputs[0], made)
}

// sequenceInsert adds a tensor to a sequence.
func sequenceInsert(p *program, n operator.Node, _ scope) error {
	to, err := p.sequence(n)
	if err != nil {
		return err
	}
	datatype, err := p.tensor(n, n.Inputs[1])
	if err != nil {
		return err
	}
	if datatype != to.datatype {
		return n.Invalid(fmt.Sprintf("it inserts %v into a sequence of %v", datatype, to.datatype))
	}
	at, err := p.position(n, 2, len(to.items), len(to.items)+1)
	if err != nil {
		return err
	}
	to.items = slices.Insert(slices.Clone(to.items), at, n.Inputs[1])
	return p.keep(n, n.Outputs[0], to)
}

// sequenceErase takes a tensor out of a sequence.
func sequenceErase(p *program, n operator.Node, _ scope) error {
	from, err := p.sequence(n)
	if err != nil {
		return err
	}
	at, err := p.position(n, 1, len(from.items), len(from.items))
	if err != nil {
		return err
	}
	from.items = slices.Delete(slices.Clone(from.items), at, at+1)
	return p.keep(n, n.Outputs[0], from)
}

// sequenceAt picks a tensor of a sequence.
func sequenceAt(p *program, n operator.Node, _ scope) error {
	from, err := p.sequence(n)
	if err != nil {
		return err
	}
	at, err := p.position(n, 1, len(from.items), len(from.items))
	if err != nil {
		return err
	}
	return p.alias(n, from.items[at:at+1], n.Outputs)
}

// sequenceLength counts the tensors of a sequence.
func sequenceLength(p *program, n operator.Node, _ scope) error {
	of, err := p.sequence(n)
	if err != nil {
		return err
	}
	return p.alias(n, []string{p.number(int64(len(of.items)))}, n.Outputs)
}
