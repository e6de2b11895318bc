package operator

import "github.com/portent-go/portent/domain"

// Node is an operator as the file has it.
type Node struct {
	Name       string // may be empty
	OpType     string
	Domain     string // "" is ai.onnx
	Opset      int    // the version of the domain that the model asks for
	Attributes []Attribute
	Inputs     []string // "" is an optional input that was left out
	Outputs    []string // "" is an output that nobody reads
}

// Attribute is a named constant of a node. Exactly one of the fields beside
// Name is meant; Kind says which.
type Attribute struct {
	Name   string
	Kind   AttributeKind
	Int    int64
	Float  float32
	String string
	Tensor domain.Tensor
	Ints   []int64
	Floats []float32
	Texts  []string
	Graph  *Body
}

// Body is a graph in an attribute: a branch of an If, what a Loop repeats. It
// reads values of the graphs around it by their names.
type Body struct {
	Inputs    []domain.TensorSpec // the datatypes and shapes are what the file claims, if anything
	Outputs   []domain.TensorSpec
	Nodes     []Node
	Constants map[string]domain.Tensor
}

// AttributeKind is the type of an attribute's value.
type AttributeKind uint8

// The kinds of attribute. OtherAttribute stands for types and whatever else no
// operator here takes.
const (
	OtherAttribute AttributeKind = iota
	IntAttribute
	FloatAttribute
	StringAttribute
	TensorAttribute
	IntsAttribute
	FloatsAttribute
	StringsAttribute
	GraphAttribute
)
