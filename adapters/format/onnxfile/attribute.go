package onnxfile

import (
	"math"

	"github.com/portent-go/portent/domain"
)

// Attribute is a named constant of a node. Kind says which of the other fields
// holds it.
type Attribute struct {
	Name    string
	Kind    AttributeKind
	Int     int64
	Float   float32
	Text    string
	Tensor  domain.Tensor
	Graph   *Graph
	Ints    []int64
	Floats  []float32
	Texts   []string
	Tensors []domain.Tensor
	Graphs  []*Graph
}

// AttributeKind is an AttributeProto.AttributeType.
type AttributeKind uint8

// The kinds of attribute, numbered as in the file. Kinds that are not listed
// (sparse tensors, types) are noted by their number and not read.
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
)

func (r *reader) attribute(data []byte, where string, depth int) (Attribute, error) {
	var a Attribute
	err := fields(data, where, func(f field) error { return r.attributeField(&a, f, where, depth) })
	return a, err
}

func (r *reader) attributeField(a *Attribute, f field, where string, depth int) (err error) {
	switch f.number {
	case 1:
		return f.text(&a.Name)
	case 2:
		a.Float = math.Float32frombits(uint32(f.bits))
	case 3:
		return f.integer(&a.Int)
	case 4:
		return f.text(&a.Text)
	case 5:
		a.Tensor, err = r.tensor(f, where)
	case 6:
		return f.message(func(data []byte) error {
			a.Graph, err = r.graph(data, where+".graph", depth+1)
			return err
		})
	case 7:
		a.Floats, err = f.floats(a.Floats)
	case 8:
		a.Ints, err = f.integers(a.Ints)
	case 9:
		var text string
		err = f.text(&text)
		a.Texts = append(a.Texts, text)
	case 10:
		var tensor domain.Tensor
		tensor, err = r.tensor(f, where)
		a.Tensors = append(a.Tensors, tensor)
	case 11:
		return f.message(func(data []byte) error {
			g, err := r.graph(data, place(where, "graphs", len(a.Graphs)), depth+1)
			a.Graphs = append(a.Graphs, g)
			return err
		})
	case 20:
		var kind int64
		err = f.integer(&kind)
		a.Kind = AttributeKind(kind)
	}
	return err
}

func (r *reader) tensor(f field, where string) (tensor domain.Tensor, err error) {
	err = f.message(func(data []byte) error {
		proto, err := readTensorProto(data, where)
		if err != nil {
			return err
		}
		tensor, err = proto.tensor(r.external)
		return err
	})
	return tensor, err
}
