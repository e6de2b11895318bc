package onnxfile

import "github.com/portent-go/portent/domain"

// Attribute is a named constant of a node. Kind says which of the other fields
// holds it.
type Attribute struct {
	Name    string
	Kind    AttributeKind
	Int     int64
	Float   float32
	Text    string // of any bytes
	Tensor  domain.Tensor
	Graph   *Graph
	Ints    []int64
	Floats  []float32
	Texts   []string
	Tensors []domain.Tensor
	Graphs  []*Graph
	// Reference is the name of an attribute of the function that the node is in,
	// whose value this one has. It is set instead of the others.
	Reference string
}

// AttributeKind is an AttributeProto.AttributeType.
type AttributeKind uint8

// The kinds of attribute, numbered as in the file. The last four are noted, but
// what they hold is not read.
const (
	NoAttribute AttributeKind = iota
	FloatAttribute
	IntAttribute
	StringAttribute
	TensorAttribute
	GraphAttribute
	FloatsAttribute
	IntsAttribute
	StringsAttribute
	TensorsAttribute
	GraphsAttribute
	SparseTensorAttribute
	SparseTensorsAttribute
	TypeAttribute
	TypesAttribute
)

// attributeHolders are the kinds of attribute by the field of AttributeProto
// that holds them.
var attributeHolders = map[int32]AttributeKind{
	2: FloatAttribute, 3: IntAttribute, 4: StringAttribute, 5: TensorAttribute, 6: GraphAttribute,
	7: FloatsAttribute, 8: IntsAttribute, 9: StringsAttribute, 10: TensorsAttribute, 11: GraphsAttribute,
	22: SparseTensorAttribute, 23: SparseTensorsAttribute, 14: TypeAttribute, 15: TypesAttribute,
}

// attributeReader reads one AttributeProto.
type attributeReader struct {
	*reader
	Attribute
	where string
	depth int
	kind  int64         // as the file says it
	held  AttributeKind // of the field that holds it
}

func (r *reader) attribute(data []byte, where string, depth int) (Attribute, error) {
	a := attributeReader{reader: r, where: where, depth: depth}
	if err := fields(data, where, a.field); err != nil {
		return Attribute{}, err
	}
	return a.Attribute, a.finish()
}

func (a *attributeReader) field(f field) error {
	switch f.number {
	case 1:
		return f.text(&a.Name)
	case 20:
		return f.integer(&a.kind)
	case 21:
		return f.text(&a.Reference)
	}
	kind, ok := attributeHolders[int32(f.number)]
	if !ok {
		return nil
	}
	if a.held != NoAttribute && a.held != kind {
		return invalid(a.where, "attribute %q holds two values of different kinds", a.Name)
	}
	a.held = kind
	return a.value(f)
}

func (a *attributeReader) value(f field) (err error) {
	switch a.held {
	case FloatAttribute:
		return f.float(&a.Float)
	case IntAttribute:
		return f.integer(&a.Int)
	case StringAttribute:
		a.Text, err = f.octets()
	case TensorAttribute:
		return f.once(!a.Tensor.IsZero(), func(data []byte) error {
			a.Tensor, err = a.readTensor(data, a.where+".t")
			return err
		})
	case GraphAttribute:
		return f.once(a.Graph != nil, func(data []byte) error {
			a.Graph, err = a.graph(data, a.where+".g", a.depth+1)
			return err
		})
	case FloatsAttribute:
		a.Floats, err = f.floats(a.Floats)
	case IntsAttribute:
		a.Ints, err = f.integers(a.Ints)
	case StringsAttribute:
		var text string
		text, err = f.octets()
		a.Texts = append(a.Texts, text)
	case TensorsAttribute:
		return f.message(func(data []byte) error {
			tensor, err := a.readTensor(data, place(a.where, "tensors", len(a.Tensors)))
			a.Tensors = append(a.Tensors, tensor)
			return err
		})
	case GraphsAttribute:
		return f.message(func(data []byte) error {
			graph, err := a.graph(data, place(a.where, "graphs", len(a.Graphs)), a.depth+1)
			a.Graphs = append(a.Graphs, graph)
			return err
		})
	}
	return err
}

// finish settles the kind. Files of version 1 do not say it; a number that is 0
// and a list that is empty may be left out.
func (a *attributeReader) finish() error {
	switch {
	case a.Name == "":
		return invalid(a.where, "has no name")
	case a.Reference != "" && a.held != NoAttribute:
		return invalid(a.where, "attribute %q has a value and refers to the attribute %q of a function", a.Name, a.Reference)
	case a.kind < 0 || a.kind > int64(TypesAttribute):
		return unsupported(a.where, "attribute %q is of the unknown kind %d", a.Name, a.kind)
	case a.Reference != "":
		a.Kind = AttributeKind(a.kind)
		return nil
	case a.kind == 0 && a.held == NoAttribute:
		return invalid(a.where, "attribute %q has no kind and no value", a.Name)
	case a.kind == 0:
		a.Kind = a.held
		return nil
	case a.held != NoAttribute && a.held != AttributeKind(a.kind):
		return invalid(a.where, "attribute %q is said to be of kind %d but holds a value of kind %d", a.Name, a.kind, a.held)
	}
	a.Kind = AttributeKind(a.kind)
	if a.held == NoAttribute && (a.Kind == TensorAttribute || a.Kind == GraphAttribute) {
		return invalid(a.where, "attribute %q has no value", a.Name)
	}
	return nil
}

func (r *reader) readTensor(data []byte, where string) (domain.Tensor, error) {
	proto, err := readTensorProto(data, where)
	if err != nil {
		return domain.Tensor{}, err
	}
	tensor, err := proto.tensor(r.external)
	return tensor, r.tolerate(err)
}
