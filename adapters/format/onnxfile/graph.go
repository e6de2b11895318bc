package onnxfile

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/domain"
)

// Graph is a graph of operators. Whether every value is made, and once, is for the
// engine to see.
type Graph struct {
	Name   string
	Nodes  []Node              // of the outermost graph: each value is made before it is used, if there is such an order
	Inputs []domain.TensorSpec // without those that an initializer gives
	// Outputs have a nil Shape where the rank is unknown, an empty one for a scalar.
	// One that is a sequence of maps from labels to scores, as the operator ZipMap
	// makes it for a classifier, is described as an FP32 tensor [rows, labels].
	Outputs []domain.TensorSpec

	// Initializers are the constants, by name. One that is listed as an input as
	// well is a default that a caller could replace; here it is a constant.
	Initializers map[string]domain.Tensor
}

// maxDepth is how deep graphs may lie in the attributes of nodes of graphs.
const maxDepth = 16

// graph reads a GraphProto. Left out is what changes no result: doc strings,
// value_info (shapes are inferred), quantization_annotation and metadata.
func (r *reader) graph(data []byte, where string, depth int) (*Graph, error) {
	if depth > maxDepth {
		return nil, invalid(where, "graphs are nested more than %d deep", maxDepth)
	}
	g := &Graph{Nodes: make([]Node, 0, count(data, 1)), Initializers: map[string]domain.Tensor{}}
	err := fields(data, where, func(f field) error { return r.graphField(g, f, where, depth) })
	if err != nil {
		return nil, err
	}
	if depth == 0 { // within a node a value may be meant that is made around it
		g.Nodes = inOrder(g.Nodes)
	}
	// Up to version 3 of the format every initializer is listed as an input too.
	g.Inputs = slices.DeleteFunc(g.Inputs, func(input domain.TensorSpec) bool {
		_, ok := g.Initializers[input.Name]
		return ok
	})
	return g, r.checkValues(g, where, depth)
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
		return f.message(func(data []byte) error {
			return r.initializer(g, data, place(where, "initializer", len(g.Initializers)))
		})
	case 11:
		return f.message(func(data []byte) (err error) {
			g.Inputs, err = appendSpec(g.Inputs, data, place(where, "input", len(g.Inputs)), valueKind{inside: depth > 0})
			return r.tolerate(err)
		})
	case 12:
		return f.message(func(data []byte) (err error) {
			g.Outputs, err = appendSpec(g.Outputs, data, place(where, "output", len(g.Outputs)), valueKind{inside: depth > 0, output: true})
			return r.tolerate(err)
		})
	case 15:
		return r.tolerate(unsupported(where, "holds sparse initializers, which are not supported"))
	}
	return nil
}

func appendSpec(specs []domain.TensorSpec, data []byte, where string, kind valueKind) ([]domain.TensorSpec, error) {
	spec, err := readSpec(data, where, kind)
	return append(specs, spec), err
}

func (r *reader) initializer(g *Graph, data []byte, where string) error {
	proto, err := readTensorProto(data, where)
	if err != nil {
		return err
	}
	if proto.name == "" {
		return invalid(where, "has no name")
	}
	if _, ok := g.Initializers[proto.name]; ok {
		return invalid(where, "its name %q is taken by another initializer", proto.name)
	}
	g.Initializers[proto.name], err = proto.tensor(r.external)
	return r.tolerate(err)
}

// checkValues reports a name that is listed twice, and inputs and outputs of
// which too little is known. The values of a subgraph need not be described.
func (r *reader) checkValues(g *Graph, where string, depth int) error {
	if err := r.checkSpecs(where+".input", g.Inputs, depth, false); err != nil {
		return err
	}
	// A graph in an attribute may give one value twice: a loop carries it, and
	// collects it.
	if err := r.checkSpecs(where+".output", g.Outputs, depth, depth > 0); err != nil {
		return err
	}
	for _, input := range g.Inputs {
		if input.Shape == nil && depth == 0 {
			if err := r.tolerate(unsupported(fmt.Sprintf("%s.input %q", where, input.Name), "has no shape: its number of axes is unknown")); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reader) checkSpecs(where string, specs []domain.TensorSpec, depth int, twice bool) error {
	seen := make(map[string]bool, len(specs))
	for _, spec := range specs {
		if seen[spec.Name] && !twice {
			return invalid(where, "%q is listed twice", spec.Name)
		}
		seen[spec.Name] = true
		if depth == 0 && !spec.Datatype.Valid() && !r.lenient {
			return &domain.Error{
				Kind: domain.Invalid, Field: fmt.Sprintf("%s %q", where, spec.Name), Msg: "has no datatype",
				Hint: "onnx.shape_inference.infer_shapes writes it into the model",
			}
		}
	}
	return nil
}

func place(where string, list string, i int) string { return fmt.Sprintf("%s.%s[%d]", where, list, i) }
