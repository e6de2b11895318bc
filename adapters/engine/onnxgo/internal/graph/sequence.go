package graph

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// group is a sequence of tensors, or an optional value: the names of the values in
// it. It is known while compiling, and no step of a plan reads or makes one.
type group struct {
	optional bool // then there is one item or none, which may be a sequence
	datatype domain.Datatype
	items    []string
}

func (g group) String() string {
	if g.optional {
		return "an optional value"
	}
	return "a sequence"
}

// mostHeld bounds how many items all groups of a program have together: a loop that
// makes a sequence longer leaves one of each length behind.
const mostHeld = 4_000_000

// keep gives a group a name.
func (p *program) keep(n operator.Node, name string, g group) error {
	if p.held += len(g.items); p.held > mostHeld {
		return n.Unsupported(fmt.Sprintf("sequences come to more than the %d tensors that are supported", mostHeld))
	}
	if name != "" {
		p.groups[name] = g
	}
	return nil
}

// passes reports whether a node passes a group on, and refuses one that is given a
// group and cannot take it.
func (p *program) passes(n node) (bool, error) {
	for _, name := range n.Inputs {
		g, ok := p.groups[name]
		if !ok {
			continue
		}
		if !operator.IsIdentity(n.operator) || n.OpType != "Identity" {
			return false, n.Invalid(fmt.Sprintf("its input %q is %v, expected a tensor", name, g))
		}
		return true, p.keep(n.Node, n.Outputs[0], g)
	}
	return false, nil
}

// checkOutputs refuses a model that gives a group.
func (p *program) checkOutputs() error {
	for _, name := range p.outputs {
		if g, ok := p.groups[name]; ok {
			return &domain.Error{Kind: domain.Unsupported, Field: "output " + name, Msg: fmt.Sprintf("is %v, only tensors are supported", g)}
		}
	}
	return nil
}

// sequence returns a node's first input, which must be a sequence.
func (p *program) sequence(n operator.Node) (group, error) {
	g, ok := p.groups[n.Inputs[0]]
	if !ok || g.optional {
		return group{}, n.Invalid(fmt.Sprintf("its input %q is no sequence", n.Inputs[0]))
	}
	return g, nil
}

// tensor returns the datatype of a value that must be a tensor.
func (p *program) tensor(n operator.Node, name string) (domain.Datatype, error) {
	if g, ok := p.groups[name]; ok {
		return domain.InvalidDatatype, n.Invalid(fmt.Sprintf("its input %q is %v, expected a tensor", name, g))
	}
	datatype := p.values[name].Datatype
	if !datatype.Valid() {
		return datatype, n.Invalid("an input is missing")
	}
	return datatype, nil
}

// position returns the place in a sequence of a length that one of a node's inputs
// gives, or the last of the places that there are if it is left out. It counts from
// the sequence's end if it is negative.
func (p *program) position(n operator.Node, input, length, places int) (int, error) {
	if input >= len(n.Inputs) || n.Inputs[input] == "" {
		if places == 0 {
			return 0, n.Invalid("its sequence is empty")
		}
		return places - 1, nil
	}
	numbers, err := p.numbers(n, n.Inputs[input], "position")
	if err != nil {
		return 0, err
	}
	if len(numbers) != 1 {
		return 0, n.Invalid(fmt.Sprintf("its input position has %d elements, expected one", len(numbers)))
	}
	at := numbers[0]
	if at < 0 {
		at += int64(length)
	}
	if at < 0 || at >= int64(places) {
		return 0, n.Invalid(fmt.Sprintf("its position is %d, expected %d to %d for a sequence of %d", numbers[0], -length, places-1, length))
	}
	return int(at), nil
}

// numbers returns the integers of an input, which must be known.
func (p *program) numbers(n operator.Node, name, input string) ([]int64, error) {
	v := p.values[name]
	if v.Datatype != domain.INT64 && v.Datatype != domain.INT32 {
		return nil, n.Invalid(fmt.Sprintf("its input %s has datatype %v, expected INT64 or INT32", input, v.Datatype))
	}
	if !v.Known() {
		return nil, n.UnknownElements(input)
	}
	if wide, ok := domain.Data[int64](v.Const); ok {
		return wide, nil
	}
	narrow, _ := domain.Data[int32](v.Const)
	numbers := make([]int64, len(narrow))
	for i, number := range narrow {
		numbers[i] = int64(number)
	}
	return numbers, nil
}
