package onnxfile

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/domain"
)

// maxDepth is how deep graphs may lie in the attributes of nodes of graphs.
const maxDepth = 16

func (r *reader) graph(data []byte, where string, depth int) (*Graph, error) {
	if depth > maxDepth {
		return nil, &domain.Error{Kind: domain.Invalid, Field: where, Msg: fmt.Sprintf("graphs are nested more than %d deep", maxDepth)}
	}
	g := &Graph{Initializers: map[string]domain.Tensor{}}
	err := fields(data, where, func(f field) error { return r.graphField(g, f, where, depth) })
	if err != nil {
		return nil, err
	}
	// Old exporters list initializers as inputs too.
	g.Inputs = slices.DeleteFunc(g.Inputs, func(input domain.TensorSpec) bool {
		_, ok := g.Initializers[input.Name]
		return ok
	})
	for _, input := range g.Inputs {
		if input.Shape == nil {
			return nil, &domain.Error{Kind: domain.Unsupported, Field: "input " + input.Name, Msg: "has no shape"}
		}
	}
	return g, nil
}

func (r *reader) graphField(g *Graph, f field, where string, depth int) error {
	switch f.number {
	case 1:
		return f.message(func(data []byte) error {
			node, err := r.node(data, place(where, "node", len(g.Nodes)), depth)
			g.Nodes = append(g.Nodes, node)
			return err
		})
	case 2:
		return f.text(&g.Name)
	case 5:
		return f.message(func(data []byte) error { return r.initializer(g, data, place(where, "initializer", len(g.Initializers))) })
	case 11:
		return f.message(func(data []byte) error { return readSpec(data, &g.Inputs, place(where, "input", len(g.Inputs))) })
	case 12:
		return f.message(func(data []byte) error { return readSpec(data, &g.Outputs, place(where, "output", len(g.Outputs))) })
	case 15:
		return &domain.Error{Kind: domain.Unsupported, Field: where, Msg: "holds sparse initializers, which are not supported"}
	}
	return nil
}

func (r *reader) initializer(g *Graph, data []byte, where string) error {
	proto, err := readTensorProto(data, where)
	if err != nil {
		return err
	}
	tensor, err := proto.tensor(r.external)
	if err != nil {
		return err
	}
	if _, ok := g.Initializers[proto.name]; ok || proto.name == "" {
		return &domain.Error{Kind: domain.Invalid, Field: where, Msg: fmt.Sprintf("its name %q is empty or taken", proto.name)}
	}
	g.Initializers[proto.name] = tensor
	return nil
}

func (r *reader) node(data []byte, where string, depth int) (Node, error) {
	var n Node
	err := fields(data, where, func(f field) (err error) {
		var text string
		switch f.number {
		case 1:
			err = f.text(&text)
			n.Inputs = append(n.Inputs, text)
		case 2:
			err = f.text(&text)
			n.Outputs = append(n.Outputs, text)
		case 3:
			err = f.text(&n.Name)
		case 4:
			err = f.text(&n.OpType)
		case 5:
			err = f.message(func(data []byte) error {
				attribute, err := r.attribute(data, place(where, "attribute", len(n.Attributes)), depth)
				n.Attributes = append(n.Attributes, attribute)
				return err
			})
		case 7:
			err = f.text(&n.Domain)
		}
		return err
	})
	return n, err
}
