package graph

import (
	"fmt"
	"math"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// grouping is an operator on groups without attributes that matter.
type grouping func(p *program, n operator.Node, outside scope) error

func (g grouping) expand(p *program, n operator.Node, outside scope) error { return g(p, n, outside) }

// parseGrouping returns a parser for an operator of one output.
func parseGrouping(since, least, most int, g grouping) func(operator.Node) (control, []error) {
	return func(n operator.Node) (control, []error) { return g, checkGrouping(n, since, least, most) }
}

// checkGrouping checks a node's opset, what it takes and gives, and its attributes.
func checkGrouping(n operator.Node, since, least, most int, attributes ...string) []error {
	if n.Opset < since {
		return []error{n.Unsupported(fmt.Sprintf("operator %s of opset %d is not supported", n.OpType, n.Opset))}
	}
	refused := unknownAttributes(n, attributes...)
	if len(n.Inputs) < least || len(n.Inputs) > most {
		refused = append(refused, n.Invalid(fmt.Sprintf("has %d inputs, expected %d to %d", len(n.Inputs), least, most)))
	}
	if len(n.Outputs) != 1 {
		refused = append(refused, n.Invalid(fmt.Sprintf("has %d outputs, expected 1", len(n.Outputs))))
	}
	return refused
}

// anyNumber is how many inputs an operator takes at most that takes any.
const anyNumber = math.MaxInt

// missing is the value of an attribute that is not there, where every other has a
// meaning or none.
const missing = math.MinInt64

// integer reads an attribute.
func integer(n operator.Node, name string, otherwise int64) (int64, error) {
	for _, a := range n.Attributes {
		if a.Name != name {
			continue
		}
		if a.Kind != operator.IntAttribute {
			return otherwise, n.Unsupported(fmt.Sprintf("attribute %s is of another type than the operator's", name))
		}
		return a.Int, nil
	}
	return otherwise, nil
}

// present returns the errors that there are.
func present(errs []error) []error {
	return slices.DeleteFunc(errs, func(err error) bool { return err == nil })
}

// parseSequenceEmpty reads the datatype of tensors that are yet to come.
func parseSequenceEmpty(n operator.Node) (control, []error) {
	refused := checkGrouping(n, 11, 0, 0, "dtype")
	number, err := integer(n, "dtype", 1)
	datatype, ok := operator.DatatypeOf(number)
	if !ok && err == nil {
		err = n.Unsupported(fmt.Sprintf("attribute dtype = %d is not a datatype that is supported here", number))
	}
	return grouping(func(p *program, n operator.Node, _ scope) error {
		return p.keep(n, n.Outputs[0], group{datatype: datatype})
	}), present(append(refused, err))
}

// parseOptional reads an optional value that is there, or of which only the type
// is.
func parseOptional(n operator.Node) (control, []error) {
	refused := checkGrouping(n, 15, 0, 1, "type")
	empty := len(n.Inputs) == 0 || n.Inputs[0] == ""
	if typed := slices.ContainsFunc(n.Attributes, func(a operator.Attribute) bool { return a.Name == "type" }); empty && !typed {
		refused = append(refused, n.Invalid("has neither an input nor a type"))
	}
	return grouping(func(p *program, n operator.Node, _ scope) error {
		made := group{optional: true}
		if !empty {
			made.items = n.Inputs
		}
		return p.keep(n, n.Outputs[0], made)
	}), refused
}

// parseOptionalHasElement tells whether an optional value is there. From opset 18 on
// what is not optional is there, and what is left out is not.
func parseOptionalHasElement(n operator.Node) (control, []error) {
	least := 1
	if n.Opset >= 18 {
		least = 0
	}
	return grouping(func(p *program, n operator.Node, _ scope) error {
		there := false
		if len(n.Inputs) > 0 && n.Inputs[0] != "" {
			items, err := p.optionally(n)
			if err != nil {
				return err
			}
			there = len(items) > 0
		}
		return p.alias(n, []string{p.flag(there)}, n.Outputs)
	}), checkGrouping(n, 15, least, 1)
}

// optionalGetElement takes the value out of an optional one.
func optionalGetElement(p *program, n operator.Node, _ scope) error {
	items, err := p.optionally(n)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return n.Invalid("its optional value is empty")
	}
	return p.alias(n, items, n.Outputs)
}

// optionally returns what is in a node's input, an optional value; from opset 18 on
// what is not optional is taken for its own element.
func (p *program) optionally(n operator.Node) ([]string, error) {
	name := n.Inputs[0]
	g, ok := p.groups[name]
	switch {
	case ok && g.optional:
		return g.items, nil
	case n.Opset < 18:
		return nil, n.Invalid(fmt.Sprintf("its input %q is no optional value", name))
	case !ok && p.values[name].Datatype == domain.InvalidDatatype:
		return nil, n.Invalid("its input is missing")
	}
	return []string{name}, nil
}
