package operator

import (
	"fmt"

	"github.com/portent-go/portent/domain"
)

// attributes reads a node's attributes one by one and remembers which were
// read, so that done can refuse the rest: there is no way on which an unknown
// attribute is ignored.
type attributes struct {
	node Node
	read map[string]bool
	err  error
}

func attributesOf(node Node) *attributes {
	return &attributes{node: node, read: make(map[string]bool, len(node.Attributes))}
}

// find returns the attribute of a name if it is there and of the kind asked for.
func (a *attributes) find(name string, kind AttributeKind) (Attribute, bool) {
	a.read[name] = true
	for _, attribute := range a.node.Attributes {
		if attribute.Name != name {
			continue
		}
		if attribute.Kind != kind {
			a.refuse(attribute, "is of another type than the operator's")
			return Attribute{}, false
		}
		return attribute, true
	}
	return Attribute{}, false
}

func (a *attributes) has(name string) bool {
	for _, attribute := range a.node.Attributes {
		if attribute.Name == name {
			return true
		}
	}
	return false
}

func (a *attributes) int(name string, otherwise int) int {
	if attribute, ok := a.find(name, IntAttribute); ok {
		return int(attribute.Int)
	}
	return otherwise
}

func (a *attributes) bool(name string, otherwise bool) bool {
	attribute, ok := a.find(name, IntAttribute)
	if !ok {
		return otherwise
	}
	if attribute.Int != 0 && attribute.Int != 1 {
		a.refuse(attribute, "is neither 0 nor 1")
	}
	return attribute.Int == 1
}

func (a *attributes) float(name string, otherwise float32) float32 {
	if attribute, ok := a.find(name, FloatAttribute); ok {
		return attribute.Float
	}
	return otherwise
}

func (a *attributes) text(name, otherwise string) string {
	if attribute, ok := a.find(name, StringAttribute); ok {
		return attribute.String
	}
	return otherwise
}

// ints returns nil where the attribute is left out.
func (a *attributes) ints(name string) []int {
	attribute, ok := a.find(name, IntsAttribute)
	if !ok {
		return nil
	}
	values := make([]int, len(attribute.Ints))
	for i, v := range attribute.Ints {
		values[i] = int(v)
	}
	return values
}

func (a *attributes) tensor(name string) (domain.Tensor, bool) {
	attribute, ok := a.find(name, TensorAttribute)
	return attribute.Tensor, ok
}

// expect refuses the node unless the attribute holds a condition. Why says what
// is wrong with it, such as "is not supported".
func (a *attributes) expect(ok bool, name, why string) {
	if ok {
		return
	}
	for _, attribute := range a.node.Attributes {
		if attribute.Name == name {
			a.refuse(attribute, why)
			return
		}
	}
	a.fail(fmt.Sprintf("attribute %s (left out) %s", name, why))
}

func (a *attributes) refuse(attribute Attribute, why string) {
	a.fail(fmt.Sprintf("attribute %s = %s %s", attribute.Name, attribute.value(), why))
}

func (a *attributes) fail(text string) {
	if a.err == nil {
		a.err = a.node.Unsupported(text)
	}
}

// done returns the first error, or refuses the first attribute that was not
// read.
func (a *attributes) done() error {
	for _, attribute := range a.node.Attributes {
		if !a.read[attribute.Name] {
			a.refuse(attribute, fmt.Sprintf("is not known to %s in opset %d", a.node.OpType, a.node.Opset))
		}
	}
	return a.err
}

// value returns the attribute's value in words.
func (a Attribute) value() string {
	switch a.Kind {
	case IntAttribute:
		return fmt.Sprint(a.Int)
	case FloatAttribute:
		return fmt.Sprint(a.Float)
	case StringAttribute:
		return fmt.Sprintf("%q", a.String)
	case TensorAttribute:
		return fmt.Sprintf("a tensor %v %v", a.Tensor.Datatype(), a.Tensor.Shape())
	case IntsAttribute:
		return fmt.Sprint(a.Ints)
	case FloatsAttribute:
		return fmt.Sprint(a.Floats)
	case StringsAttribute:
		return fmt.Sprintf("%q", a.Texts)
	case GraphAttribute:
		return "a graph"
	default:
		return "a value of a type that is not read"
	}
}

// String names the node as errors do: node "conv1" (Conv).
func (n Node) String() string {
	if n.Name == "" && len(n.Outputs) > 0 {
		return fmt.Sprintf("node of output %q (%s)", n.Outputs[0], n.OpType)
	}
	return fmt.Sprintf("node %q (%s)", n.Name, n.OpType)
}

// Label is the node's name, or that of its first output if it has none.
func (n Node) Label() string {
	if n.Name == "" && len(n.Outputs) > 0 {
		return n.Outputs[0]
	}
	return n.Name
}

// Unsupported returns the error that refuses the node.
func (n Node) Unsupported(text string) error {
	return &domain.Error{Kind: domain.Unsupported, Field: n.String(), Msg: text}
}

// UnknownElements returns the error for an input of the node on whose elements
// something depends, and that are not known while compiling.
func (n Node) UnknownElements(input string) error {
	return domain.Errorf(domain.Unsupported, "%s: %w", n, unknownElements(input))
}

// Invalid returns the error for a node that breaks ONNX's own rules.
func (n Node) Invalid(text string) error {
	return &domain.Error{Kind: domain.Invalid, Field: n.String(), Msg: text}
}
